from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from channels_meta.whatsapp import adapter
from channels_meta.whatsapp.parse import parse
from inbox import kinds
from inbox.port import Echo, Edited, Event, Inbound, KeysChanged, News, Reaction, Receipt, Revoked, Unreadable
from tests.channels_meta.whatsapp.payloads import FOLDER, expected, message, names, payload, with_items
from tests.channels_meta.whatsapp.readable import readable


def bodied(**fields: Any) -> dict[str, Any]:
    return with_items("messages", message(**fields))


def one(body: dict[str, Any]) -> Any:
    (event,) = parse(body)
    return event


def test_every_row_of_the_list_has_a_payload_and_every_payload_a_row() -> None:
    rows = names()
    bodies = {path.name.removesuffix(".json") for path in FOLDER.glob("*.json")}
    assert len(rows) == len(set(rows))
    assert bodies == set(rows) | {f"{row}.expected" for row in rows}


# What the contract names; the list of payloads has to reach all of it.
TYPES = (
    "text image video audio voice document sticker location contacts button interactive order reaction system "
    "request_welcome unsupported edit revoke"
)
REPLIES = "button_reply list_reply nfm_reply call_permission_reply payment_method payment_notification product"
STATUSES = "sent delivered read played failed deleted"
FIELDS = (
    "messages message_template_status_update message_template_quality_update message_template_components_update "
    "template_category_update phone_number_quality_update phone_number_name_update business_capability_update "
    "account_alerts account_review_update security account_update user_preferences smb_message_echoes "
    "smb_app_state_sync history calls flows payment_configuration_update partner_solutions group_lifecycle_update "
    "automatic_events business_username_update messaging_handovers standby user_id_update"
)


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects(part)


@pytest.mark.parametrize(
    ("key", "wanted"), [("type", TYPES), ("type", REPLIES), ("status", STATUSES), ("field", FIELDS)]
)
def test_the_payloads_reach_everything_the_contract_names(key: str, wanted: str) -> None:
    found = {str(each.get(key)) for name in names() for each in _objects(payload(name))}
    assert set(wanted.split()) <= found


@pytest.mark.parametrize("name", names())
def test_payload(name: str) -> None:
    assert [readable(event) for event in parse(payload(name))] == expected(name)


@pytest.mark.parametrize("name", names())
def test_raw_is_the_platforms_own_item_kept_whole(name: str) -> None:
    body = payload(name)
    untouched = copy.deepcopy(body)
    theirs = list(_objects(body))
    for event in parse(body):
        if not isinstance(event, Unreadable):
            assert any(event.raw is item for item in theirs)
    assert body == untouched


def test_the_payloads_bring_forth_every_kind_of_event_and_of_message() -> None:
    events = [event for name in names() for event in parse(payload(name))]
    assert {type(event) for event in events} == {
        Inbound,
        Echo,
        Reaction,
        Edited,
        Revoked,
        Receipt,
        KeysChanged,
        News,
        Unreadable,
    }
    not_from_customers = {kinds.TEMPLATE, kinds.INTERACTIVE, kinds.EVENT, kinds.NOTE}
    every_kind = {value for name, value in vars(kinds).items() if name.isupper() and isinstance(value, str)}
    assert {event.kind for event in events if isinstance(event, Inbound)} == every_kind - not_from_customers


def test_no_payload_of_the_contract_is_unreadable_but_the_ones_meant_to_be() -> None:
    spoilt = {name for name in names() if any(isinstance(event, Unreadable) for event in parse(payload(name)))}
    assert spoilt == {"spoilt_items", "sender_missing"}


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("1795000000", datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)),
        (1795000000, datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)),
        ("1795000000250", datetime(2026, 11, 18, 11, 6, 40, 250000, tzinfo=UTC)),
    ],
)
def test_time(timestamp: object, at: datetime) -> None:
    assert one(bodied(timestamp=timestamp)).at == at


@pytest.mark.parametrize(
    "timestamp", ["", "0", "-5", "soon", True, [], {}, "9" * 40, "9" * 5000, 9999999 * 31_556_952, 10**400, 1e308]
)
def test_a_bad_time_spoils_its_own_message_only(timestamp: object) -> None:
    spoilt, good = parse(with_items("messages", message(timestamp=timestamp), message()))
    assert isinstance(spoilt, Unreadable)
    assert isinstance(good, Inbound)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"text": {"body": "a\x00b"}}, "NUL"),
        ({"text": {"body": "a\ud800b"}}, "surrogate"),
        ({"\ud800": 1}, "surrogate"),
        ({"text": {"body": "x"}, "more": float("nan")}, "finite"),
        ({"text": {"body": "x"}, "more": float("inf")}, "finite"),
        ({"text": {"body": "x"}, "more": 10**5000}, "too long"),
        ({"id": "w" * 256}, "too long"),
        ({"type": "location", "location": {"latitude": "north", "longitude": 1}}, "coordinates"),
        ({"type": "contacts", "contacts": {"name": "x"}}, "not a list"),
        ({"type": "revoke", "revoke": {}}, "original_message_id"),
        ({"type": "edit", "edit": {"original_message_id": "wamid.X"}}, "edit.message"),
        ({"type": "edit", "edit": {"original_message_id": "wamid.X", "message": {"type": "text"}}}, "no body"),
        ({"type": "reaction"}, "message_id"),
    ],
)
def test_what_cannot_be_read_says_why(item: dict[str, Any], reason: str) -> None:
    event = one(bodied(**item))
    assert isinstance(event, Unreadable)
    assert reason in event.reason


def test_what_cannot_be_stored_is_escaped_in_raw() -> None:
    """So that a dead letter is never what kills its own set."""
    event = one(bodied(text={"body": "a\x00\ud800"}))
    assert event.raw["escaped"].isascii()
    assert "\x00" not in event.raw["escaped"]


def test_nesting_without_end_is_unreadable_and_does_not_raise() -> None:
    deep: Any = "bottom"
    for _ in range(50_000):
        deep = [deep]
    event = one(bodied(deep=deep))
    assert isinstance(event, Unreadable)
    assert event.reason == "nested too deep"


def test_a_contact_that_cannot_be_stored_does_not_take_the_message_with_it() -> None:
    contact = {"wa_id": "5511955501234", "profile": {"name": "L\x00"}}
    event = one(with_items("messages", message(), contacts=[contact]))
    assert isinstance(event, Inbound)
    assert event.person.name == ""


@pytest.mark.parametrize("body", [{}, {"entry": None}, {"entry": {}}, {"entry": [3]}, {"entry": [{"id": "1"}]}])
def test_a_body_that_is_no_envelope_is_unreadable(body: dict[str, Any]) -> None:
    assert isinstance(one(body), Unreadable)


def test_names_are_cut_to_what_a_contact_can_hold() -> None:
    contact = {"wa_id": "5511955501234", "profile": {"name": "L" * 400, "username": "@" + "u" * 400}}
    person = one(with_items("messages", message(), contacts=[contact])).person
    assert (len(person.name), len(person.username)) == (255, 120)


def test_a_business_initiated_call_opens_no_window_and_a_customers_does() -> None:
    call = {"id": "wacid.1", "from": "5511955501234", "to": "5511955501234", "timestamp": "1795000000"}
    for direction, opens in (("USER_INITIATED", True), ("BUSINESS_INITIATED", False), ("", False)):
        event: Event = one(with_items("calls", {**call, "direction": direction}, field="calls"))
        assert isinstance(event, Inbound)
        assert event.opens_window is opens


def test_the_adapter_parses() -> None:
    assert [event.external_id for event in adapter.parse(bodied()) if isinstance(event, Inbound)] == ["wamid.IN1"]


def test_a_call_that_names_nobody_is_unreadable() -> None:
    call = {"id": "wacid.1", "timestamp": "1795000000", "direction": "USER_INITIATED"}
    assert "who this is" in one(with_items("calls", call, field="calls")).reason


def test_an_id_update_without_both_ids_is_unreadable() -> None:
    update = {"timestamp": "1795000000", "user_id": {"current": "BR.9kWx31QpA"}}
    assert "old or the new id" in one(with_items("user_id_update", update, field="user_id_update")).reason


def test_history_without_our_number_goes_by_who_it_was_to() -> None:
    """The thread names the customer; a message from somebody else that says to whom it went was ours."""
    theirs, ours = message(id="wamid.H1"), message(id="wamid.H2", **{"from": "15550001234", "to": "5511955501234"})
    threads = [{"id": "5511955501234", "messages": [theirs, ours]}]
    body = with_items("history", {"threads": threads}, field="history", metadata={"phone_number_id": "1"})
    assert [type(event) for event in parse(body)] == [Inbound, Echo]
