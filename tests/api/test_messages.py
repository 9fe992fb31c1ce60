"""Messages and deliveries through the API."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.actions.note import add_note
from inbox.actions.receive import receive
from inbox.models import Channel, Conversation, Delivery, Message, State
from inbox.port import Media
from tests.api.conftest import Program, code_of, program_of
from tests.inbox.events import LIA, reacts, revokes, says
from workspaces import tenancy
from workspaces.models import Membership

pytestmark = pytest.mark.django_db


def thread(row: Conversation) -> str:
    return f"conversations/{row.pk}/messages"


def sent(api: Program, row: Conversation, **body: Any) -> dict[str, Any]:
    response = api.post(thread(row), {"text": "Temos sim!", **body})
    assert response.status_code == 201, response.content
    return dict(response.json())  # type: ignore[attr-defined]


class TestSending:
    def test_a_message_is_queued_in_the_name_of_the_keys_member(
        self, api: Program, lia: Conversation, ana: Membership
    ) -> None:
        told = sent(api, lia)
        assert (told["state"], told["source"], told["author_id"]) == ("queued", "api", ana.pk)
        assert (told["direction"], told["kind"], told["text"]) == ("out", "text", "Temos sim!")
        with tenancy.enter(lia.workspace):
            delivery = Delivery.objects.get()
            assert (delivery.message_id, delivery.state) == (told["id"], State.QUEUED)
        assert api.get(f"messages/{told['id']}").json() == told  # type: ignore[attr-defined]

    def test_the_same_client_id_is_sent_once(self, api: Program, lia: Conversation) -> None:
        client_id = str(uuid.uuid4())
        first = sent(api, lia, client_id=client_id)
        again = api.post(thread(lia), {"text": "Temos sim!", "client_id": client_id})
        assert (again.status_code, again.json()) == (200, first)  # type: ignore[attr-defined]
        assert first["client_id"] == client_id

    def test_somebody_elses_client_id_is_refused(self, api: Program, lia: Conversation, bruno: Membership) -> None:
        client_id = sent(api, lia)["client_id"]
        response = program_of(bruno).post(thread(lia), {"text": "Oi", "client_id": client_id})
        assert (response.status_code, code_of(response)) == (422, "client_id_taken")

    def test_a_quoted_reply(self, api: Program, lia: Conversation) -> None:
        quoted = api.results(thread(lia))[0]["id"]
        told = sent(api, lia, reply_to_id=quoted)
        assert told["reply_to_id"] == quoted
        with tenancy.enter(lia.workspace):
            assert Message.objects.get(pk=told["id"]).reply_to_external_id == "in-lia"

    def test_only_a_message_of_the_conversation_can_be_quoted(
        self, api: Program, lia: Conversation, ana: Membership
    ) -> None:
        with tenancy.enter(lia.workspace):
            elsewhere = Message.objects.get(external_id="in-rui").pk
            note, _ = add_note(lia, "cliente antiga", by=ana, client_id=uuid.uuid4())
        for pk in (elsewhere, note.pk, 2**50):
            response = api.post(thread(lia), {"text": "Oi", "reply_to_id": pk})
            assert (response.status_code, code_of(response)) == (404, "quoted_not_found")
        assert [row["direction"] for row in api.results(thread(lia))] == ["note", "in"]

    @pytest.mark.parametrize(("text", "code"), [("  \n", "text_empty"), ("x" * 4097, "text_too_long")])
    def test_what_the_channel_does_not_take_is_refused(
        self, api: Program, lia: Conversation, text: str, code: str
    ) -> None:
        response = api.post(thread(lia), {"text": text})
        assert (response.status_code, code_of(response)) == (422, code)

    def test_after_the_window_free_text_is_refused_with_words(self, api: Program, lia: Conversation) -> None:
        with tenancy.enter(lia.workspace):
            Conversation.objects.update(window_from=timezone.now() - timedelta(hours=25))
        response = api.post(thread(lia), {"text": "Oi"})
        assert (response.status_code, code_of(response)) == (422, "window_closed")
        assert "24" in response.json()["detail"]  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"text": ""},
            {"text": None},
            {"text": 7},
            {"text": "Oi", "client_id": "7"},
            {"text": "Oi", "client_id": 7},
            {"text": "Oi", "client_id": "{0b8f6d52-6d0e-4a53-9f6d-1f8a3a1f2c11}"},
            {"text": "Oi", "reply_to_id": "7"},
            {"text": "Oi", "author_id": 7},
        ],
    )
    def test_what_is_not_a_message_is_400(self, api: Program, lia: Conversation, body: dict[str, Any]) -> None:
        response = api.post(thread(lia), body)
        assert (response.status_code, code_of(response)) == (400, "invalid")

    def test_a_closed_conversation_opens_again(self, api: Program, lia: Conversation) -> None:
        api.post(f"conversations/{lia.pk}/closure")
        sent(api, lia)
        assert api.get(f"conversations/{lia.pk}").json()["status"] == "open"  # type: ignore[attr-defined]


class TestReadingThem:
    @pytest.fixture
    def long(self, lia: Conversation, ventas: Channel) -> Conversation:
        photo = Media("image", external_id="m-1", url="https://cdn.example/x?token=s3cret", mime_type="image/jpeg")
        with tenancy.enter(ventas.workspace):
            receive(ventas, [says("foto", by=LIA, minute=2, name="in-2", kind="image", media=(photo,))])
            receive(ventas, [reacts("in-2", "❤️"), revokes("in-lia", minute=3)])
        return lia

    def test_the_newest_comes_first(self, api: Program, long: Conversation) -> None:
        rows = api.results(thread(long))
        assert [row["external_id"] for row in rows] == ["in-2", "in-lia"]

    def test_a_file_shows_what_it_is_and_no_address_with_a_token(self, api: Program, long: Conversation) -> None:
        photo = api.results(thread(long))[0]
        assert [(one["kind"], one["mime_type"], one["state"]) for one in photo["attachments"]] == [
            ("image", "image/jpeg", "pending")
        ]
        assert photo["reactions"] == [{"emoji": "❤️", "by": "customer"}]
        assert b"s3cret" not in api.get(thread(long)).content
        assert "raw" not in photo

    def test_what_was_deleted_is_gone(self, api: Program, long: Conversation) -> None:
        gone = api.results(thread(long))[1]
        assert gone["deleted_at"] is not None
        assert "tênis" not in str(gone)

    def test_nor_does_the_conversation_tell_it(self, api: Program, lia: Conversation, ventas: Channel) -> None:
        with tenancy.enter(ventas.workspace):
            receive(ventas, [revokes("in-lia", minute=2)])
        told = api.get(f"conversations/{lia.pk}").json()  # type: ignore[attr-defined]
        assert (told["preview_kind"], told["preview_text"]) == ("deleted", "")

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("external_id=in-2", ["in-2"]),
            ("external_id=in-rui", []),
            ("direction=in", ["in-2", "in-lia"]),
            ("direction=out", []),
            ("client_id=0b8f6d52-6d0e-4a53-9f6d-1f8a3a1f2c11", []),
        ],
    )
    def test_a_thread_is_filtered(self, api: Program, long: Conversation, query: str, found: list[str]) -> None:
        assert [row["external_id"] for row in api.results(f"{thread(long)}?{query}")] == found

    def test_any_message_is_found_by_the_platforms_id(self, api: Program, theirs: Program, long: Conversation) -> None:
        assert [row["external_id"] for row in api.results("messages?external_id=in-rui")] == ["in-rui"]
        assert len(api.results(f"messages?channel_id={long.channel_id}")) == 3
        assert theirs.results("messages?external_id=in-rui") == []


class TestDeliveries:
    def test_they_are_found_by_message_state_and_platforms_id(self, api: Program, lia: Conversation) -> None:
        message = sent(api, lia)
        found = api.results(f"messages/{message['id']}/deliveries")
        assert [(row["state"], row["message_id"], row["tries"]) for row in found] == [("queued", message["id"], 0)]
        assert api.results("deliveries?state=queued") == found
        assert api.results("deliveries?state=read") == []
        assert api.results("deliveries?external_id=out-1") == []
        with tenancy.enter(lia.workspace):
            Delivery.objects.update(external_id="out-1", state=State.READ)
        assert [row["state"] for row in api.results("deliveries?external_id=out-1")] == ["read"]

    def test_what_failed_says_why_and_can_be_sent_again(self, api: Program, lia: Conversation) -> None:
        message, why = sent(api, lia), {"code": "131000", "title": "Something went wrong", "detail": ""}
        with tenancy.enter(lia.workspace):
            Delivery.objects.update(state=State.FAILED, failure=why)
            Message.objects.filter(pk=message["id"]).update(state=State.FAILED, failure=why)
        assert api.get(f"messages/{message['id']}").json()["failure"] == why  # type: ignore[attr-defined]
        response = api.post(f"messages/{message['id']}/deliveries")
        assert (response.status_code, response.json()["state"]) == (201, "queued")  # type: ignore[attr-defined]
        assert [row["state"] for row in api.results(f"messages/{message['id']}/deliveries")] == ["queued", "failed"]

    def test_what_is_on_its_way_is_not_sent_again(self, api: Program, lia: Conversation) -> None:
        message = sent(api, lia)
        response = api.post(f"messages/{message['id']}/deliveries")
        assert (response.status_code, code_of(response)) == (409, "not_retryable")
        with tenancy.enter(lia.workspace):
            assert Delivery.objects.count() == 1
