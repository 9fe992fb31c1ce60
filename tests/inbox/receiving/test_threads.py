"""Which conversation a message goes to: one per person, channel, kind and subject, opened again rather than anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.actions.closure import close
from inbox.actions.receive import receive
from inbox.models import Channel, ChannelNews, Conversation, Message, Receipt
from inbox.port import Event, Key, News, Person
from tests.conftest import connected, count_queries
from tests.inbox.events import LIA, NOON, RUI, edits, reacts, receipt, revokes, says
from workspaces.models import EventRow, Membership, Workspace

pytestmark = pytest.mark.django_db


def subjects() -> list[tuple[str, str, int]]:
    return list(Conversation.objects.order_by("kind", "subject").values_list("kind", "subject", "clock"))


def test_each_person_has_their_own(coop: Channel) -> None:
    receive(coop, [says("oi", by=LIA), says("oi", by=RUI), says("de novo", by=LIA)])
    assert dict(Conversation.objects.values_list("contact__name", "clock")) == {"Lia Prado": 2, "Rui Alves": 1}


def test_comments_under_a_post_are_a_thread_of_their_own(coop: Channel) -> None:
    comment: dict[str, Any] = {"thread": "comment", "subject": "post-1"}
    receive(coop, [says("oi"), says("preço?", **comment), says("e este?", thread="comment", subject="post-2")])
    receive(coop, [says("?", **comment), says("tudo bem?")])
    assert subjects() == [("comment", "post-1", 2), ("comment", "post-2", 1), ("direct", "", 2)]
    assert len(set(Conversation.objects.values_list("contact", flat=True))) == 1


def test_on_two_numbers_of_one_business_a_person_is_one_contact_in_two_threads(
    inside: Workspace, ventas: Channel
) -> None:
    posventa = connected_here(inside, "110000000000010", "290000000000001")
    for channel in (ventas, posventa):
        receive(channel, [says("oi")])
    assert Conversation.objects.count() == 2
    assert len(set(Conversation.objects.values_list("identity", flat=True))) == 1


def connected_here(workspace: Workspace, key: str, business: str) -> Channel:
    return connected(workspace, key, business, "Posventa")


class TestAClosedOne:
    def test_goes_on_when_the_customer_writes(self, coop: Channel, ana: Membership) -> None:
        receive(coop, [says("oi")])
        close(Conversation.objects.get(), by=ana)
        receive(coop, [says("mais"), says("e mais")])
        assert Conversation.objects.get().status == "open"

    def test_stays_closed_for_a_reaction_a_receipt_or_history(self, coop: Channel, ana: Membership) -> None:
        receive(coop, [says("oi", name="m")])
        close(Conversation.objects.get(), by=ana)
        receive(coop, [reacts("m", "👍"), receipt("read", "x"), says("velha", is_past=True, minute=-99)])
        assert Conversation.objects.get().status == "closed"

    def test_is_left_alone_where_another_is_open(self, coop: Channel) -> None:
        receive(coop, [says("oi")])
        old = Conversation.objects.get()
        Conversation.objects.update(status="closed")
        newer = Conversation.objects.create(
            channel=coop, contact=old.contact, identity=old.identity, last_message_at=NOON
        )
        receive(coop, [says("para a aberta", minute=5)])
        assert Message.objects.get(text="para a aberta").conversation == newer
        assert Conversation.objects.get(pk=old.pk).status == "closed"

    def test_of_several_the_newest_goes_on(self, coop: Channel) -> None:
        receive(coop, [says("oi")])
        old = Conversation.objects.get()
        fields = {"channel": coop, "contact": old.contact, "identity": old.identity, "last_message_at": NOON}
        Conversation.objects.update(status="closed")
        newest = Conversation.objects.create(status="closed", **fields)
        receive(coop, [says("de volta", minute=5)])
        assert Message.objects.get(text="de volta").conversation == newest


class TestEvents:
    def test_a_new_one_is_told_once(self, coop: Channel, settings: Any) -> None:
        settings.EVENT_LISTENERS = {"conversation.opened": ["tests.nobody"]}
        receive(coop, [says("oi"), says("tudo bem?"), says("oi", by=RUI)])
        receive(coop, [says("?")])
        told = EventRow.objects.filter(listener="tests.nobody").values_list("subject", flat=True)
        assert sorted(told) == sorted(f"conversation:{pk}" for pk in Conversation.objects.values_list("pk", flat=True))


class TestLocks:
    def test_rows_are_locked_in_the_order_of_their_ids(self, coop: Channel) -> None:
        """Two transactions that touch the same conversations never wait for each other in a circle."""
        receive(coop, [says("oi", by=person, name=name) for person, name in ((LIA, "l"), (RUI, "r"))])
        with CaptureQueriesContext(connection) as captured:
            receive(coop, [reacts("r", "👍"), says("oi", by=LIA)])
        locking = [query["sql"] for query in captured if "FOR UPDATE" in query["sql"]]
        assert len(locking) == 1
        assert 'ORDER BY "inbox_conversation"."id" ASC FOR UPDATE' in locking[0]


def everything(start: int, count: int) -> list[Event]:
    """Messages with files and quotes, edits, deletions, reactions, receipts and news, of so many people each."""
    events: list[Event] = []
    for n in range(start, start + count):
        who = Person((Key("ring", f"r{n}"), Key("phone", f"55119{60_000_000 + n}")), f"P{n}")
        events += [
            says("oi", by=who, name=f"a{n}"),
            says("cita", by=who, name=f"b{n}", reply_to=f"a{n}"),
            says("apaga", by=who, name=f"c{n}"),
            edits(f"a{n}", "oi!"),
            revokes(f"c{n}"),
            reacts(f"b{n}", "👍"),
            edits(f"later-{n}", "cedo demais"),
            receipt("sent", f"nobody-{n}"),
            replace(says("mudou", by=who, kind="system"), external_id=f"s{n}"),
            News(raw={"n": n}, at=NOON, topic="quality"),
        ]
    return events


class TestQueries:
    def test_a_set_of_everything_takes_as_many_for_one_person_as_for_a_hundred(self, coop: Channel) -> None:
        one = count_queries(lambda: receive(coop, everything(0, 1)))
        many = count_queries(lambda: receive(coop, everything(1000, 100)))
        assert many == one
        assert one <= 35
        assert (Message.objects.count(), Receipt.objects.count(), ChannelNews.objects.count()) == (404, 101, 101)

    def test_and_as_many_when_all_of_it_is_known(self, coop: Channel) -> None:
        for start, count in ((0, 1), (1000, 100)):
            receive(coop, everything(start, count))
        clocks = list(Conversation.objects.order_by("id").values_list("clock", flat=True))
        one = count_queries(lambda: receive(coop, everything(0, 1)))
        many = count_queries(lambda: receive(coop, everything(1000, 100)))
        assert many == one
        assert list(Conversation.objects.order_by("id").values_list("clock", flat=True)) == clocks

    def test_a_thousand_in_one_set(self, coop: Channel) -> None:
        receive(coop, [says(str(n), minute=n) for n in range(1_000)])
        conversation = Conversation.objects.get()
        assert (conversation.inbound_count, conversation.clock, conversation.preview_text) == (1_000, 1_000, "999")

    def test_nothing_is_nothing(self, coop: Channel) -> None:
        receive(coop, [])
        assert not Conversation.objects.exists()


class TestNews:
    def test_without_a_time_of_the_platforms_are_of_now(self, coop: Channel) -> None:
        from datetime import UTC, datetime

        receive(coop, [News(raw={}, at=datetime.fromtimestamp(0, UTC), topic="t" * 200)])
        news = ChannelNews.objects.get()
        assert news.at.year > 2000
        assert (str(news), len(news.topic)) == ("t" * 80, 80)
