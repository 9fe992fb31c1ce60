"""Cutting what cannot be read out of a JSON text that cannot be parsed whole, so that its neighbours still can.

Nothing here recurses with the text's nesting: a value is skipped by counting brackets, and only members that lead to
items (`Shape.within`) are opened. Every byte kept was read by the strict parser; the rest is handed back as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from channels_meta.platforms import Shape

MAX_LEVEL = 12
WRITABLE_DEPTH = 250
MAX_BAD = 1_000
SMALL = 2_048  # bytes of a neighbour that is worth repeating beside each element cut out

# Possessive, so that no text makes the scanner go back; a quote that is never closed stands alone at the end.
STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
TOKEN = re.compile(STRING + rb'|[\[{]+|[\]}]+|"', re.DOTALL)
WHOLE_STRING = re.compile(STRING, re.DOTALL)
SCALAR = re.compile(rb'[^\s,:\[\]{}"]++')
SPACE = re.compile(rb"[ \t\r\n]*+")


class NotJSON(ValueError):
    """The text cannot be parsed; the words say where."""


class Unsplittable(ValueError):
    """Not even the brackets of the text are in order, or there is more wrong with it than is worth cutting."""


class Bad(NamedTuple):
    """An element cut out, alone in its envelope. `shell` is the same envelope with `{}` in its place: readable."""

    envelope: bytes
    shell: bytes


class Pruned(NamedTuple):
    """`clean` is None when nothing worth reading was left."""

    clean: bytes | None
    bad: list[Bad]


def load(text: bytes) -> Any:
    """Strictly, and only what can be written again, which takes less depth than can be read."""
    try:
        content = orjson.loads(text)
        if text.count(b"[") + text.count(b"{") > WRITABLE_DEPTH:
            orjson.dumps(content)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
        raise NotJSON(f"not JSON: {error}") from None
    return content


def reads(text: bytes) -> bool:
    try:
        load(text)
    except NotJSON:
        return False
    return True


def prune(body: bytes, shape: Shape) -> Pruned:
    """The body without the elements that cannot be parsed, and those, each alone."""
    text = body.strip(b" \t\r\n").removeprefix(b"\xef\xbb\xbf")
    if text[:1] != b"{" or value_end(text, 0) != len(text):
        raise Unsplittable("not one JSON object")
    return Pruned(*_Pruner(shape).object(text, 0))


def members(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The (key as written, value) pairs of an object, uninterpreted."""
    at = _space(text, 1)
    while text[at : at + 1] != b"}":
        key = WHOLE_STRING.match(text, at)
        if key is None:
            raise Unsplittable("a member without a key")
        start = _space(text, _expect(text, _space(text, key.end()), b":"))
        end = value_end(text, start)
        yield key[0], text[start:end]
        at = _next(text, end, b"}")


def elements(text: bytes) -> Iterator[bytes]:
    """The elements of an array, uninterpreted."""
    at = _space(text, 1)
    while text[at : at + 1] != b"]":
        end = value_end(text, at)
        yield text[at:end]
        at = _next(text, end, b"]")


def value_end(text: bytes, start: int) -> int:
    """The index after the value that begins at `start`."""
    first = text[start : start + 1]
    if first in (b"{", b"["):
        return _container_end(text, start)
    match = (WHOLE_STRING if first == b'"' else SCALAR).match(text, start)
    if match is None:
        raise Unsplittable("a value is missing")
    return match.end()


def _container_end(text: bytes, start: int) -> int:
    depth = 0
    for token in TOKEN.finditer(text, start):
        run = token.end() - token.start()
        mark = text[token.start()]
        if mark in b"[{":
            depth += run
        elif mark in b"]}":
            if run >= depth:
                return token.start() + depth
            depth -= run
        elif run == 1:
            raise Unsplittable("a text without an end")
    raise Unsplittable("a bracket without an end")


def _space(text: bytes, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at


def _expect(text: bytes, at: int, mark: bytes) -> int:
    if text[at : at + 1] != mark:
        raise Unsplittable(f"{mark.decode()} is missing")
    return at + 1


def _next(text: bytes, end: int, close: bytes) -> int:
    """Where the next element begins, or the closing bracket stands."""
    at = _space(text, end)
    if text[at : at + 1] == close:
        return at
    at = _space(text, _expect(text, at, b","))
    if text[at : at + 1] == close:
        raise Unsplittable("a comma before the end")
    return at


def _name(key: bytes) -> str:
    return str(orjson.loads(key))


def _object(parts: dict[bytes, bytes]) -> bytes:
    return b"{" + b",".join(key + b":" + value for key, value in parts.items()) + b"}"


def _shell(beside: dict[bytes, bytes], key: bytes, bad: Bad) -> bytes:
    return _object({**beside, (key if reads(key) else b'""'): bad.shell})


@dataclass(slots=True)
class _Pruner:
    shape: Shape
    found: int = 0

    def value(self, text: bytes, name: str, level: int) -> tuple[bytes | None, list[Bad]]:
        if reads(text):
            return text, []
        if level < MAX_LEVEL and text[:1] == b"{" and name in self.shape.within:
            return self.object(text, level + 1)
        if level < MAX_LEVEL and text[:1] == b"[":
            return self.array(text, name, level + 1)
        return None, self.bad(text)

    def bad(self, text: bytes) -> list[Bad]:
        self.found += 1
        if self.found > MAX_BAD:
            raise Unsplittable("too much of it cannot be read")
        return [Bad(text, b"{}")]

    def array(self, text: bytes, name: str, level: int) -> tuple[bytes | None, list[Bad]]:
        kept: list[bytes] = []
        bad: list[Bad] = []
        for element in elements(text):
            clean: bytes | None = None
            found: list[Bad] = []
            if reads(element):
                clean = element
            elif element[:1] == b"{" and name in self.shape.within and level < MAX_LEVEL:
                clean, found = self.object(element, level + 1)
            else:
                found = self.bad(element)
            bad += [Bad(b"[" + one.envelope + b"]", b"[" + one.shell + b"]") for one in found]
            if clean is not None:
                kept.append(clean)
        return (b"[" + b",".join(kept) + b"]" if kept else None), bad

    def object(self, text: bytes, level: int) -> tuple[bytes | None, list[Bad]]:
        kept: dict[bytes, bytes] = {}
        lost: list[tuple[bytes, Bad]] = []
        for key, value in dict(members(text)).items():  # of two members with one name the last counts, as in JSON
            if not reads(key):
                lost += [(key, one) for one in self.bad(value)]
                continue
            clean, found = self.value(value, _name(key), level)
            lost += [(key, one) for one in found]
            if clean is not None:
                kept[key] = clean
        beside = {key: value for key, value in kept.items() if self._worth_repeating(key, value)}
        bad = [Bad(_object({**beside, key: one.envelope}), _shell(beside, key, one)) for key, one in lost]
        return (_object(kept) if not lost or self._holds_items(kept) else None), bad

    def _worth_repeating(self, key: bytes, value: bytes) -> bool:
        name = _name(key)
        is_list = value[:1] == b"[" and name not in self.shape.companions
        return len(value) <= SMALL and not is_list and name not in self.shape.within

    def _holds_items(self, kept: dict[bytes, bytes]) -> bool:
        names = {_name(key): value for key, value in kept.items()}
        return any(
            name in self.shape.within or (value[:1] == b"[" and name not in self.shape.companions)
            for name, value in names.items()
        )
