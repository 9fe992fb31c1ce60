"""Events are rows (an outbox): an action publishes in its own transaction, one row per listener; a listener does its
work and loses its rows in one transaction, in the order they were published. A task is the doorbell, the clock the
guarantee; a crash after COMMIT or an emptied broker loses nothing.

A listener is a function `listener(rows: Sequence[EventRow]) -> None`, named by its dotted path in
`settings.EVENT_LISTENERS`; it works on the database only, and never calls out while its transaction is open.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from workspaces import doorbell, locks, metrics, sql, tenancy
from workspaces.models import EventRow, Workspace
from workspaces.rows import as_json

logger = logging.getLogger(__name__)

BATCH = 500
MAX_ATTEMPTS = 6
OVERDUE = timedelta(seconds=5)

Listener = Callable[[Sequence[EventRow]], None]


@dataclass(frozen=True, slots=True)
class Happened:
    """`kind` is noun.past ("message.received"), `subject` kind:id: rows of one subject reach a listener in order."""

    kind: str
    subject: str
    payload: dict[str, Any] = field(default_factory=dict)


def publish(*happened: Happened) -> None:
    publish_all(happened)


def publish_all(happened: Iterable[Happened]) -> None:
    """Writes the rows of all these events in one statement, inside the caller's transaction."""
    from workspaces.tasks import drain_events  # the task module imports this one

    rows = [
        {"listener": path, "kind": event.kind, "subject": event.subject, "payload": event.payload}
        for event in happened
        for path in settings.EVENT_LISTENERS.get(event.kind, ())
    ]
    if not rows:
        return
    workspace = tenancy.current_id()
    with connection.cursor() as cursor:
        cursor.execute(sql.INSERT_EVENTS, [workspace, as_json(rows)])
    for path in {row["listener"] for row in rows}:
        doorbell.ring_on_commit(drain_events, workspace, path)


def drain(listener: str) -> int:
    """Hands over everything due to one listener; answers how many rows it finished. One drainer at a time."""
    finished = 0
    while True:
        with transaction.atomic():
            if not locks.try_lock("events", f"{tenancy.current_id()}:{listener}"):
                return finished
            rows = list(_due(listener)[:BATCH])
            if not rows:
                return finished
            finished += _hand_over(partial(_call, listener), rows, set())


def _call(listener: str, rows: Sequence[EventRow]) -> None:
    """Found when it is called: a listener that is gone (renamed, a broken import) is a failure of its own rows."""
    import_string(listener)(rows)


def _due(listener: str) -> QuerySet[EventRow]:
    """Oldest first, leaving out what waits behind an earlier row of its subject that is to be tried again later."""
    now = timezone.now()
    pending = EventRow.objects.filter(listener=listener, state=EventRow.State.PENDING)
    earlier = pending.filter(subject=OuterRef("subject"), id__lt=OuterRef("id"), run_at__gt=now)
    return pending.filter(~Exists(earlier), run_at__lte=now).order_by("id")


def _hand_over(listener: Listener, rows: list[EventRow], failed: set[str]) -> int:
    """A set that fails is halved until the culprit stands alone; the rest is done, but for the culprit's subject."""
    rows = [row for row in rows if row.subject not in failed]
    if not rows:
        return 0
    try:
        with transaction.atomic():
            listener(rows)
            EventRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    except Exception as error:  # noqa: BLE001 (a listener may fail in any way; the row keeps the reason)
        if len(rows) == 1:
            _postpone(rows[0], error)
            metrics.EVENTS.labels("failed").inc()
            failed.add(rows[0].subject)
            return 0
        middle = len(rows) // 2
        return _hand_over(listener, rows[:middle], failed) + _hand_over(listener, rows[middle:], failed)
    metrics.EVENTS.labels("done").inc(len(rows))
    return len(rows)


def _postpone(row: EventRow, error: Exception) -> None:
    row.attempts += 1
    row.error = f"{type(error).__name__}: {error}"[:2000]
    row.run_at = timezone.now() + timedelta(seconds=2**row.attempts)
    if row.attempts >= MAX_ATTEMPTS:
        row.state = EventRow.State.DEAD
    row.save(update_fields=["attempts", "error", "run_at", "state"])
    logger.error("event %s of %s failed (attempt %s)", row.kind, row.listener, row.attempts, exc_info=error)


def replay(row: EventRow) -> None:
    """A dead row is tried again as it is, after whatever made it fail was mended."""
    from workspaces.tasks import drain_events  # the task module imports this one

    with tenancy.enter(row.workspace):
        dead = EventRow.objects.filter(pk=row.pk, state=EventRow.State.DEAD)
        if dead.update(state=EventRow.State.PENDING, attempts=0, run_at=timezone.now()):
            doorbell.ring_on_commit(drain_events, row.workspace_id, row.listener)


def drain_overdue() -> int:
    """The clock's part: whatever no doorbell brought to its listener."""
    before = timezone.now() - OVERDUE
    with tenancy.across():
        overdue = EventRow.across_workspaces.filter(state=EventRow.State.PENDING, run_at__lte=before)
        pairs = list(overdue.order_by().values_list("workspace_id", "listener").distinct()[:100])
    workspaces = Workspace.objects.in_bulk({pair[0] for pair in pairs})
    finished = 0
    for workspace_id, listener in pairs:
        with tenancy.enter(workspaces[workspace_id]):
            finished += drain(listener)
    return finished
