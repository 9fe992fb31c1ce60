from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from workspaces import events, tenancy
from workspaces.events import Happened
from workspaces.models import EventRow, Workspace

pytestmark = pytest.mark.django_db

HERE = "tests.workspaces.test_events"
heard: list[list[str]] = []
broken: set[str] = set()


def listener(rows: Sequence[EventRow]) -> None:
    if any(row.payload.get("n") in broken for row in rows):
        raise ValueError("cannot digest this")
    heard.append([f"{row.subject}/{row.payload.get('n')}" for row in rows])


@pytest.fixture(autouse=True)
def listening(settings: Any) -> None:
    heard.clear()
    broken.clear()
    settings.EVENT_LISTENERS = {"thing.done": [f"{HERE}.listener"]}


def publish(*numbers: str, subject: str = "thing:1") -> None:
    events.publish_all(Happened("thing.done", subject, {"n": n}) for n in numbers)


def test_a_listener_gets_the_rows_in_order_and_they_are_gone(inside: Workspace) -> None:
    publish("a", "b", "c")
    assert events.drain(f"{HERE}.listener") == 3
    assert heard == [["thing:1/a", "thing:1/b", "thing:1/c"]]
    assert not EventRow.objects.exists()
    assert events.drain(f"{HERE}.listener") == 0


def test_nobody_hears_of_what_was_rolled_back(inside: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish("a")
        raise ZeroDivisionError
    assert events.drain(f"{HERE}.listener") == 0


def test_an_event_without_listeners_leaves_no_row(inside: Workspace) -> None:
    events.publish(Happened("other.done", "thing:1"))
    assert not EventRow.objects.exists()


def test_a_poison_row_stands_alone_and_holds_back_only_its_own_subject(inside: Workspace) -> None:
    broken.add("bad")
    publish("a", "bad", "b", subject="thing:1")
    publish("x", "y", subject="thing:2")
    assert events.drain(f"{HERE}.listener") == 3

    assert sorted(name for batch in heard for name in batch) == ["thing:1/a", "thing:2/x", "thing:2/y"]
    assert list(EventRow.objects.order_by("id").values_list("payload__n", "attempts")) == [("bad", 1), ("b", 0)]


def test_what_waits_behind_a_failed_row_follows_it_in_order(inside: Workspace) -> None:
    broken.add("bad")
    publish("bad", "b")
    events.drain(f"{HERE}.listener")
    assert heard == []

    broken.clear()
    EventRow.objects.update(run_at=timezone.now())
    events.drain(f"{HERE}.listener")
    assert heard == [["thing:1/bad", "thing:1/b"]]


def test_a_row_that_fails_for_good_is_kept_with_its_reason(inside: Workspace) -> None:
    broken.add("bad")
    publish("bad")
    for _ in range(events.MAX_ATTEMPTS):
        EventRow.objects.update(run_at=timezone.now())
        events.drain(f"{HERE}.listener")
    row = EventRow.objects.get()
    assert (row.state, row.error) == (EventRow.State.DEAD, "ValueError: cannot digest this")


def test_the_clock_hands_over_what_no_doorbell_brought_in_every_workspace(calzado: Workspace, otra: Workspace) -> None:
    for workspace in (calzado, otra):
        with tenancy.enter(workspace):
            publish(workspace.slug)
            EventRow.objects.update(run_at=timezone.now() - timedelta(seconds=6))
    assert events.drain_overdue() == 2
    assert sorted(name for batch in heard for name in batch) == ["thing:1/calzado-sur", "thing:1/otra-tienda"]


def test_the_clock_leaves_to_the_doorbell_what_is_fresh(inside: Workspace) -> None:
    publish("a")
    assert events.drain_overdue() == 0
