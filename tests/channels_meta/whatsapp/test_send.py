from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from channels_meta import graph
from channels_meta.whatsapp import adapter
from channels_meta.whatsapp.send import BUILDERS, request_body
from inbox import kinds
from inbox.port import Accepted, Adapter, Key, Outcome, Outgoing, Scope, SendError
from tests.channels_meta.whatsapp.server import Server, answering, serving

if TYPE_CHECKING:
    from inbox.models import Channel

ATTEMPT = uuid.UUID("3f2b6c1e-9d53-4b0e-8a5e-6f0f7d1c2a10")
PHONE = Key("phone", "5511955501234")
ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+5511955501234", "wa_id": "551155501234", "user_id": "BR.7hTq20LmZ"}],
    "messages": [{"id": "wamid.OUT9", "message_status": "accepted"}],
}


@dataclass
class Number:
    """As much of a channel as an adapter may look at."""

    account_key: str = "110000000000009"
    secrets: dict[str, Any] = field(default_factory=lambda: {"token": "EAAG-token"})
    config: dict[str, Any] = field(default_factory=dict)


def number(**fields: Any) -> Channel:
    return cast("Channel", Number(**fields))


def outgoing(**fields: Any) -> Outgoing:
    usual = {"to": PHONE, "kind": kinds.TEXT, "text": "Olá", "content": {}, "reply_to": "", "attempt": ATTEMPT}
    return Outgoing(**{**usual, **fields})


def sent(settings: Any, answer: object, message: Outgoing) -> tuple[Accepted, Server]:
    with serving(answering(answer)) as server:
        settings.GRAPH_URL, settings.GRAPH_VERSION = server.url, "v25.0"
        accepted = adapter.send(number(), message)
    return accepted, server


def refused(message: Outgoing) -> SendError:
    with pytest.raises(SendError) as caught:
        adapter.send(number(), message)
    return caught.value


def test_the_module_is_an_adapter() -> None:
    checked: Adapter = adapter
    assert (checked.kind, checked.label) == ("whatsapp", "WhatsApp")


def test_a_text() -> None:
    assert request_body(outgoing()) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511955501234",
        "biz_opaque_callback_data": "3f2b6c1e-9d53-4b0e-8a5e-6f0f7d1c2a10",
        "type": "text",
        "text": {"body": "Olá"},
    }


def test_a_quoted_reply() -> None:
    assert request_body(outgoing(reply_to="wamid.IN1"))["context"] == {"message_id": "wamid.IN1"}


@pytest.mark.parametrize("value", ["5511955501234", "+5511955501234"])
def test_a_phone_number_keeps_its_plus(value: str) -> None:
    assert request_body(outgoing(to=Key("phone", value)))["to"] == "+5511955501234"


@pytest.mark.parametrize("key", [Key("scoped", "BR.7hTq20LmZ"), Key("parent", "BR.ENT.9xYw31")])
def test_a_scoped_id_goes_to_recipient_and_to_is_left_out(key: Key) -> None:
    body = request_body(outgoing(to=key))
    assert body["recipient"] == key.value
    assert "to" not in body


@pytest.mark.parametrize(
    ("text", "preview"),
    [
        ("Veja https://sol.example/1", {"preview_url": True}),
        ("HTTP://SOL.EXAMPLE", {"preview_url": True}),
        ("https://", {}),
        ("sol.example", {}),
    ],
)
def test_a_link_is_previewed(text: str, preview: dict[str, bool]) -> None:
    assert request_body(outgoing(text=text))["text"] == {"body": text, **preview}


def test_what_travels_and_what_comes_back(settings: Any) -> None:
    message = outgoing(text="Olá 🎂 ção")
    accepted, server = sent(settings, ACCEPTED, message)
    assert accepted == Accepted(
        "wamid.OUT9", (Key("phone", "551155501234"), Key("phone", "5511955501234"), Key("scoped", "BR.7hTq20LmZ"))
    )
    (request,) = server.requests
    assert request.line == "POST /v25.0/110000000000009/messages HTTP/1.1"
    assert request.body == request_body(message)


def test_an_answer_without_contacts_names_nobody(settings: Any) -> None:
    accepted, _ = sent(settings, {"messages": [{"id": "wamid.OUT9"}]}, outgoing())
    assert accepted == Accepted("wamid.OUT9")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"messages": []},
        {"messages": [{}]},
        {"messages": {"id": "x"}},
        {"messages": [{"id": None}]},
        {"messages": [{"id": "w" * 256}]},
        {"messages": [{"id": "wamid.\x00"}]},
        {"messages": [{"id": "wamid.\ud800"}]},
        {"messages": ["wamid.OUT9"]},
        {"error": "a text", "messages": []},
    ],
)
def test_an_answer_without_an_id_leaves_it_open(settings: Any, answer: object) -> None:
    with pytest.raises(SendError) as caught:
        sent(settings, answer, outgoing())
    assert (caught.value.outcome, caught.value.failure.code) == (Outcome.UNKNOWN, graph.UNREADABLE_ANSWER)


@pytest.mark.parametrize("status", ["accepted", "held_for_quality_assessment", "paused", "new tomorrow"])
def test_whatever_it_says_of_its_state_it_was_accepted(settings: Any, status: str) -> None:
    answer = {"messages": [{"id": "wamid.OUT9", "message_status": status}]}
    accepted, _ = sent(settings, answer, outgoing())
    assert accepted.external_id == "wamid.OUT9"


@pytest.mark.parametrize(
    ("contact", "keys"),
    [
        ({"input": "BR.7hTq20LmZ", "user_id": "BR.7hTq20LmZ"}, (Key("scoped", "BR.7hTq20LmZ"),)),
        ({"input": "+5511955501234"}, (PHONE,)),
        ({"input": "+55 11 95550-1234", "wa_id": "5511955501234"}, (PHONE,)),
        ({"wa_id": 5511955501234, "parent_user_id": "BR.ENT.9x"}, (PHONE, Key("parent", "BR.ENT.9x"))),
        ({"wa_id": None, "user_id": "nobody"}, ()),
        ({}, ()),
    ],
)
def test_the_names_an_answer_gives_its_recipient(settings: Any, contact: dict[str, Any], keys: tuple[Key, ...]) -> None:
    accepted, _ = sent(settings, {"messages": [{"id": "wamid.OUT9"}], "contacts": [contact]}, outgoing())
    assert accepted.keys == keys


def test_other_kinds_are_refused_before_anything_is_sent() -> None:
    for kind in (kinds.IMAGE, kinds.TEMPLATE, kinds.LOCATION, "made up"):
        error = refused(outgoing(kind=kind))
        assert (error.outcome, error.failure.code) == (Outcome.REJECTED, "kind_unsupported")


def test_a_key_whatsapp_does_not_know_is_refused() -> None:
    error = refused(outgoing(to=Key("username", "liaprado")))
    assert (error.outcome, error.scope, error.failure.code) == (
        Outcome.REJECTED,
        Scope.RECIPIENT,
        "recipient_unsupported",
    )


@pytest.mark.parametrize(("text", "code"), [("", "text_empty"), (" \n", "text_empty"), ("x" * 4097, "text_too_long")])
def test_a_text_out_of_bounds_is_refused(text: str, code: str) -> None:
    assert refused(outgoing(text=text)).failure.code == code


def test_the_longest_text_goes(settings: Any) -> None:
    _, server = sent(settings, ACCEPTED, outgoing(text="🎂" * 4096))
    assert server.requests[0].body["text"]["body"] == "🎂" * 4096


def test_a_channel_without_a_token() -> None:
    with pytest.raises(SendError) as caught:
        adapter.send(number(secrets={}), outgoing())
    assert (caught.value.scope, caught.value.failure.code) == (Scope.ACCOUNT, graph.NO_TOKEN)


def test_mark_read(settings: Any) -> None:
    with serving(answering({"success": True})) as server:
        settings.GRAPH_URL, settings.GRAPH_VERSION = server.url, "v25.0"
        adapter.mark_read(number(account_key="11/../9"), "wamid.IN1")
    (request,) = server.requests
    assert request.line == "POST /v25.0/11%2F..%2F9/messages HTTP/1.1"
    assert request.body == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN1"}


def test_mark_read_fails_as_a_send_does(settings: Any) -> None:
    with serving(answering({"error": {"code": 190}}, 401)) as server:
        settings.GRAPH_URL = server.url
        with pytest.raises(SendError) as caught:
            adapter.mark_read(number(), "wamid.IN1")
    assert (caught.value.outcome, caught.value.scope) == (Outcome.RETRY, Scope.ACCOUNT)


def test_the_policy() -> None:
    policy = adapter.policy
    assert policy.window is not None
    assert policy.window.total_seconds() == 24 * 3600
    assert policy.kinds == set(BUILDERS)
    assert policy.closed_kinds == {kinds.TEMPLATE}
    assert (policy.text_limit, policy.length("🎂"), policy.time_step.total_seconds()) == (4096, 1, 1)
