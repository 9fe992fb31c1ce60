"""How long, how deep and how wide: architecture §7 in numbers."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

BLOCKS = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith),
    *(ast.Try, ast.TryStar, ast.Match),
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Measured:
    where: str
    lines: int
    nesting: int
    arguments: int


def functions(source: str, where: str) -> Iterator[Measured]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            yield Measured(f"{where}:{node.name}", _length(node), nesting(node), _arguments(node))


def nesting(node: ast.AST, depth: int = 0) -> int:
    """The deepest block below `node`, staying inside this function; an elif adds none."""
    deepest = depth
    for parent, child in _inside(node):
        step = isinstance(child, BLOCKS) and not _is_elif(parent, child)
        deepest = max(deepest, nesting(child, depth + step))
    return deepest


def _inside(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield node, child


def _is_elif(parent: ast.AST, child: ast.AST) -> bool:
    return isinstance(parent, ast.If) and isinstance(child, ast.If) and parent.orelse == [child]


def _length(node: Function) -> int:
    docstring = node.body[0] if ast.get_docstring(node) is not None else None
    taken = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - taken


def _arguments(node: Function) -> int:
    given = chain(node.args.posonlyargs, node.args.args, node.args.kwonlyargs)
    return sum(argument.arg not in ("self", "cls") for argument in given)


def percentile(values: Iterable[int], share: float) -> int:
    """Nearest rank; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0
