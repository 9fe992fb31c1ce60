"""Cutting a body: into parts, one for each account and lane (the door), and into its single items (the drain)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from channels_meta.jsonsplit import MAX_LEVEL, Unsplittable, load, prune
from channels_meta.platforms import STATUS, Platform, Shape
from inbox.port import Raw

NOBODY = ""
WHOLE = object()  # stands for the change of an entry that has none
KEY = re.compile(r"[\x21-\x7e]{1,120}")  # what the column takes; any other name of an account is nobody's

Group = list[tuple[Any, Any]]  # (entry, change)


class Part(NamedTuple):
    """What one drain takes at a time. No payload means the whole body."""

    account_key: str
    lane: str
    payload: bytes | None = None


def parts_of(platform: Platform, body: bytes) -> list[Part]:
    """Raises NotJSON when the body cannot be parsed whole: then see `salvaged`."""
    payload = load(body)
    groups: dict[tuple[str, str], Group] = {}
    for entry, change in _changes(payload):
        for piece, lane in platform.split_value(change) or [(change, STATUS)]:
            key, _ = platform.account_key(piece, entry)
            groups.setdefault((key if KEY.fullmatch(key) else NOBODY, lane), []).append((entry, piece))
    if not groups:
        return [Part(NOBODY, STATUS)]
    if len(groups) == 1:
        return [Part(*place) for place in groups]
    return [Part(*place, _envelope(payload, group)) for place, group in groups.items()]


def salvaged(platform: Platform, body: bytes) -> list[Part]:
    """The parts of a body that cannot be parsed whole: what can be read of it, and each unreadable element alone."""
    try:
        clean, bad = prune(body, platform.shape)
    except Unsplittable:
        return [Part(NOBODY, STATUS)]
    parts = (
        [] if clean is None else [part._replace(payload=part.payload or clean) for part in parts_of(platform, clean)]
    )
    for element in bad:
        place = parts_of(platform, element.shell)[0]
        parts.append(place._replace(payload=element.envelope))
    return parts


def _changes(payload: object) -> Iterator[tuple[Any, Any]]:
    """Every (entry, change); what has no such shape comes as an entry with WHOLE, for the parser to judge."""
    entries = payload.get("entry") if isinstance(payload, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list) or not changes:
            yield entry, WHOLE
            continue
        for change in changes:
            yield entry, change


def _envelope(payload: Raw, group: Group) -> bytes:
    entries: list[Any] = []
    last: object = None
    for entry, change in group:
        if change is WHOLE:
            entries.append(entry)
        elif entry is last:
            entries[-1]["changes"].append(change)
        else:
            entries.append({**entry, "changes": [change]})
        last = entry
    return orjson.dumps({**payload, "entry": entries})


def alone(node: Raw, shape: Shape, level: int = 0) -> list[Raw]:
    """The body once for each of its items, in an envelope of its own."""
    if level > MAX_LEVEL:
        return [node]
    beside = {name: value for name, value in node.items() if name not in shape.within | shape.items}
    paired = {name: _by_text(beside[name]) for name in shape.companions if isinstance(beside.get(name), list)}
    pieces: list[Raw] = []
    for name, value in node.items():
        if name in shape.within:
            pieces += [{**beside, name: inner} for inner in _opened(value, shape, level + 1)]
        elif name in shape.items and isinstance(value, list):
            pieces += [{**beside, **_companions(paired, item), name: [item]} for item in value]
    return pieces or [node]


def _opened(value: object, shape: Shape, level: int) -> list[object]:
    if isinstance(value, dict):
        return [*alone(value, shape, level)]
    if not isinstance(value, list):
        return [value]
    return [
        [piece]
        for element in value
        for piece in (alone(element, shape, level) if isinstance(element, dict) else [element])
    ]


def _companions(paired: dict[str, dict[str, object]], item: object) -> dict[str, list[object]]:
    """Those that share an id with the item, so that a thousand items do not each carry a thousand neighbours."""
    names = _texts(item)
    found = {name: {id(known[text]): known[text] for text in names & known.keys()} for name, known in paired.items()}
    return {name: list(each.values()) for name, each in found.items()}


def _by_text(companions: list[object]) -> dict[str, object]:
    return {text: companion for companion in companions for text in _texts(companion)}


def _texts(item: object) -> set[str]:
    return {value for value in item.values() if isinstance(value, str)} if isinstance(item, dict) else set()
