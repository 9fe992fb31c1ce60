"""The desk's pages, for those who may see them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from inbox.actions.assign import assign
from inbox.actions.closure import close
from inbox.actions.receive import receive
from inbox.models import Channel, Conversation, Delivery, Message, ReadMark, State
from tests.conftest import count_queries
from tests.inbox.events import LIA, NOON, RUI, says
from workspaces import tenancy
from workspaces.models import Membership, User, Workspace

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
ROOT = "/w/calzado-sur"


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def lia(ventas: Channel, ana: Membership, bruno: Membership) -> Conversation:
    """Lia's conversation: three messages, nobody's, the window open."""
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says(f"mensagem {n}", by=LIA, minute=n) for n in range(3)])
        Conversation.objects.update(window_from=timezone.now(), last_inbound_at=timezone.now())
        return Conversation.objects.select_related("channel", "contact").get()


@pytest.fixture
def page(ana: Membership, browser_of: BrowserOf) -> Client:
    """Ana's browser."""
    return browser_of(ana.user)


def fresh(conversation: Conversation) -> Conversation:
    with tenancy.enter(conversation.workspace):
        return Conversation.objects.select_related("assignee").get(pk=conversation.pk)


def test_the_list_shows_who_wrote_and_what(page: Client, lia: Conversation) -> None:
    html = page.get(f"{ROOT}/inbox/?view=all").content.decode()
    assert "Lia Prado" in html
    assert "mensagem 2" in html
    assert f'data-id="{lia.pk}"' in html


def test_an_empty_list_says_so(page: Client, ana: Membership) -> None:
    response = page.get(f"{ROOT}/inbox/")
    assert response.status_code == 200
    assert "empty" in response.content.decode()


def test_the_views_hold_what_is_mine_unassigned_and_all(page: Client, lia: Conversation, ana: Membership) -> None:
    def shown(view: str) -> bool:
        return "Lia Prado" in page.get(f"{ROOT}/inbox/?view={view}").content.decode()

    assert [shown(view) for view in ("mine", "unassigned", "all")] == [False, True, True]
    with tenancy.enter(lia.workspace):
        assign(lia, ana, by=ana)
    assert [shown(view) for view in ("mine", "unassigned", "all")] == [True, False, True]


def test_the_list_pages_by_keyset_without_losing_or_doubling(ventas: Channel, page: Client) -> None:
    with tenancy.enter(ventas.workspace):
        people = [type(LIA)((type(LIA.keys[0])("phone", f"551198{n:07}"),), f"P{n}") for n in range(120)]
        receive(ventas, [says("Oi", by=person, minute=n // 7) for n, person in enumerate(people)])
    seen: list[int] = []
    before = ""
    for _ in range(4):
        response = page.get(f"{ROOT}/inbox/rows/?view=all&before={before}")
        rows = response.context["rows"]
        seen += [int(part.split('"')[0]) for part in str(rows).split('data-id="')[1:]]
        before = response.context["next_cursor"]
        if not before:
            break
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("cursor", ["x", "%00", "YWJj", "MjAyNi0xMS0yMCwx" + "9" * 40])
def test_a_cursor_nobody_made_is_a_bad_request(page: Client, cursor: str) -> None:
    assert page.get(f"{ROOT}/inbox/rows/?before={cursor}").status_code == 400


def test_a_nudge_is_answered_with_the_rows_one_may_see_and_those_that_left(page: Client, lia: Conversation) -> None:
    html = page.get(f"{ROOT}/inbox/rows/?ids={lia.pk},999999,zzz&view=unassigned").content.decode()
    assert f'data-id="{lia.pk}"' in html
    assert 'data-gone="999999"' in html


def test_opening_reads_it_for_me_alone(
    page: Client, lia: Conversation, bruno: Membership, browser_of: BrowserOf
) -> None:
    def unread(client: Client) -> bool:
        return 'class="count"' in str(client.get(f"{ROOT}/inbox/rows/?ids={lia.pk}&view=all").context["rows"])

    assert unread(page)
    assert page.get(f"{ROOT}/conversations/{lia.pk}/").status_code == 200
    assert not unread(page)
    assert unread(browser_of(bruno.user))

    assert page.delete(f"{ROOT}/conversations/{lia.pk}/reading/").status_code == 204
    assert unread(page)


def test_what_was_there_before_i_joined_is_not_unread(ventas: Channel, page: Client) -> None:
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says("de antes")])
        Conversation.objects.update(last_inbound_at=NOON - timedelta(days=1))
    assert 'class="count"' not in str(page.get(f"{ROOT}/inbox/?view=all").context["rows"])


def test_the_thread_alone_is_answered_to_htmx(page: Client, lia: Conversation) -> None:
    whole = page.get(f"{ROOT}/conversations/{lia.pk}/").content.decode()
    part = page.get(f"{ROOT}/conversations/{lia.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "mensagem 1" in part


def send(page: Client, lia: Conversation, text: str = "Temos sim!", **fields: Any) -> Any:
    data = {"client_id": str(uuid.uuid4()), "text": text, **fields}
    return page.post(f"{ROOT}/conversations/{lia.pk}/messages/", data)


def test_sending_answers_with_the_drawing_of_the_message(page: Client, lia: Conversation) -> None:
    client_id = str(uuid.uuid4())
    first = send(page, lia, client_id=client_id)
    again = send(page, lia, client_id=client_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert f'id="message-{client_id}"' in first.content.decode()
    with tenancy.enter(lia.workspace):
        assert Message.objects.filter(direction="out").count() == Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": ""}, "text_empty"),
        ({"text": "x" * 5000}, "text_too_long"),
        ({"client_id": "not-a-uuid"}, "client_id_invalid"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_code_and_words(
    page: Client, lia: Conversation, fields: dict[str, str], code: str
) -> None:
    response = send(page, lia, **fields)
    assert (response.status_code, response["X-Code"]) == (422, code)
    assert len(response.content.decode().strip()) > 20


def test_a_closed_window_refuses_free_text_on_the_server(page: Client, lia: Conversation) -> None:
    with tenancy.enter(lia.workspace):
        Conversation.objects.update(window_from=timezone.now() - timedelta(hours=25))
    assert send(page, lia)["X-Code"] == "window_closed"


def test_markup_from_a_customer_is_text(ventas: Channel, page: Client, lia: Conversation) -> None:
    evil = '<img src=x onerror=alert(1)> https://loja.example/?a=1&b="2"'
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says(evil, by=RUI)])
        conversation = Conversation.objects.get(contact__name="Rui Alves")
    html = page.get(f"{ROOT}/conversations/{conversation.pk}/").content.decode()
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert 'href="https://loja.example/?a=1&amp;b="' in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_catching_up_gives_what_changed_above_the_cursor(page: Client, lia: Conversation, ventas: Channel) -> None:
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says("nova", by=LIA, minute=9)])
    response = page.get(f"{ROOT}/conversations/{lia.pk}/messages/?since=3")
    html = response.content.decode()
    assert "nova" in html
    assert "mensagem 2" not in html
    assert response["X-Cursor"] == "4"
    assert page.get(f"{ROOT}/conversations/{lia.pk}/messages/?since=4").content == b""
    assert page.get(f"{ROOT}/conversations/{lia.pk}/messages/?since=x").status_code == 400


def test_older_messages_come_by_page_up_to_the_first(ventas: Channel, page: Client, lia: Conversation) -> None:
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says(f"n{n:03}", by=LIA, minute=10 + n) for n in range(95)])
    first = page.get(f"{ROOT}/conversations/{lia.pk}/")
    older = first.context["older"]
    pages = 0
    found = first.content.decode()
    while older:
        response = page.get(f"{ROOT}/conversations/{lia.pk}/messages/", {"before": older})
        found += response.content.decode()
        older = response["X-Older"]
        pages += 1
    assert pages == 2
    assert all(f"n{n:03}" in found for n in range(95))
    assert "mensagem 0" in found
    assert page.get(f"{ROOT}/conversations/{lia.pk}/messages/?before=yesterday").status_code == 400


def test_assigning_closing_and_opening_leave_a_line_in_the_thread(
    page: Client, lia: Conversation, ana: Membership, bruno: Membership
) -> None:
    def put(member: str) -> int:
        url = f"{ROOT}/conversations/{lia.pk}/assignment/"
        return page.put(url, f"member={member}", content_type="application/x-www-form-urlencoded").status_code

    assert [put(str(bruno.pk)), put(str(bruno.pk)), put(str(ana.pk)), put(""), put("999999")] == [200] * 4 + [404]
    assert page.post(f"{ROOT}/conversations/{lia.pk}/closure/").status_code == 200
    assert fresh(lia).status == "closed"
    assert page.delete(f"{ROOT}/conversations/{lia.pk}/closure/").status_code == 200
    assert fresh(lia).status == "open"
    with tenancy.enter(lia.workspace):
        lines = [line.content["what"] for line in Message.objects.filter(direction="event").order_by("seq")]
    assert lines == ["assigned", "taken", "unassigned", "closed", "reopened"]


def test_a_failed_message_can_be_tried_again_from_the_thread(page: Client, lia: Conversation) -> None:
    send(page, lia)
    with tenancy.enter(lia.workspace):
        Message.objects.filter(direction="out").update(state=State.FAILED, failure={"code": "131026"})
        Delivery.objects.update(state=State.FAILED)
        message = Message.objects.get(direction="out")
    response = page.post(f"{ROOT}/conversations/{lia.pk}/messages/{message.pk}/delivery/")
    assert response.status_code == 200
    with tenancy.enter(lia.workspace):
        assert sorted(Delivery.objects.values_list("state", flat=True)) == [State.QUEUED, State.FAILED]


def test_the_list_and_the_thread_take_few_queries_however_long(
    ventas: Channel, page: Client, lia: Conversation
) -> None:
    with tenancy.enter(ventas.workspace):
        people = [type(LIA)((type(LIA.keys[0])("phone", f"551198{n:07}"),), f"P{n}") for n in range(60)]
        receive(ventas, [says("Oi", by=person, minute=n) for n, person in enumerate(people)])
        receive(ventas, [says(f"mais {n}", by=LIA, minute=100 + n) for n in range(30)])
    page.get(f"{ROOT}/inbox/?view=all")
    # session, user, workspace, membership; then the rows, their read marks and four counters
    assert count_queries(lambda: page.get(f"{ROOT}/inbox/?view=all")) <= 8
    page.get(f"{ROOT}/conversations/{lia.pk}/")
    assert count_queries(lambda: page.get(f"{ROOT}/conversations/{lia.pk}/", headers={"HX-Request": "true"})) <= 14


def test_reading_tells_the_platform_only_when_it_is_mine_or_nobodys(
    lia: Conversation, ana: Membership, bruno: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inbox import tasks
    from inbox.actions.read import mark_read
    from workspaces import doorbell

    rung: list[Any] = []
    monkeypatch.setattr(doorbell, "ring_on_commit", lambda task, *args: rung.append((task, args)))
    with tenancy.enter(lia.workspace):
        mark_read(lia, by=ana)
        mark_read(lia, by=ana)
        assign(lia, ana, by=ana)
        ReadMark.objects.all().delete()
        mark_read(fresh(lia), by=bruno)
        close(lia, by=ana)
    assert [task for task, _ in rung].count(tasks.tell_read) == 1


def test_home_leads_into_the_only_workspace(page: Client, calzado: Workspace) -> None:
    chain = page.get("/", follow=True).redirect_chain
    assert [address for address, _status in chain] == ["/w/calzado-sur/", "/w/calzado-sur/inbox/"]
    assert page.get(f"{ROOT}/")["Location"] == f"{ROOT}/inbox/"


def test_language_and_theme_are_set_for_oneself(page: Client, ana: Membership) -> None:
    response = page.post(f"{ROOT}/me/", {"language": "pt-br", "theme": "dark", "next": "https://evil.example/"})
    assert response["Location"] == f"{ROOT}/inbox/"
    user = User.objects.get(pk=ana.user_id)
    assert (user.language, user.theme) == ("pt-br", "dark")
    assert 'lang="pt-br"' in page.get(f"{ROOT}/inbox/").content.decode().lower()
    assert page.post(f"{ROOT}/me/", {"language": "xx"}).status_code == 422
