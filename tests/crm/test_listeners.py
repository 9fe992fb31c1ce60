"""When a contact was last heard of."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from crm.listeners import record_activity
from crm.models import Contact
from inbox.actions.receive import receive
from inbox.models import Channel
from tests.conftest import count_queries
from tests.inbox.events import LIA, NOON, RUI, says
from workspaces import events, tenancy
from workspaces.models import EventRow, Workspace

pytestmark = pytest.mark.django_db

LISTENER = "crm.listeners.record_activity"


def heard(contact: int, at: datetime) -> EventRow:
    """As the outbox hands it over; never written here."""
    return EventRow(workspace_id=0, kind="message.received", payload={"contact": contact, "at": at.isoformat()})


def seen(name: str) -> datetime | None:
    return Contact.objects.get(name=name).last_seen_at


def test_the_latest_of_a_set_counts_whatever_its_order(inside: Workspace) -> None:
    lia, rui = (Contact.objects.create(name=name).pk for name in ("Lia", "Rui"))
    rows = [heard(lia, NOON + timedelta(minutes=n)) for n in range(20)] + [heard(rui, NOON)]
    random.Random(5).shuffle(rows)
    record_activity(rows)
    assert (seen("Lia"), seen("Rui")) == (NOON + timedelta(minutes=19), NOON)


@pytest.mark.parametrize(("minutes", "moves"), [(-60, False), (0, False), (1, True)])
def test_time_does_not_run_backwards(inside: Workspace, minutes: int, moves: bool) -> None:
    lia = Contact.objects.create(name="Lia", last_seen_at=NOON)
    record_activity([heard(lia.pk, NOON + timedelta(minutes=minutes))])
    assert (seen("Lia") != NOON) is moves


def test_a_contact_nobody_knows_any_more_is_no_failure(inside: Workspace) -> None:
    record_activity([heard(987_654, NOON)])
    assert not Contact.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_set(inside: Workspace) -> None:
    people = [Contact.objects.create(name=f"P{n}").pk for n in range(50)]
    one = count_queries(lambda: record_activity([heard(people[0], NOON)]))
    many = count_queries(lambda: record_activity([heard(person, NOON + timedelta(hours=1)) for person in people]))
    assert (one, many) == (1, 1)


def test_times_of_other_zones_are_compared_as_moments(inside: Workspace) -> None:
    lia = Contact.objects.create(name="Lia").pk
    later = datetime.fromisoformat("2026-11-20T13:00:00-03:00")  # 16:00 UTC
    record_activity([heard(lia, later), heard(lia, datetime(2026, 11, 20, 15, 30, tzinfo=UTC))])
    assert seen("Lia") == later


def test_a_message_moves_it_by_way_of_its_event_row(ventas: Channel, inside: Workspace) -> None:
    receive(ventas, [says("Oi", by=LIA, minute=3), says("Oi", by=RUI), says("de novo", by=LIA, minute=2)])
    assert seen("Lia Prado") is None  # not where the message is stored: two channels would wait for each other
    assert events.drain(LISTENER) == 3
    assert (seen("Lia Prado"), seen("Rui Alves")) == (NOON + timedelta(minutes=3), NOON)


def test_contacts_of_another_workspace_are_not_touched(calzado: Workspace, otra: Workspace) -> None:
    with tenancy.enter(otra):
        foreign = Contact.objects.create(name="Olga").pk
    with tenancy.enter(calzado):
        record_activity([heard(foreign, NOON)])
    with tenancy.enter(otra):
        assert seen("Olga") is None
