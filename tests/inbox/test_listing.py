"""The list: its views, its pages by keyset, its counters, and cursors that somebody else made."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict

from inbox import listing
from inbox.actions.assign import assign
from inbox.actions.receive import receive
from inbox.listing import CAP, PAGE, BadCursor, Listing, read_cursor, write_cursor
from inbox.models import Channel, Conversation
from inbox.port import Key, Person
from tests.conftest import count_queries
from tests.inbox.events import NOON, says
from workspaces.models import Membership

pytestmark = pytest.mark.django_db


def arrive(channel: Channel, count: int, *, per_minute: int = 1, start: int = 0) -> None:
    """So many customers, `per_minute` of them in the same second."""
    people = [Person((Key("ring", f"r{start + n}"),), f"P{start + n}") for n in range(count)]
    receive(channel, [says("Oi", by=person, minute=(start + n) // per_minute) for n, person in enumerate(people)])


def names(rows: list[Conversation]) -> list[str]:
    return [row.contact.name for row in rows]


def pages(looking: Listing) -> Iterator[list[Conversation]]:
    cursor = ""
    while True:
        found, cursor = looking.page(cursor)
        yield found
        if not cursor:
            return


class TestPages:
    @pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 1])
    def test_hold_everything_once_newest_first(self, coop: Channel, ana: Membership, count: int) -> None:
        arrive(coop, count)
        found = list(pages(Listing(ana, "all")))
        assert [name for page in found for name in names(page)] == [f"P{n}" for n in reversed(range(count))]
        assert len(found) == max((count + PAGE - 1) // PAGE, 1)

    @pytest.mark.parametrize("per_minute", [7, 60, 500])
    def test_lose_and_double_nothing_in_the_same_second(self, coop: Channel, ana: Membership, per_minute: int) -> None:
        arrive(coop, 120, per_minute=per_minute)
        seen = [row.pk for page in pages(Listing(ana, "all")) for row in page]
        assert len(seen) == len(set(seen)) == 120
        rows = Conversation.objects.in_bulk(seen)
        assert seen == sorted(seen, key=lambda pk: (rows[pk].last_message_at, pk), reverse=True)

    def test_go_on_below_the_cursor_whatever_comes_above_it_meanwhile(self, coop: Channel, ana: Membership) -> None:
        arrive(coop, 60)
        looking = Listing(ana, "all")
        first, cursor = looking.page()
        arrive(coop, 30, start=100)
        second, _ = looking.page(cursor)
        assert names(first) + names(second) == [f"P{n}" for n in reversed(range(60))]

    def test_are_of_their_view_and_status(self, coop: Channel, ana: Membership, bruno: Membership) -> None:
        arrive(coop, 4)
        mine, brunos, nobodys, closed = Conversation.objects.order_by("id")
        assign(mine, ana, by=ana)
        assign(brunos, bruno, by=ana)
        Conversation.objects.filter(pk=closed.pk).update(status="closed")
        found = {
            (view, status): names(Listing(ana, view, status).page()[0])
            for view in listing.VIEWS
            for status in ("open", "closed")
        }
        assert found == {
            ("mine", "open"): ["P0"],
            ("unassigned", "open"): ["P2"],
            ("all", "open"): ["P2", "P1", "P0"],
            ("mine", "closed"): [],
            ("unassigned", "closed"): ["P3"],
            ("all", "closed"): ["P3"],
        }
        assert nobodys.assignee is None

    def test_of_somebody_who_left_are_empty(self, coop: Channel, ana: Membership) -> None:
        arrive(coop, 2)
        ana.is_active = False
        assert Listing(ana, "all").page() == ([], "")
        assert set(Listing(ana, "all").counters().values()) == {0}

    def test_take_one_query_and_leave_the_secrets_where_they_are(self, coop: Channel, ana: Membership) -> None:
        arrive(coop, 60)
        looking = Listing(ana, "all")
        assert count_queries(looking.page) == 1
        row = Conversation.objects.for_rows()[0]
        assert count_queries(lambda: str(row)) == 0
        assert row.channel.get_deferred_fields() == {"secrets", "config"}


class TestTheseRows:
    def test_are_those_of_the_view_newest_first(self, coop: Channel, ana: Membership) -> None:
        arrive(coop, 5)
        pks = list(Conversation.objects.order_by("id").values_list("pk", flat=True))
        Conversation.objects.filter(pk=pks[1]).update(status="closed")
        looking = Listing(ana, "unassigned")
        assert names(looking.these([pks[0], pks[1], pks[3], 999_999])) == ["P3", "P0"]
        assert looking.these([]) == []


class TestCounters:
    def test_count_each_view_of_the_open_ones(self, coop: Channel, ana: Membership, bruno: Membership) -> None:
        arrive(coop, 6)
        for row, to in zip(Conversation.objects.order_by("id")[:3], (ana, ana, bruno), strict=True):
            assign(row, to, by=bruno)
        Conversation.objects.update(last_inbound_at=ana.created_at + timedelta(minutes=1))
        assert Listing(ana).counters() == {"mine": 2, "unassigned": 3, "all": 6, "unread": 2}
        assert Listing(bruno, "all", "closed").counters()["mine"] == 1  # whatever one looks at

    def test_stop_at_their_cap(self, coop: Channel, ana: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(listing, "CAP", 5)
        arrive(coop, 9)
        assert Listing(ana).counters() == {"mine": 0, "unassigned": 5, "all": 5, "unread": 0}

    def test_are_capped_where_99_is_the_most_that_is_shown(self) -> None:
        assert CAP == 100

    def test_are_one_query_for_all(self, coop: Channel, ana: Membership) -> None:
        arrive(coop, 3)
        assert count_queries(lambda: Listing(ana).counters()) == 1


class TestWhatIsAskedFor:
    @pytest.mark.parametrize(
        ("query", "view", "status"),
        [
            ("", "mine", "open"),
            ("view=all&status=closed", "all", "closed"),
            ("view=unassigned", "unassigned", "open"),
            ("view=everything&status=gone", "mine", "open"),
            ("view=&status=", "mine", "open"),
            ("view=all&view=mine", "mine", "open"),
            ("view=%00&status='", "mine", "open"),
        ],
    )
    def test_is_one_of_the_views_or_the_usual_one(self, ana: Membership, query: str, view: str, status: str) -> None:
        looking = Listing.from_query(ana, QueryDict(query))
        assert (looking.view, looking.status) == (view, status)


class Row:
    last_message_at = NOON + timedelta(microseconds=7)
    pk = 4711


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


class TestCursors:
    def test_say_where_the_page_ended_to_the_microsecond(self) -> None:
        assert read_cursor(write_cursor(Row())) == (Row.last_message_at, 4711)

    def test_need_no_quoting_in_an_address(self) -> None:
        assert set(write_cursor(Row())) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

    @pytest.mark.parametrize(
        "cursor",
        [
            "x",
            "====",
            "\x00",
            "ñ",
            encoded(""),
            encoded(","),
            encoded("2026-11-20T15:00:00+00:00"),
            encoded("2026-11-20T15:00:00+00:00,"),
            encoded("2026-11-20T15:00:00+00:00,1,2"),
            encoded("2026-11-20T15:00:00+00:00,one"),
            encoded("2026-11-20T15:00:00,1"),  # a time without a zone is no moment
            encoded("2026-11-20,1"),
            encoded("2026-13-40T15:00:00+00:00,1"),
            encoded("yesterday,1"),
            encoded("2026-11-20T15:00:00+00:00," + "9" * 5000),
            "gICA",  # no UTF-8
        ],
    )
    def test_that_nobody_made_are_refused(self, cursor: str) -> None:
        with pytest.raises(BadCursor):
            read_cursor(cursor)

    @pytest.mark.parametrize(
        "text",
        [
            "2026-11-20T15:00:00+00:00," + "9" * 30,
            "2026-11-20T15:00:00+00:00,-1",
            "0001-01-01T00:00:00+14:00,1",
            "9999-12-31T23:59:59-12:00,1",
        ],
    )
    def test_that_are_well_made_but_point_nowhere_find_a_page(self, coop: Channel, ana: Membership, text: str) -> None:
        arrive(coop, 1)
        found, cursor = Listing(ana, "all").page(encoded(text))
        assert (len(found) <= 1, cursor) == (True, "")

    def test_of_another_view_show_nothing_one_may_not_see(
        self, coop: Channel, ana: Membership, bruno: Membership
    ) -> None:
        arrive(coop, 2)
        for row in Conversation.objects.all():
            assign(row, bruno, by=bruno)
        far: Any = Row()
        far.last_message_at = NOON + timedelta(days=1)
        assert Listing(ana, "mine").page(write_cursor(far)) == ([], "")
