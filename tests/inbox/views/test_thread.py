"""The thread's addresses: cursors that nobody made, ids that are none, and what a form may not do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.http import urlencode

from inbox.actions.receive import receive
from inbox.actions.send import Draft, send
from inbox.models import Channel, Conversation, Delivery, Message, State
from inbox.views.thread import PAGE, older_cursor
from tests.inbox.events import LIA, NOON, RUI, says
from workspaces import tenancy
from workspaces.models import Membership, User

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
ROOT = "/w/calzado-sur"
LONG = "9" * 5_000  # Python itself refuses to read a number of so many digits


@pytest.fixture
def lia(ventas: Channel, ana: Membership) -> Conversation:
    cache.clear()
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says(f"mensagem {n}", by=LIA, minute=n, name=f"m{n}") for n in range(3)])
        Conversation.objects.update(window_from=timezone.now())
        return Conversation.objects.select_related("channel", "contact").get()


@pytest.fixture
def page(ana: Membership, browser_of: BrowserOf) -> Client:
    return browser_of(ana.user)


def post(page: Client, conversation: Conversation, **fields: Any) -> Any:
    data = {"client_id": str(uuid.uuid4()), "text": "Temos sim!", **fields}
    return page.post(f"{ROOT}/conversations/{conversation.pk}/messages/", data)


def stored(conversation: Conversation) -> list[Message]:
    with tenancy.enter(conversation.workspace):
        return list(Message.objects.filter(direction="out").select_related("reply_to"))


class TestSince:
    @pytest.mark.parametrize("since", ["", "x", "-1", "1.5", "1 ", "²", "0x1", "1,2", LONG, "9" * 19])
    def test_a_cursor_nobody_made_is_a_bad_request(self, page: Client, lia: Conversation, since: str) -> None:
        query = urlencode({"since": since})
        assert page.get(f"{ROOT}/conversations/{lia.pk}/messages/?{query}").status_code == 400

    @pytest.mark.parametrize(("since", "count"), [("0", 3), ("1", 2), ("3", 0), ("999", 0), ("9" * 18, 0), ("٣", 0)])
    def test_what_changed_above_it_is_drawn(self, page: Client, lia: Conversation, since: str, count: int) -> None:
        response = page.get(f"{ROOT}/conversations/{lia.pk}/messages/?since={since}")
        assert response.content.decode().count("<article") == count
        assert response["X-Cursor"] == "3"
        assert "X-More" not in response

    def test_more_than_a_few_pages_come_in_parts(self, page: Client, ventas: Channel, lia: Conversation) -> None:
        with tenancy.enter(ventas.workspace):
            receive(ventas, [says(f"n{n}", by=LIA, minute=10 + n) for n in range(5 * PAGE)])
        first = page.get(f"{ROOT}/conversations/{lia.pk}/messages/?since=0")
        assert (first["X-More"], first["X-Cursor"]) == ("1", str(5 * PAGE))
        rest = page.get(f"{ROOT}/conversations/{lia.pk}/messages/?since={first['X-Cursor']}")
        assert (rest.get("X-More"), rest["X-Cursor"]) == (None, str(5 * PAGE + 3))
        drawn = first.content.decode() + rest.content.decode()
        assert drawn.count("<article") == 5 * PAGE + 3

    def test_an_old_message_that_changed_comes_again_with_its_id(
        self, page: Client, ventas: Channel, lia: Conversation
    ) -> None:
        from tests.inbox.events import edits, reacts, revokes

        with tenancy.enter(ventas.workspace):
            receive(ventas, [edits("m0", "corrigida"), reacts("m1", "👍"), revokes("m2", minute=9)])
            names = {message.external_id: message.dom_id for message in Message.objects.all()}
        html = page.get(f"{ROOT}/conversations/{lia.pk}/messages/?since=3").content.decode()
        assert all(f'id="{name}"' in html for name in names.values())
        assert "corrigida" in html
        assert "👍" in html
        assert "mensagem 2" not in html


class TestBefore:
    @pytest.mark.parametrize(
        "before",
        [
            "",
            ",",
            "yesterday,1",
            "2026-11-20T15:00:00+00:00",
            "2026-11-20T15:00:00+00:00,",
            "2026-11-20T15:00:00+00:00,x",
            f"2026-11-20T15:00:00+00:00,{LONG}",
            "2026-11-20T15:00:00,1",
            "2026-11-20,1",
            "2026-02-30T15:00:00+00:00,1",
        ],
    )
    def test_a_cursor_nobody_made_is_a_bad_request(self, page: Client, lia: Conversation, before: str) -> None:
        response = page.get(f"{ROOT}/conversations/{lia.pk}/messages/", {"before": before})
        assert response.status_code == 400

    @pytest.mark.parametrize(
        ("before", "count"),
        [
            (f"{NOON.isoformat()},1", 0),
            (f"{NOON.isoformat()},2", 1),
            (f"{(NOON + timedelta(minutes=1)).isoformat()},1", 1),
            ("9999-12-31T23:59:59+00:00,1", 3),
            (f"9999-12-31T23:59:59-12:00,{'9' * 30}", 3),
            ("0001-01-01T00:00:00+14:00,1", 0),
            (f"{NOON.isoformat()},-5", 0),
        ],
    )
    def test_what_stands_above_it_is_drawn(self, page: Client, lia: Conversation, before: str, count: int) -> None:
        response = page.get(f"{ROOT}/conversations/{lia.pk}/messages/", {"before": before})
        assert response.content.decode().count("<article") == count
        assert response["X-Older"] == ""

    def test_pages_of_one_second_lose_and_double_nothing(
        self, page: Client, ventas: Channel, lia: Conversation
    ) -> None:
        with tenancy.enter(ventas.workspace):
            receive(ventas, [says(f"junto {n}", by=LIA, minute=50, name=f"j{n}") for n in range(3 * PAGE)])
            newest = Message.objects.order_by("-at", "-seq")[0]
        before, found = older_cursor(newest), [str(newest.pk)]
        while before:
            response = page.get(f"{ROOT}/conversations/{lia.pk}/messages/", {"before": before})
            part = response.content.decode()
            found += [piece.split('"')[0] for piece in part.split('data-id="')[1:]]
            before = response["X-Older"]
        assert len(found) == len(set(found)) == 3 * PAGE + 3


class TestSending:
    @pytest.mark.parametrize("reply_to", ["", "0", "-1", "x", "999999999", "9" * 19, LONG, "1.5"])
    def test_what_does_not_name_a_message_of_the_thread_quotes_nothing(
        self, page: Client, lia: Conversation, reply_to: str
    ) -> None:
        assert post(page, lia, reply_to=reply_to).status_code == 201
        assert [message.reply_to for message in stored(lia)] == [None]

    def test_a_message_of_another_thread_cannot_be_quoted(
        self, page: Client, ventas: Channel, lia: Conversation
    ) -> None:
        with tenancy.enter(ventas.workspace):
            receive(ventas, [says("segredo do Rui", by=RUI, name="rui")])
            foreign = Message.objects.get(external_id="rui")
        html = post(page, lia, reply_to=str(foreign.pk)).content.decode()
        assert "segredo" not in html
        assert [message.reply_to for message in stored(lia)] == [None]

    def test_a_message_of_the_thread_is_quoted(self, page: Client, lia: Conversation) -> None:
        with tenancy.enter(lia.workspace):
            quoted = Message.objects.get(external_id="m1")
        html = post(page, lia, reply_to=str(quoted.pk)).content.decode()
        assert "mensagem 1" in html
        assert [message.reply_to for message in stored(lia)] == [quoted]

    @pytest.mark.parametrize("client_id", ["", "x", "0", "{}", "not-a-uuid-at-all", LONG])
    def test_without_a_valid_id_nothing_is_sent(self, page: Client, lia: Conversation, client_id: str) -> None:
        response = post(page, lia, client_id=client_id)
        assert (response.status_code, response["X-Code"]) == (422, "client_id_invalid")
        assert stored(lia) == []

    def test_another_authors_id_is_refused_and_says_nothing_of_theirs(
        self, page: Client, lia: Conversation, bruno: Membership, browser_of: BrowserOf
    ) -> None:
        client_id = str(uuid.uuid4())
        assert post(browser_of(bruno.user), lia, client_id=client_id, text="de Bruno").status_code == 201
        response = post(page, lia, client_id=client_id, text="de Ana")
        assert (response.status_code, response["X-Code"]) == (422, "client_id_taken")
        assert "de Bruno" not in response.content.decode()
        assert [message.text for message in stored(lia)] == ["de Bruno"]

    def test_the_same_id_in_another_thread_is_another_message(
        self, page: Client, ventas: Channel, lia: Conversation
    ) -> None:
        with tenancy.enter(ventas.workspace):
            receive(ventas, [says("oi", by=RUI)])
            Conversation.objects.update(window_from=timezone.now())
            rui = Conversation.objects.select_related("channel").get(contact__name="Rui Alves")
        client_id = str(uuid.uuid4())
        assert [post(page, to, client_id=client_id).status_code for to in (lia, rui, lia)] == [201, 201, 200]

    def test_the_first_text_under_an_id_stays(self, page: Client, lia: Conversation) -> None:
        client_id = str(uuid.uuid4())
        post(page, lia, client_id=client_id, text="primeiro")
        assert "primeiro" in post(page, lia, client_id=client_id, text="segundo").content.decode()
        assert [message.text for message in stored(lia)] == ["primeiro"]

    @pytest.mark.parametrize("text", ["  entre espaços  ", "a\r\nb", "<b>x</b>", "🇧🇷", "\u202e\u05d0", "a" * 4096])
    def test_a_text_arrives_as_it_was_written(self, page: Client, lia: Conversation, text: str) -> None:
        assert post(page, lia, text=text).status_code == 201
        assert [message.text for message in stored(lia)] == [text]

    def test_every_refusal_carries_its_code_in_the_page_and_beside_it(
        self, page: Client, ventas: Channel, lia: Conversation
    ) -> None:
        with tenancy.enter(ventas.workspace):
            Channel.objects.update(state=Channel.State.NEEDS_RECONNECT)
        response = post(page, lia)
        assert (response.status_code, response["X-Code"]) == (422, "channel_disconnected")
        assert 'data-code="channel_disconnected"' in response.content.decode()


class TestIds:
    @pytest.mark.parametrize("pk", ["0", "999999999", "9" * 18, "9" * 30, "1x", "-1", "%00", LONG])
    @pytest.mark.parametrize("rest", ["", "header/", "messages/?since=0"])
    def test_that_are_nobodys_are_not_found(self, page: Client, ana: Membership, pk: str, rest: str) -> None:
        assert page.get(f"{ROOT}/conversations/{pk}/{rest}").status_code == 404

    @pytest.mark.parametrize("member", ["0", "x", "-1", "9" * 18, "9" * 19, LONG, "1.5"])
    def test_nobody_is_assigned_who_is_no_member(self, page: Client, lia: Conversation, member: str) -> None:
        url, form = f"{ROOT}/conversations/{lia.pk}/assignment/", "application/x-www-form-urlencoded"
        assert page.put(url, f"member={member}", content_type=form).status_code == 404

    def test_nor_a_member_who_left(self, page: Client, lia: Conversation, bruno: Membership) -> None:
        with tenancy.enter(lia.workspace):
            Membership.objects.filter(pk=bruno.pk).update(is_active=False)
        url, form = f"{ROOT}/conversations/{lia.pk}/assignment/", "application/x-www-form-urlencoded"
        assert page.put(url, f"member={bruno.pk}", content_type=form).status_code == 404

    def test_a_message_is_retried_in_its_own_thread_only(
        self, page: Client, ventas: Channel, ana: Membership, lia: Conversation
    ) -> None:
        with tenancy.enter(ventas.workspace):
            receive(ventas, [says("oi", by=RUI)])
            rui = Conversation.objects.get(contact__name="Rui Alves")
            message, _ = send(lia, Draft("oi"), by=ana, client_id=uuid.uuid4())
            Message.objects.filter(pk=message.pk).update(state=State.FAILED)
            Delivery.objects.update(state=State.FAILED)
        address = f"{ROOT}/conversations/{{}}/messages/{message.pk}/delivery/"
        assert page.post(address.format(rui.pk)).status_code == 404
        assert page.post(address.format(lia.pk)).status_code == 200
        with tenancy.enter(ventas.workspace):
            assert Delivery.objects.count() == 2


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("inbox/", {"get"}),
        ("inbox/rows/", {"get"}),
        ("conversations/{}/", {"get"}),
        ("conversations/{}/header/", {"get"}),
        ("conversations/{}/assignment/", {"put"}),
        ("conversations/{}/closure/", {"post", "delete"}),
        ("conversations/{}/reading/", {"post", "delete"}),
        ("me/", {"post"}),
    ],
)
def test_each_address_takes_its_own_methods_only(page: Client, lia: Conversation, path: str, allowed: set[str]) -> None:
    address = f"{ROOT}/{path.format(lia.pk)}"
    for method in ("get", "post", "put", "patch", "delete"):
        refused = getattr(page, method)(address).status_code == 405
        assert refused is (method not in allowed)
