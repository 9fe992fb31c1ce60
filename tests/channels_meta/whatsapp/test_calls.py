"""Calls as entries of the conversation (contract §7 `calls`, §12, §99)."""

from __future__ import annotations

from typing import Any

import pytest

from channels_meta.whatsapp.parse import parse
from inbox import kinds
from inbox.port import Echo, Inbound, Key, News, Unreadable
from tests.channels_meta.whatsapp.payloads import with_items

OURS, THEIRS = "15550001234", "5511955501234"
PHONE = Key("phone", THEIRS)


def call(**fields: Any) -> Any:
    usual = {
        "id": "wacid.1",
        "from": THEIRS,
        "to": OURS,
        "event": "connect",
        "direction": "USER_INITIATED",
        "timestamp": "1795000000",
    }
    item = {name: value for name, value in {**usual, **fields}.items() if value is not None}
    (event,) = parse(with_items("calls", item, field="calls"))
    return event


OURS_FIELDS: dict[str, Any] = {"direction": "BUSINESS_INITIATED", "from": OURS, "to": THEIRS}


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        ({}, {"direction": "incoming", "status": "ringing", "call_id": "wacid.1"}),
        ({"event": None}, {"direction": "incoming", "status": "ringing", "call_id": "wacid.1"}),
        (
            {"event": "terminate", "status": "COMPLETED", "duration": 83},
            {"direction": "incoming", "status": "completed", "duration": 83, "call_id": "wacid.1"},
        ),
        (
            {"event": "terminate", "status": "FAILED"},
            {"direction": "incoming", "status": "failed", "call_id": "wacid.1"},
        ),
        (
            {"event": "terminate", "duration": "0"},
            {"direction": "incoming", "status": "terminate", "duration": 0, "call_id": "wacid.1"},
        ),
        ({**OURS_FIELDS}, {"direction": "outgoing", "status": "ringing", "call_id": "wacid.1"}),
        (
            {**OURS_FIELDS, "event": "terminate", "status": "Completed", "duration": 5},
            {"direction": "outgoing", "status": "completed", "duration": 5, "call_id": "wacid.1"},
        ),
    ],
)
def test_what_is_said_of_it(fields: dict[str, Any], content: dict[str, Any]) -> None:
    event = call(**fields)
    assert (event.kind, event.text, event.content) == (kinds.CALL, "", content)
    assert event.person.keys == (PHONE,)


def test_its_end_is_no_repetition_of_its_beginning() -> None:
    begun, ended = call(), call(event="terminate")
    assert (begun.external_id, ended.external_id) == ("wacid.1", "wacid.1:terminate")
    assert ended.content["call_id"] == begun.external_id


@pytest.mark.parametrize("event", ["connect", "terminate"])
@pytest.mark.parametrize(
    ("direction", "opens", "type_"),
    [
        ("USER_INITIATED", True, Inbound),
        ("BUSINESS_INITIATED", False, Echo),
        ("user_initiated", False, Inbound),
        ("", False, Inbound),
        (None, False, Inbound),
    ],
)
def test_only_a_call_by_the_customer_restarts_the_window(
    direction: str | None, opens: bool, type_: type, event: str
) -> None:
    sides = {"from": THEIRS, "to": THEIRS}
    found = call(direction=direction, event=event, **sides)
    assert (type(found), found.opens_window) == (type_, opens)


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ({"from": None, "from_user_id": "BR.7hTq20LmZ"}, (Key("scoped", "BR.7hTq20LmZ"),)),
        ({**OURS_FIELDS, "to": None, "to_user_id": "BR.7hTq20LmZ"}, (Key("scoped", "BR.7hTq20LmZ"),)),
        ({"from_user_id": "BR.7hTq20LmZ"}, (PHONE, Key("scoped", "BR.7hTq20LmZ"))),
    ],
)
def test_with_somebody_who_hides_the_phone(fields: dict[str, Any], keys: tuple[Key, ...]) -> None:
    assert call(**fields).person.keys == keys


@pytest.mark.parametrize(
    "fields",
    [
        {"id": None},
        {"timestamp": None},
        {"from": None},
        {**OURS_FIELDS, "to": None},
        {"id": "w" * 256},
        {"id": "w" * 250, "event": "terminate"},
    ],
)
def test_one_that_lacks_what_it_is_about_is_unreadable(fields: dict[str, Any]) -> None:
    assert isinstance(call(**fields), Unreadable)


@pytest.mark.parametrize("status", ["RINGING", "ACCEPTED", "REJECTED", "COMPLETED", "FAILED", "READ"])
@pytest.mark.parametrize(
    ("field", "more"), [("calls", {"type": "call"}), ("calls", {}), ("messages", {"type": "call"})]
)
def test_its_receipts_are_never_fed_to_messages(status: str, field: str, more: dict[str, Any]) -> None:
    item = {"id": "wacid.1", "status": status, "timestamp": "1795000000", "recipient_id": THEIRS, **more}
    (event,) = parse(with_items("statuses", item, field=field))
    assert isinstance(event, News)
    assert (event.topic, event.person and event.person.keys) == ("calls.status", (PHONE,))


def test_calls_and_their_receipts_in_one_value() -> None:
    status = {"id": "wacid.1", "type": "call", "status": "RINGING", "timestamp": "1795000000"}
    item = {"id": "wacid.2", "from": THEIRS, "direction": "USER_INITIATED", "timestamp": "1795000000"}
    body = with_items("calls", item, field="calls", statuses=[status])
    assert [type(event) for event in parse(body)] == [Inbound, News]
