"""The desk's list over HTTP: rows by id, cursors, and what an outsider's id reveals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from inbox.actions.receive import receive
from inbox.models import Channel, Conversation
from inbox.port import Key, Person
from inbox.views.loading import MOST_IDS
from tests.inbox.events import says
from workspaces import tenancy
from workspaces.models import Membership, User

pytestmark = pytest.mark.django_db

ROWS = "/w/calzado-sur/inbox/rows/"


@pytest.fixture
def page(ana: Membership, browser_of: Callable[[User], Client]) -> Client:
    cache.clear()
    return browser_of(ana.user)


@pytest.fixture
def rows(ventas: Channel) -> list[int]:
    """Ids of more conversations than one may ask for at once, newest first."""
    with tenancy.enter(ventas.workspace):
        people = [Person((Key("phone", f"551198{n:07}"),), f"P{n}") for n in range(MOST_IDS + 10)]
        receive(ventas, [says("Oi", by=person, minute=n) for n, person in enumerate(people)])
        return list(Conversation.objects.newest_first().values_list("pk", flat=True))


def shown(page: Client, query: str) -> list[int]:
    html = page.get(f"{ROWS}?{query}").content.decode()
    return [int(part.split('"')[0]) for part in html.split('<li class="row" id="row-')[1:]]


def gone(page: Client, query: str) -> list[int]:
    html = page.get(f"{ROWS}?{query}").content.decode()
    return [int(part.split('"')[0]) for part in html.split('data-gone="')[1:]]


class TestRowsByIds:
    def test_come_newest_first_whatever_order_was_asked(self, page: Client, rows: list[int]) -> None:
        asked = ",".join(map(str, [rows[5], rows[0], rows[9]]))
        assert shown(page, f"view=all&ids={asked}") == [rows[0], rows[5], rows[9]]

    def test_are_at_most_so_many(self, page: Client, rows: list[int]) -> None:
        asked = ",".join(map(str, rows))
        assert shown(page, f"view=all&ids={asked}") == rows[:MOST_IDS]

    @pytest.mark.parametrize(
        "ids", ["", ",", "x", "1;2", "-1", "%00", "9" * 19, "9" * 5000, "1.5", "null", "0x10", "²"]
    )
    def test_that_are_none_are_nothing(self, page: Client, rows: list[int], ids: str) -> None:
        response = page.get(f"{ROWS}?view=all&ids={ids}")
        assert response.status_code == 200
        assert "data-gone" not in response.content.decode()
        assert "<template data-counters>" in response.content.decode()

    def test_that_left_the_view_and_those_that_never_were_look_alike(
        self, page: Client, rows: list[int], loja: Channel, ana: Membership
    ) -> None:
        """Whoever asks for a foreign id learns nothing of it."""
        with tenancy.enter(loja.workspace):
            receive(loja, [says("segredo")])
            foreign = Conversation.objects.get().pk
        with tenancy.enter(ana.workspace):
            Conversation.objects.filter(pk=rows[0]).update(status="closed")
        asked = f"view=all&ids={rows[0]},{foreign},999999999"
        assert shown(page, asked) == []
        assert gone(page, asked) == sorted([rows[0], foreign, 999999999])
        assert "segredo" not in page.get(f"{ROWS}?{asked}").content.decode()


class TestPages:
    def test_end_where_the_list_ends(self, page: Client, rows: list[int]) -> None:
        seen, cursor, more = shown(page, "view=all"), "", True
        while more:
            cursor = page.get(f"{ROWS}?view=all&before={cursor}").context["next_cursor"]
            more = bool(cursor)
            seen += shown(page, f"view=all&before={cursor}") if more else []
        assert seen == rows

    @pytest.mark.parametrize("before", ["x", "%00", "MjAyNi0xMS0yMCwx", "MjAyNi0xMS0yMFQxNTowMDowMCwx", "=" * 400])
    def test_a_cursor_nobody_made_is_a_bad_request(self, page: Client, rows: list[int], before: str) -> None:
        assert page.get(f"{ROWS}?view=all&before={before}").status_code == 400

    def test_the_next_page_is_asked_for_in_the_same_view(self, page: Client, rows: list[int]) -> None:
        html = page.get(f"{ROWS}?view=all&status=open").content.decode()
        assert "view=all&amp;status=open&amp;before=" in html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("view=mine", "No open conversation is assigned to you."),
        ("view=unassigned", "Each open conversation has somebody who answers it."),
        ("view=all", "What customers write to your channels appears here, live."),
        ("view=mine&status=closed", "Conversations you close are kept here."),
    ],
)
def test_an_empty_view_says_what_belongs_there(page: Client, ana: Membership, query: str, words: str) -> None:
    User.objects.filter(pk=ana.user_id).update(language="en")
    assert words in page.get(f"/w/calzado-sur/inbox/?{query}").content.decode()


@pytest.mark.parametrize("words", ["%00", "a%00b", "%25", "'", '"', "%5C", "(", "&", "%7C", "%F0%9F%98%80", "x" * 3000])
def test_words_of_any_kind_are_looked_for_and_fail_nobody(page: Client, rows: list[int], words: str) -> None:
    assert page.get(f"/w/calzado-sur/inbox/?q={words}").status_code == 200
    assert shown(page, f"q={words}") == []
