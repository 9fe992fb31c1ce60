"""What a drain hands over: the events of one part, or of one element of it, with the bytes they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from channels_meta.jsonsplit import NotJSON, Unsplittable, load, prune
from channels_meta.parts import alone
from channels_meta.platforms import Platform
from inbox.port import Event, Raw, Unreadable, adapter_for

LONGEST_ERROR = 2_000
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class Dead(NamedTuple):
    """Bytes that cannot be stored, and why. `whole`: they are all that their part holds."""

    part_id: int
    payload: bytes
    error: str
    whole: bool


@dataclass(slots=True)
class Unit:
    part_id: int
    payload: bytes
    events: list[Event]
    whole: bool = True

    def dead(self, error: str) -> Dead:
        return Dead(self.part_id, self.payload, in_words(error), self.whole)


@dataclass(slots=True)
class Opened:
    """A part, read. In the order of the platform, what can be handed over; beside it what cannot."""

    units: list[Unit] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)


def open_part(platform: Platform, part_id: int, payload: bytes) -> Opened:
    unit = Unit(part_id, payload, [])
    try:
        content = load(payload)
    except NotJSON as error:
        return _salvage(platform, unit, error)
    if not isinstance(content, dict):
        return Opened(dead=[unit.dead("not a JSON object")])
    unit.events = _events(platform, content)
    return _sorted(platform, unit)


def elements(platform: Platform, unit: Unit) -> list[Unit]:
    """The unit's items, each as a unit; none when it is but one."""
    pieces = alone(orjson.loads(unit.payload), platform.shape)
    if len(pieces) < 2:
        return []
    return [Unit(unit.part_id, orjson.dumps(piece), _events(platform, piece), whole=False) for piece in pieces]


def in_words(error: str) -> str:
    """Storable, whatever the error quotes."""
    return error.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\u0000")[:LONGEST_ERROR]


def _events(platform: Platform, content: Raw) -> list[Event]:
    try:
        return list(adapter_for(platform.kind).parse(content))
    except Exception as error:  # noqa: BLE001 - it promises not to; should it, the other bodies go on
        return [Unreadable(raw={}, at=NO_TIME, reason=f"parser: {type(error).__name__}: {error}")]


def _sorted(platform: Platform, unit: Unit) -> Opened:
    """What the parser could not read is looked for among the items, so that it goes to the dead letters alone."""
    reasons = [event.reason for event in unit.events if isinstance(event, Unreadable)]
    if not reasons:
        return Opened(units=[unit] if unit.events else [])
    pieces = elements(platform, unit)
    if not pieces:
        readable = [event for event in unit.events if not isinstance(event, Unreadable)]
        units = [Unit(unit.part_id, unit.payload, readable, unit.whole)] if readable else []
        return Opened(units, [unit.dead("; ".join(reasons))])
    found = [_sorted(platform, piece) for piece in pieces]
    return Opened([good for one in found for good in one.units], [dead for one in found for dead in one.dead])


def _salvage(platform: Platform, unit: Unit, error: NotJSON) -> Opened:
    try:
        clean, bad = prune(unit.payload, platform.shape)
    except Unsplittable:
        return Opened(dead=[unit.dead(str(error))])
    if clean is None and len(bad) == 1:
        return Opened(dead=[unit.dead(str(error))])
    opened = Opened()
    if clean is not None:
        rest = Unit(unit.part_id, clean, _events(platform, orjson.loads(clean)), whole=False)
        opened = _sorted(platform, rest)
    opened.dead += [Unit(unit.part_id, one.envelope, [], whole=False).dead(_why(one.envelope)) for one in bad]
    return opened


def _why(text: bytes) -> str:
    try:
        load(text)
    except NotJSON as error:
        return str(error)
    return "not JSON beside its neighbours"
