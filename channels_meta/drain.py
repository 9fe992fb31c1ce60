"""From the raw parts to the inbox: one drainer at a time per (platform, account, lane), a set in one transaction.

A set that cannot be stored is halved until the culprit stands alone; it goes to the dead letters with its reason and
the rest is stored in its order. A fault of the database is nobody's payload: it propagates and all stays pending.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from channels_meta import metrics, sql
from channels_meta.models import WebhookPart
from channels_meta.parts import NOBODY
from channels_meta.platforms import BUSINESS, PLATFORMS, STATUS, Platform
from channels_meta.units import Dead, Unit, elements, open_part
from inbox.actions.receive import receive
from inbox.models import Channel, ChannelRoute
from workspaces import doorbell, locks, tenancy

logger = logging.getLogger(__name__)

SET_PARTS = {STATUS: 1_000}
CHAT_PARTS = 400
SET_BYTES = 4 * 1024 * 1024
SET_EVENTS = 2_000
OVERDUE_SECONDS = 5
TURN_SECONDS = 60.0  # then the worker's other lanes have their turn
CLOCK_SECONDS = 10.0

# Classes of SQLSTATE that speak of the server, the transaction or our own statements, never of what was sent.
FAULTS = frozenset({"08", "25", "40", "42", "53", "55", "57", "58", "XX"})
TOO_MUCH = "54"  # "program limit exceeded" is an OperationalError too, and does come from what was sent

State = WebhookPart.State


class Row(NamedTuple):
    id: int
    payload: bytes


def drain(platform: str, account_key: str, lane: str, *, seconds: float = TURN_SECONDS) -> int:
    """Stores all that is pending in one lane; answers how many parts it finished. Who finds the lane taken leaves:
    the holder looks again after it let go."""
    until = time.monotonic() + seconds
    finished = 0
    while (done := _drain_set(platform, account_key, lane)) is not None:
        finished += done
        metrics.PARTS.labels(lane).inc(done)
        if not _ask(sql.IS_PENDING, [platform, account_key, lane]):
            break
        if time.monotonic() > until:
            _ring(platform, account_key, lane)
            break
    return finished


def drain_overdue() -> int:
    """The clock's part: lanes whose doorbell was not heard, or whose drainer died."""
    with connection.cursor() as cursor:
        cursor.execute(sql.OVERDUE, [OVERDUE_SECONDS])
        lanes = cursor.fetchall()
    finished = 0
    for lane in lanes:
        if lane[0] not in PLATFORMS:  # of a newer version, taken back: it stays pending until that is there again
            continue
        try:
            finished += drain(*lane, seconds=CLOCK_SECONDS)
        except DatabaseError as error:
            if not connection.is_usable():
                raise
            logger.warning("lane %s:%s:%s stays pending: %s", *lane, type(error).__name__)
    return finished


def replay(part: WebhookPart) -> None:
    """A dead or unrouted part is tried again as it is."""
    tried_again = WebhookPart.objects.filter(pk=part.pk, state__in=(State.DEAD, State.UNROUTED))
    if tried_again.update(state=State.PENDING):
        doorbell.ring_on_commit(_task(), part.platform, part.account_key, part.lane)


def replay_account(platform: str, *account_keys: str) -> int:
    """What came before the account was connected. Answers how many parts."""
    with connection.cursor() as cursor:
        cursor.execute(sql.REPLAY_UNROUTED, [platform, list(account_keys)])
        places = cursor.fetchall()
    for account_key, lane in set(places):
        doorbell.ring_on_commit(_task(), platform, account_key, lane)
    return len(places)


@transaction.atomic
def _drain_set(platform: str, account_key: str, lane: str) -> int | None:
    """None when another holds the lane. The lock is a statement of its own: a row read by the same statement might
    be one that the former holder has just finished."""
    if not locks.try_lock("webhooks", f"{platform}:{account_key}:{lane}"):
        return None
    rows = _take(platform, account_key, lane)
    if rows:
        _store_rows(PLATFORMS[platform], account_key, rows)
    return len(rows)


def _take(platform: str, account_key: str, lane: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE, [platform, account_key, lane, SET_PARTS.get(lane, CHAT_PARTS), SET_BYTES])
        return [Row(pk, bytes(payload)) for pk, _, payload in cursor.fetchall()]


def _store_rows(platform: Platform, account_key: str, rows: list[Row]) -> None:
    opened = [open_part(platform, row.id, row.payload) for row in rows]
    dead = [letter for one in opened for letter in one.dead]
    routes = _routes(platform, account_key)
    if routes:
        for some in _sets([unit for one in opened for unit in one.units]):
            dead += _store(platform, routes, some)
    else:
        dead = [letter for letter in dead if letter.whole]  # the others are looked for again when there is a channel
    _bury(dead)
    buried = {letter.part_id for letter in dead if letter.whole}
    _mark([row.id for row in rows if row.id not in buried], State.DONE if routes else State.UNROUTED)


def _routes(platform: Platform, account_key: str) -> list[ChannelRoute]:
    """News of a business account goes to every channel under it, what is nobody's to none."""
    if account_key == NOBODY:
        return []
    routes = ChannelRoute.objects.filter(kind=platform.kind).select_related("workspace").order_by("id")
    if account_key.startswith(BUSINESS):
        return list(routes.filter(business_key=account_key.removeprefix(BUSINESS)))
    return list(routes.filter(account_key=account_key))


def _sets(units: list[Unit]) -> list[list[Unit]]:
    """As many units as fit one call; a unit stays whole."""
    sets: list[list[Unit]] = [[]]
    events = 0
    for unit in units:
        if events + len(unit.events) > SET_EVENTS and sets[-1]:
            sets.append([])
            events = 0
        sets[-1].append(unit)
        events += len(unit.events)
    return [some for some in sets if some]


def _store(platform: Platform, routes: list[ChannelRoute], units: Sequence[Unit]) -> list[Dead]:
    """Answers what could not be stored."""
    try:
        _hand_over(routes, units)
    except Exception as error:  # whatever was sent may be why; `is_fault` knows what it cannot be
        if is_fault(error):
            raise
        if len(units) > 1:
            middle = len(units) // 2
            halves = (units[:middle], units[middle:])
        elif pieces := elements(platform, units[0]):
            halves = (pieces, [])
        else:
            logger.warning("dead letter from part %s: %s", units[0].part_id, type(error).__name__)
            return [units[0].dead(f"{type(error).__name__}: {error}")]
        return [letter for half in halves if half for letter in _store(platform, routes, half)]
    return []


def _hand_over(routes: list[ChannelRoute], units: Sequence[Unit]) -> None:
    """For all channels or for none: a replay must not find half of it stored."""
    events = [event for unit in units for event in unit.events]
    with transaction.atomic():
        for route in routes:
            with tenancy.enter(route.workspace):
                receive(Channel.objects.get(pk=route.channel_id), events)


def is_fault(error: BaseException) -> bool:
    """Whether the database, and not what was sent, is to blame."""
    if isinstance(error, MemoryError):
        return True
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    state: str = getattr(error.__cause__, "sqlstate", None) or ""
    if state:
        return state[:2] in FAULTS
    return isinstance(error, OperationalError | InterfaceError)


def _bury(dead: list[Dead]) -> None:
    for statement, letters in (
        (sql.BURY, [letter for letter in dead if letter.whole]),
        (sql.BURY_ELEMENTS, [letter for letter in dead if not letter.whole]),
    ):
        if letters:
            columns = [[letter.part_id for letter in letters], [letter.error for letter in letters]]
            _run(statement, [*columns, [letter.payload for letter in letters]])


def _mark(ids: list[int], state: State) -> None:
    if ids:
        _run(sql.MARK, [int(state), ids])


def _run(statement: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _ask(statement: str, parameters: list[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    return bool(row and row[0])


def _task() -> doorbell.Rung:
    from channels_meta.tasks import drain as task  # the task module imports this one

    return task


def _ring(platform: str, account_key: str, lane: str) -> None:
    doorbell.ring(_task(), platform, account_key, lane)
