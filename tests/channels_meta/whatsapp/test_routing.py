from __future__ import annotations

from typing import Any

import pytest

from channels_meta.whatsapp.parse import parse
from channels_meta.whatsapp.routing import account_key, split_value
from tests.channels_meta.whatsapp.payloads import changes, message, names, payload, with_items

NUMBER = "110000000000009"
WABA = "waba:290000000000001"
CHAT_NAMES = (
    "text edit revoke reaction system_number group_message standby_message standby_echo echo_text echo_edit history "
    "history_media history_refused history_progress call_connect call_terminate handover handover_user_id "
    "user_id_update"
)
STATUS_NAMES = (
    "status_sent status_failed_in_value standby_status call_status value_errors user_actions preference_stop state_sync"
)
ACCOUNT_NAMES = (
    "template_status_approved template_quality_under_status template_category_alone phone_quality phone_name "
    "business_capability account_alerts account_review security account_disabled account_partner_removed flows "
    "business_username field_beside_change"
)


def routes(name: str) -> set[tuple[str, str]]:
    return {account_key(change, entry) for change, entry in changes(payload(name))}


@pytest.mark.parametrize("name", CHAT_NAMES.split())
def test_what_belongs_to_a_conversation_is_chat(name: str) -> None:
    assert routes(name) == {(NUMBER, "chat")}


@pytest.mark.parametrize("name", STATUS_NAMES.split())
def test_receipts_and_news_of_a_number_are_status(name: str) -> None:
    assert routes(name) == {(NUMBER, "status")}


@pytest.mark.parametrize("name", ACCOUNT_NAMES.split())
def test_news_of_the_account_go_to_all_its_numbers(name: str) -> None:
    assert routes(name) == {(WABA, "status")}


def test_messages_under_an_unknown_field_are_nobodys_unless_they_name_a_number() -> None:
    assert routes("unknown_field") == {("", "chat")}


@pytest.mark.parametrize("number", [None, "", {}, True])
def test_a_message_that_names_no_number_is_nobodys(number: object) -> None:
    """Were it the account's, a stranger's message would show under every number of it."""
    body = with_items("messages", message(), metadata={"phone_number_id": number})
    assert [account_key(change, entry) for change, entry in changes(body)] == [("", "chat")]


def test_a_receipt_on_standby_that_names_no_number_is_nobodys() -> None:
    change = {"field": "standby", "value": {"standby": {"statuses": [{"id": "wamid.1"}]}}}
    assert account_key(change, {"id": "29"}) == ("", "status")


def test_a_number_given_as_a_number() -> None:
    change = {"field": "messages", "value": {"metadata": {"phone_number_id": 110000000000009}, "messages": [{}]}}
    assert account_key(change, {"id": 29}) == (NUMBER, "chat")


@pytest.mark.parametrize("change", [None, 3, "x", [], {}, {"value": None}, {"value": 3}, {"field": {}, "value": []}])
def test_odd_shapes_are_nobodys(change: object) -> None:
    assert account_key(change, {"id": "29"}) == ("", "status")
    assert account_key(change, None) == ("", "status")


def test_a_mixed_value_is_split_by_lane_with_its_contacts() -> None:
    ((change, _),) = changes(payload("mixed_value"))
    (chat, chat_lane), (status, status_lane) = split_value(change)
    assert (chat_lane, status_lane) == ("chat", "status")
    assert {"messages", "errors", "contacts", "metadata", "messaging_product"} == set(chat["value"])
    assert {"statuses", "user_actions", "errors", "contacts", "metadata", "messaging_product"} == set(status["value"])
    assert chat["field"] == status["field"] == "messages"


def test_a_mixed_standby_is_split_within() -> None:
    inner = {"contacts": [], "messages": [message()], "statuses": [{"id": "wamid.1", "status": "read"}]}
    change = {"field": "standby", "value": {"metadata": {"phone_number_id": NUMBER}, "standby": inner}}
    (chat, _), (status, _) = split_value(change)
    assert set(chat["value"]["standby"]) == {"contacts", "messages"}
    assert set(status["value"]["standby"]) == {"contacts", "statuses"}
    assert account_key(chat, {}) == (NUMBER, "chat")
    assert account_key(status, {}) == (NUMBER, "status")


@pytest.mark.parametrize("name", [name for name in names() if name != "mixed_value"])
def test_a_change_of_one_lane_stays_as_it_is(name: str) -> None:
    for change, entry in changes(payload(name)):
        ((part, lane),) = split_value(change)
        assert part is change
        assert lane == account_key(change, entry)[1]


def test_split_parts_are_read_as_the_whole_is() -> None:
    ((change, entry),) = changes(payload("mixed_value"))
    parts = [part for part, _ in split_value(change)]
    split: list[Any] = parse({"entry": [{**entry, "changes": parts}]})
    assert [type(event).__name__ for event in split] == ["Inbound", "News", "Receipt", "News", "News"]


@pytest.mark.parametrize("change", [None, 3, "x", []])
def test_splitting_what_is_no_change_gives_nothing(change: object) -> None:
    assert split_value(change) == []
