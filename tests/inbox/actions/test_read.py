"""Reading: each member's own mark, the badge, the counters, and what the platform is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inbox import tasks
from inbox.actions import read as reading
from inbox.actions.assign import assign
from inbox.actions.read import mark_read, mark_unread, unread_counts
from inbox.actions.receive import receive
from inbox.listing import Listing
from inbox.models import Channel, Conversation, ReadMark
from inbox.port import Echo
from tests.conftest import count_queries
from tests.inbox.events import LIA, NOON, says
from workspaces import doorbell
from workspaces.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The bells that would ring after the commit."""
    bells: list[Any] = []
    monkeypatch.setattr(doorbell, "ring_on_commit", lambda task, *args: bells.append((task, args)))
    return bells


@pytest.fixture
def talk(coop: Channel, ana: Membership, bruno: Membership) -> Conversation:
    """Three unread messages of Lia's, written after both had joined."""
    receive(coop, [says(str(n), minute=n) for n in range(3)])
    Conversation.objects.update(last_inbound_at=ana.created_at + timedelta(minutes=1))
    return fresh()


def fresh() -> Conversation:
    return Conversation.objects.select_related("channel").get()


def badge(member: Membership) -> int:
    return unread_counts([fresh()], member).get(fresh().pk, 0)


def counter(member: Membership) -> int:
    return Listing(member).counters()["unread"]


class TestBadges:
    def test_count_what_one_has_not_read_each_for_themselves(
        self, talk: Conversation, ana: Membership, bruno: Membership
    ) -> None:
        assert (badge(ana), badge(bruno)) == (3, 3)
        mark_read(talk, by=ana)
        assert (badge(ana), badge(bruno)) == (0, 3)

    def test_count_again_from_the_mark(self, coop: Channel, talk: Conversation, ana: Membership) -> None:
        mark_read(talk, by=ana)
        receive(coop, [says("mais", minute=9), says("e mais", minute=10)])
        assert badge(ana) == 2

    def test_what_came_while_the_thread_was_loaded_stays_unread(
        self, coop: Channel, talk: Conversation, ana: Membership
    ) -> None:
        loaded = fresh()
        receive(coop, [says("entre carregar e marcar", minute=9)])
        mark_read(loaded, by=ana)
        assert badge(ana) == 1

    def test_marking_as_unread_shows_one(self, talk: Conversation, ana: Membership) -> None:
        mark_read(talk, by=ana)
        mark_unread(talk, by=ana)
        mark_unread(talk, by=ana)
        assert badge(ana) == 1

    def test_marking_as_unread_what_holds_nothing_of_the_customers_shows_none(
        self, coop: Channel, ana: Membership
    ) -> None:
        receive(coop, [Echo(raw={}, at=NOON, external_id="e", person=LIA, kind="text", text="Olá")])
        mark_unread(fresh(), by=ana)
        assert badge(ana) == 0

    def test_ours_from_the_phone_and_a_change_do_not_count(
        self, coop: Channel, talk: Conversation, ana: Membership
    ) -> None:
        mark_read(talk, by=ana)
        receive(coop, [Echo(raw={}, at=NOON, external_id="e", person=LIA, kind="text", text="Olá")])
        assert badge(ana) == 0

    def test_what_was_there_before_one_joined_is_read(self, talk: Conversation, ana: Membership) -> None:
        Conversation.objects.update(last_inbound_at=ana.created_at - timedelta(seconds=1))
        assert badge(ana) == 0

    def test_a_mark_that_is_ahead_counts_none(self, talk: Conversation, ana: Membership) -> None:
        ReadMark.objects.create(member=ana, conversation=talk, inbound_count=99)
        assert badge(ana) == 0

    def test_of_many_rows_come_in_one_query(self, talk: Conversation, ana: Membership) -> None:
        assert count_queries(lambda: unread_counts([fresh()] * 50, ana)) <= 51
        rows = [talk] * 50
        assert count_queries(lambda: unread_counts(rows, ana)) == 1


class TestTheCounter:
    @pytest.mark.parametrize("old", [True, False])
    def test_counts_exactly_what_has_a_badge(self, talk: Conversation, ana: Membership, old: bool) -> None:
        assign(talk, ana, by=ana)
        if old:
            Conversation.objects.update(last_inbound_at=ana.created_at - timedelta(days=1))
        for verb in (mark_read, mark_unread, mark_read, mark_unread):
            assert counter(ana) == min(badge(ana), 1)
            verb(fresh(), by=ana)
        assert (counter(ana), badge(ana)) == (1, 1)

    def test_counts_mine_only_and_open_only(self, talk: Conversation, ana: Membership, bruno: Membership) -> None:
        assert counter(ana) == 0
        assign(talk, bruno, by=ana)
        assert (counter(ana), counter(bruno)) == (0, 1)
        Conversation.objects.update(status="closed")
        assert counter(bruno) == 0


class TestThePlatform:
    @pytest.mark.parametrize(("whose", "told"), [("nobody", True), ("mine", True), ("bruno", False)])
    def test_hears_of_it_from_who_is_responsible(
        self, talk: Conversation, ana: Membership, bruno: Membership, rung: list[Any], whose: str, told: bool
    ) -> None:
        assign(talk, {"nobody": None, "mine": ana, "bruno": bruno}[whose], by=ana)
        mark_read(fresh(), by=ana)
        assert ((tasks.tell_read, (talk.workspace_id, talk.pk)) in rung) is told

    def test_hears_once(self, talk: Conversation, ana: Membership, rung: list[Any]) -> None:
        for _ in range(3):
            mark_read(fresh(), by=ana)
        assert len(rung) == 1

    def test_does_not_hear_that_something_is_unread_again(
        self, talk: Conversation, ana: Membership, rung: list[Any]
    ) -> None:
        mark_unread(fresh(), by=ana)
        assert rung == []


class TestTheLastOfTheCustomers:
    def test_is_by_time_then_place(self, coop: Channel, talk: Conversation) -> None:
        receive(coop, [says("velha", minute=-50, name="late"), says("um", name="a"), says("dois", name="b", minute=2)])
        last = reading.last_inbound(fresh())
        assert last is not None
        assert last.external_id == "b"

    def test_has_an_id_of_the_platforms_to_be_told_by(self, coop: Channel) -> None:
        receive(coop, [Echo(raw={}, at=NOON, external_id="e", person=LIA, kind="text", text="Olá")])
        assert reading.last_inbound(fresh()) is None
