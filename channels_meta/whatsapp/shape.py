"""Readers of decoded JSON: lenient where a field is optional, `Malformed` where an item means nothing without it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

from inbox.port import Raw

# What reading an item of a strange shape may raise; anything else is our own mistake and must be seen.
SHAPE_ERRORS = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)

# `Event.at` where the platform gave no time at all (news without `entry.time`, broken items).
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)

LATEST = 4_102_444_800  # 2100-01-01, in seconds
MILLISECONDS_FROM = 100_000_000_000  # as seconds the year 5138: nobody means that
MAX_DEPTH = 64
MAX_BITS = 1024
LONGEST_ID = 255


class Malformed(ValueError):
    """An item that cannot be read; the text is the reason shown with the dead letter."""


def text(item: Raw, key: str) -> str:
    """The field as text. Ids come as strings and as numbers; whatever else is there counts as absent."""
    value = item.get(key)
    if isinstance(value, str):
        return value
    if value is None:  # most of what is optional is not there
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= MAX_BITS:
        return str(value)
    return ""


def need(item: Raw, key: str) -> str:
    value = text(item, key)
    if not value:
        raise Malformed(f"{key} is missing or not text")
    return value


def need_id(item: Raw, key: str) -> str:
    """An id we store as it is. One that does not fit is no id that the platform ever gave."""
    value = need(item, key)
    if len(value) > LONGEST_ID:
        raise Malformed(f"{key} is too long for an id")
    return value


def short(item: Raw, key: str, length: int = LONGEST_ID) -> str:
    """An optional id or name that must fit; of a longer one the end is lost."""
    return text(item, key)[:length]


def first(item: Raw, *keys: str) -> str:
    return next((value for key in keys if (value := text(item, key))), "")


def obj(item: Raw, key: str) -> Raw:
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def objs(item: Raw, key: str) -> list[Raw]:
    value = item.get(key)
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def body(item: Raw, key: str) -> Raw | None:
    """The object a type promises: None when the platform left it out, an error when it is something else."""
    value = item.get(key)
    if value is None or isinstance(value, dict):
        return value
    raise Malformed(f"{key} is not an object")


def flag(item: Raw, key: str) -> bool:
    return item.get(key) is True


def number(item: Raw, key: str) -> int | float | None:
    value = item.get(key)
    if isinstance(value, str):
        value = _number_in(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return value if value.bit_length() <= MAX_BITS else None
    return value if math.isfinite(value) else None


def _number_in(value: str) -> float | int | None:
    try:
        return float(value) if "." in value else int(value)
    except ValueError:
        return None


def moment(item: Raw, key: str = "timestamp") -> datetime:
    """Unix seconds, as text or as a number; milliseconds are tolerated, the contract's §3 says why."""
    value = number(item, key)
    if value is None:
        raise Malformed(f"{key} is missing or not a time")
    seconds = value / 1000 if value >= MILLISECONDS_FROM else value
    if not 0 < seconds < LATEST:
        raise Malformed(f"{key} is out of range")
    return datetime.fromtimestamp(seconds, UTC)


def moment_or(item: Raw, default: datetime, key: str = "timestamp") -> datetime:
    try:
        return moment(item, key)
    except Malformed:
        return default


def kept(fields: Mapping[str, object]) -> dict[str, object]:
    """Without the fields that are empty, so that `content` holds only what was said."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], {}, ())}


def check_storable(item: object) -> None:
    """PostgreSQL keeps no NUL, no lone surrogate, no NaN, and nesting without end breaks every reader after us."""
    if _is_plain(item):
        return
    layer, depth = [item], 0
    while layer:
        if depth > MAX_DEPTH:
            raise Malformed("nested too deep")
        below: list[object] = []
        for node in layer:
            if isinstance(node, str | int | float):
                _check_leaf(node)
            elif isinstance(node, dict):
                below += node
                below += node.values()
            elif isinstance(node, list):
                below += node
        layer, depth = below, depth + 1


def _is_plain(item: object) -> bool:
    """Nearly every item: without anything that might be one of these, told at a twentieth of the price."""
    try:
        written = orjson.dumps(item)
    except (TypeError, RecursionError):  # a surrogate, a long number, too deep
        return False
    shallow = written.count(b"{") + written.count(b"[") <= MAX_DEPTH
    return shallow and b"\\u0000" not in written and b"null" not in written  # as which NaN is written


def _check_leaf(leaf: str | int | float) -> None:
    if isinstance(leaf, str):
        if "\x00" in leaf:
            raise Malformed("text with a NUL character")
        if not leaf.isascii() and any("\ud800" <= character <= "\udfff" for character in leaf):
            raise Malformed("text with a lone surrogate")
    elif isinstance(leaf, float):
        if not math.isfinite(leaf):
            raise Malformed("a number that is not finite")
    elif leaf.bit_length() > MAX_BITS:
        raise Malformed("a number too long to keep")


def is_storable(item: object) -> bool:
    try:
        check_storable(item)
    except Malformed:
        return False
    return True


def storable(item: object) -> Raw:
    """The item as it came, or, where that cannot be stored, its JSON text with everything odd escaped."""
    if is_storable(item):
        return item if isinstance(item, dict) else {"value": item}
    try:
        return {"escaped": json.dumps(item)}
    except (RecursionError, ValueError, TypeError):
        return {"escaped": "", "note": "too deep or too long to be written; see the body it came in"}
