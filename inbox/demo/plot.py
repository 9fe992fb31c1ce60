"""What becomes of each conversation of the demo: when the customer last wrote, who has it, how it ends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
OPENS, CLOSES = 9, 20


@dataclass(frozen=True, slots=True)
class Plot:
    """`last_word`: when the customer last wrote. `assignee`: the nth agent of the shop, None: nobody. `waits`: the
    customer's last words are not answered; `unread`: nor read. `once`: tells one of the dialogues that come once."""

    last_word: datetime
    assignee: int | None = None
    is_open: bool = True
    waits: bool = False
    unread: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True)
class _Group:
    """So many conversations, whose customers last wrote between two times ago."""

    count: int
    latest: timedelta
    earliest: timedelta
    assigned: bool = True
    is_open: bool = True
    waits: bool = False
    unread: bool = False
    once: bool = False


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


GROUPS = (
    _Group(14, _minutes(1), _minutes(300), assigned=False, waits=True, unread=True),
    _Group(10, _minutes(4), _minutes(600), waits=True, unread=True),
    _Group(8, _minutes(20), _minutes(700), waits=True),
    _Group(8, _minutes(30), _minutes(1200), once=True),
    _Group(3, _minutes(45), _minutes(1100)),
    _Group(4, _minutes(22.3 * 60), _minutes(23.3 * 60), waits=True),  # the window closes in less than two hours
    _Group(3, _minutes(23.55 * 60), _minutes(23.9 * 60), waits=True, assigned=False),  # … than half an hour
    _Group(6, _minutes(25 * 60), 6 * DAY),
    _Group(4, _minutes(25 * 60), 4 * DAY, assigned=False, waits=True),
    _Group(60, _minutes(120), 30 * DAY, is_open=False),
)
CONVERSATIONS = sum(group.count for group in GROUPS)


def plots(now: datetime, zone: ZoneInfo, rng: random.Random) -> Iterator[Plot]:
    for group in GROUPS:
        step = (group.earliest - group.latest) / group.count
        for nth in range(group.count):
            ago = group.latest + step * (nth + rng.uniform(0.1, 0.9))
            at = (now - ago).replace(microsecond=0)
            yield Plot(
                last_word=at if ago < DAY else _in_hours(at, zone, rng),
                assignee=nth if group.assigned else None,
                is_open=group.is_open,
                waits=group.waits,
                unread=group.unread,
                once=group.once,
            )


def _in_hours(at: datetime, zone: ZoneInfo, rng: random.Random) -> datetime:
    """At an hour when people shop, on the same day or the one before, so that a closed window stays closed."""
    local = at.astimezone(zone)
    hour = rng.randint(OPENS, CLOSES - 1)
    moved = local.replace(hour=hour, minute=rng.randint(0, 59), second=rng.randint(0, 59))
    return (moved if moved <= local else moved - DAY).astimezone(at.tzinfo)
