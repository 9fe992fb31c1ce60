"""References by name, which import-linter cannot see: in strings of Python, and in templates."""

import ast
import re
from collections.abc import Iterator

from tests.house.files import ROOMS, may_point_to

SHARED = "workspaces"  # templates outside every room's folder: the ground's
ROOM_NAMES = "|".join(ROOMS)
DOTTED = re.compile(rf"({ROOM_NAMES})(?:\.\w+)+|({ROOM_NAMES}):[\w:-]+|({ROOM_NAMES})/[\w/.-]+")
BY_LABEL = {"get_model", "get_app_config", "import_module", "import_string"}
TEMPLATE_POINTER = re.compile(r"\{%\s*(?:include|extends)\s+[\"']([^\"']+)[\"']")
URL_POINTER = re.compile(r"\{%\s*(?:url|global_url)\s+[\"']([^\"']+)[\"']")


def string_pointers(source: str) -> Iterator[tuple[int, str, str]]:
    """(line, room, what): dotted paths, URL names, template names and app labels of our rooms."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (hit := DOTTED.fullmatch(node.value)):
            yield node.lineno, next(group for group in hit.groups() if group), node.value
        elif isinstance(node, ast.Call) and _name(node.func) in BY_LABEL:
            yield from _labels(node)


def _labels(call: ast.Call) -> Iterator[tuple[int, str, str]]:
    for argument in call.args[:1]:
        if isinstance(argument, ast.Constant) and argument.value in ROOMS:
            yield call.lineno, str(argument.value), f"{_name(call.func)}({argument.value!r})"


def attribute_uses(source: str) -> Iterator[tuple[int, str]]:
    """(line, name) of every attribute, and of every lookup given as a keyword or a plain string."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.value.lineno, node.arg.split("__")[0]
        elif isinstance(node, ast.Call) and _name(node.func) in {"prefetch_related", "select_related", "values"}:
            yield from ((node.lineno, name) for name in _plain_strings(node))


def _plain_strings(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value.split("__")[0]


def template_room(name: str) -> str:
    """`inbox/_row.html` is inbox's; `base.html` and `account/login.html` are the ground's."""
    folder, _, _rest = name.partition("/")
    return folder if folder in ROOMS else SHARED


def template_complaints(name: str, source: str, url_rooms: dict[str, str]) -> list[str]:
    room = template_room(name)
    drawn = (target for target in TEMPLATE_POINTER.findall(source) if not may_point_to(room, template_room(target)))
    linked = ((target, url_rooms.get(target, SHARED)) for target in URL_POINTER.findall(source))
    upward = [f"{name} ({room}) draws {target}" for target in drawn]
    return upward + [
        f"{name} ({room}) links to {target} of {above}" for target, above in linked if not may_point_to(room, above)
    ]


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
