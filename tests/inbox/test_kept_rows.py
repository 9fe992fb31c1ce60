"""The list's cost: what is kept is not read again, and counters look no further than they must."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from inbox import drawing
from inbox.actions.read import mark_read
from inbox.actions.receive import receive
from inbox.drawing import draw_rows
from inbox.listing import CAP, Listing
from inbox.models import Channel, Conversation
from inbox.port import Key, Person
from tests.conftest import count_queries
from tests.inbox.events import NOON, RUI, says
from workspaces.models import Membership

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def test_a_row_that_is_kept_is_not_read_again(ventas: Channel, ana: Membership) -> None:
    receive(ventas, [says("hola"), says("hola", by=RUI)])
    found, _ = Listing(ana, "all").page()
    first = draw_rows(found, {})
    assert first.count('<li class="row"') == 2
    assert count_queries(lambda: draw_rows(found, {})) == 0
    assert draw_rows(found, {}) == first


def test_only_what_changed_is_drawn_anew(ventas: Channel, ana: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    receive(ventas, [says("hola"), says("hola", by=RUI)])
    draw_rows(Listing(ana, "all").page()[0], {})
    receive(ventas, [says("¿están?", minute=1)])
    found, _ = Listing(ana, "all").page()
    drawn: list[int] = []
    real = drawing._draw_row

    def noted(row: Conversation) -> str:
        drawn.append(row.pk)
        return real(row)

    monkeypatch.setattr(drawing, "_draw_row", noted)
    assert count_queries(lambda: draw_rows(found, {})) == 1
    assert drawn == [next(row.pk for row in found if row.preview_text == "¿están?")]


def test_a_row_that_moved_on_since_it_was_found_is_drawn_as_it_is(ventas: Channel, ana: Membership) -> None:
    receive(ventas, [says("hola")])
    found, _ = Listing(ana, "all").page()
    receive(ventas, [says("¿están?", minute=1)])
    assert "¿están?" in draw_rows(found, {})
    fresh, _ = Listing(ana, "all").page()
    assert count_queries(lambda: draw_rows(fresh, {})) == 0  # it was kept under the rev it was drawn from


def test_each_reader_gets_their_own_count(ventas: Channel, ana: Membership) -> None:
    receive(ventas, [says("hola"), says("hola", by=RUI)])
    found, _ = Listing(ana, "all").page()
    html = draw_rows(found, {found[0].pk: 3})
    assert html.count('class="count"') == 1
    assert ">3<" in html


def test_what_is_unread_is_counted_among_the_newest_of_mine(ventas: Channel, ana: Membership) -> None:
    people = [Person((Key("phone", f"54911556{number:05}"),), "") for number in range(2 * CAP + 5)]
    receive(ventas, [says("hola", by=person) for person in people])
    Conversation.objects.update(assignee=ana, last_inbound_at=timezone.now() + timedelta(seconds=1))
    assert Listing(ana).counters() == {"mine": CAP, "unassigned": 0, "all": CAP, "unread": CAP}
    for row in Conversation.objects.newest_first():
        mark_read(row, by=ana)
    assert Listing(ana).counters()["unread"] == 0
    soon = (timezone.now() - NOON) / timedelta(minutes=1) + 1
    receive(ventas, [says("¿siguen ahí?", by=people[0], minute=soon)])
    assert Listing(ana).counters()["unread"] == 1
