"""News of the account and of people (contract §7, §99): every row, every event it names, kept whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from channels_meta.whatsapp.parse import parse
from channels_meta.whatsapp.routing import account_key
from channels_meta.whatsapp.shape import NO_TIME
from inbox.port import Key, News, Unreadable
from tests.channels_meta.whatsapp.payloads import with_items

AT = datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
PHONE, SCOPED = Key("phone", "5511955501234"), Key("scoped", "BR.7hTq20LmZ")
TEMPLATE = {
    "message_template_id": 881,
    "message_template_name": "pedido_pronto",
    "message_template_language": "pt_BR",
}


def body(field: str, value: Any, **entry: Any) -> dict[str, Any]:
    return {"entry": [{"id": "29", "time": 1795000000, **entry, "changes": [{"field": field, "value": value}]}]}


TEMPLATE_EVENTS = (
    "APPROVED REJECTED PENDING PAUSED DISABLED FLAGGED IN_APPEAL REINSTATED LIMIT_EXCEEDED LOCKED "
    "PENDING_DELETION DELETED ARCHIVED"
)
ACCOUNT_EVENTS = (
    "PARTNER_ADDED PARTNER_REMOVED PARTNER_APP_INSTALLED PARTNER_APP_UNINSTALLED ACCOUNT_VIOLATION "
    "ACCOUNT_RESTRICTION DISABLED_UPDATE ACCOUNT_DELETED ACCOUNT_OFFBOARDED ACCOUNT_RECONNECTED "
    "VOLUME_BASED_PRICING_TIER_UPDATE AUTH_INTL_PRICE_ELIGIBILITY_UPDATE AD_ACCOUNT_LINKED "
    "MM_LITE_TERMS_SIGNED"
)
PHONE_EVENTS = "ONBOARDING THROUGHPUT_UPGRADE UPGRADE DOWNGRADE FLAGGED UNFLAGGED"
TIERS = "TIER_50 TIER_250 TIER_2K TIER_10K TIER_100K TIER_UNLIMITED NOT_SET"
# field, value: the rows of §7 that are about the whole account
ACCOUNT: list[tuple[str, dict[str, Any]]] = [
    *(
        ("message_template_status_update", {"event": event, **TEMPLATE, "reason": None})
        for event in TEMPLATE_EVENTS.split()
    ),
    (
        "message_template_status_update",
        {"event": "PAUSED", **TEMPLATE, "reason": "NONE", "other_info": {"title": "FIRST_PAUSE", "description": "x"}},
    ),
    (
        "message_template_status_update",
        {"event": "REJECTED", **TEMPLATE, "rejection_info": {"reason": "PROMOTIONAL", "recommendation": "x"}},
    ),
    ("message_template_status_update", {"event": "DISABLED", **TEMPLATE, "disable_info": {"disable_date": "x"}}),
    *(
        ("message_template_quality_update", {"previous_quality_score": "GREEN", "new_quality_score": score, **TEMPLATE})
        for score in ("GREEN", "YELLOW", "RED", "UNKNOWN")
    ),
    (
        "message_template_components_update",
        {
            **TEMPLATE,
            "message_template_title": "Oi",
            "message_template_element": "Pronto",
            "message_template_footer": "Padaria",
            "message_template_buttons": [
                {"message_template_button_type": "URL", "message_template_button_text": "Ver"}
            ],
        },
    ),
    ("template_category_update", {**TEMPLATE, "new_category": "UTILITY", "correct_category": "MARKETING"}),
    ("template_category_update", {**TEMPLATE, "previous_category": "UTILITY", "new_category": "MARKETING"}),
    ("template_category_update", {**TEMPLATE, "new_category": "MARKETING"}),
    *(
        ("phone_number_quality_update", {"display_phone_number": "15550001234", "event": event, "old_limit": "TIER_1K"})
        for event in PHONE_EVENTS.split()
    ),
    *(
        (
            "phone_number_quality_update",
            {"display_phone_number": "15550001234", "max_daily_conversations_per_business": tier},
        )
        for tier in TIERS.split()
    ),
    ("phone_number_name_update", {"decision": "REJECTED", "requested_verified_name": "P", "rejection_reason": "x"}),
    ("business_capability_update", {"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_waba": 25}),
    ("business_capability_update", {"max_daily_conversation_per_phone": 1000, "max_phone_numbers_per_business": 2}),
    (
        "account_alerts",
        {"entity_type": "WABA", "entity_id": 29, "alert_info": {"alert_severity": "CRITICAL", "alert_type": "OBA"}},
    ),
    ("account_review_update", {"decision": "APPROVED"}),
    ("security", {"display_phone_number": "15550001234", "event": "PIN_CHANGED", "requester": 7}),
    *(("account_update", {"event": event, "waba_info": {"waba_id": "29"}}) for event in ACCOUNT_EVENTS.split()),
    ("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SCAM"}}),
    (
        "account_update",
        {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "x", "expiration": 1}]},
    ),
    ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "x"}}),
    (
        "account_update",
        {"event": "PARTNER_REMOVED", "disconnection_info": {"reason": "x", "initiated_by": "BUSINESS"}},
    ),
    ("flows", {"event": "FLOW_STATUS_CHANGE", "flow_id": "55"}),
    ("payment_configuration_update", {"configuration_name": "pix"}),
    ("partner_solutions", {"event": "SOLUTION_CREATED"}),
    ("automatic_events", {"automatic_events": [{"id": "wamid.1", "event_name": "Purchase"}]}),
    ("business_username_update", {"display_phone_number": "15550001234", "status": "approved", "username": "sol"}),
    ("business_username_updates", {"status": "reserved", "username": "sol"}),
    ("business_username_update", {"status": "deleted"}),
    ("invented_tomorrow", {"a": {"b": [1, 2]}}),
]


class TestAccount:
    @pytest.mark.parametrize(("field", "value"), ACCOUNT, ids=[f"{n}-{row[0]}" for n, row in enumerate(ACCOUNT)])
    def test_a_row_of_the_contract_is_kept_whole_and_goes_to_the_account(
        self, field: str, value: dict[str, Any]
    ) -> None:
        (event,) = parse(body(field, value))
        assert isinstance(event, News)
        assert (event.topic, event.at, event.person) == (field, AT, None)
        assert event.raw is value
        assert account_key({"field": field, "value": value}, {"id": "29"}) == ("waba:29", "status")

    def test_quality_under_the_name_of_status_is_told_by_its_keys(self) -> None:
        value = {**TEMPLATE, "previous_quality_score": "GREEN", "new_quality_score": "RED"}
        (event,) = parse(body("message_template_status_update", value))
        assert getattr(event, "topic", "") == "message_template_quality_update"

    @pytest.mark.parametrize("field", ["group_lifecycle_update", "group_participants_update", "group_settings_update"])
    def test_groups_are_kept_for_their_number(self, field: str) -> None:
        value = {"metadata": {"phone_number_id": "11"}, "groups": [{"group_id": "g1"}]}
        (event,) = parse(body(field, value))
        assert getattr(event, "topic", "") == field
        assert account_key({"field": field, "value": value}, {"id": "29"}) == ("11", "status")

    @pytest.mark.parametrize(
        ("value", "entry", "at"),
        [
            ({"a": 1}, {}, AT),
            ({"a": 1, "timestamp": "1795000001"}, {}, AT.replace(second=41)),
            ({"a": 1}, {"time": "1795000000"}, AT),
            ({"a": 1}, {"time": 1795000000123}, AT.replace(microsecond=123_000)),
            ({"a": 1}, {"time": None}, NO_TIME),
            ({"a": 1}, {"time": "yesterday"}, NO_TIME),
        ],
    )
    def test_its_time_is_the_values_or_the_entrys(self, value: Any, entry: dict[str, Any], at: datetime) -> None:
        (event,) = parse(body("account_alerts", value, **entry))
        assert event.at == at

    @pytest.mark.parametrize("value", [None, {}, [], "x", 3])
    def test_without_a_value_the_change_itself_is_kept(self, value: object) -> None:
        (event,) = parse(body("account_alerts", value))
        assert isinstance(event, News)
        assert event.raw["field"] == "account_alerts"

    @pytest.mark.parametrize(
        ("change", "entry", "topic"),
        [
            ({"value": {"event": "x", "field": "account_update"}}, {}, "account_update"),
            ({"value": {"event": "x"}}, {"field": "account_update"}, "account_update"),
            ({"value": {"event": "x"}}, {}, "unknown"),
            ({"field": {}, "value": {"event": "x"}}, {}, "unknown"),
            ({"field": "f" * 200, "value": {"event": "x"}}, {}, "f" * 80),
            ({"field": "a\x00b", "value": {"event": "x"}}, {}, "unknown"),
        ],
    )
    def test_its_field_is_read_leniently(self, change: Any, entry: dict[str, Any], topic: str) -> None:
        (event,) = parse({"entry": [{"id": "29", **entry, "changes": [change]}]})
        assert getattr(event, "topic", type(event)) == topic or isinstance(event, Unreadable)


class TestErrors:
    def test_faults_of_the_account_are_news_each(self) -> None:
        errors = [{"code": 131031, "title": "Account locked"}, {"code": 130429}]
        events = parse(with_items("errors", *errors))
        assert [(type(event), event.raw["code"]) for event in events] == [(News, 131031), (News, 130429)]
        assert {getattr(event, "topic", "") for event in events} == {"errors"}


def preference(**fields: Any) -> Any:
    item = {
        "wa_id": "5511955501234",
        "detail": "User requested to stop",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": 1795000000,
    }
    contacts = [{"wa_id": "5511955501234", "user_id": "BR.7hTq20LmZ", "profile": {"name": "Lia"}}]
    items = {name: value for name, value in {**item, **fields}.items() if value is not None}
    (event,) = parse(with_items("user_preferences", items, field="user_preferences", contacts=contacts))
    return event


class TestPeople:
    @pytest.mark.parametrize("value", ["stop", "resume", "signup"])
    def test_a_wish_about_marketing_is_of_a_person(self, value: str) -> None:
        event = preference(value=value, signup_id="s1")
        assert (event.topic, event.at, event.raw["value"]) == ("user_preferences", AT, value)
        assert (event.person.name, event.person.keys) == ("Lia", (PHONE, SCOPED))

    @pytest.mark.parametrize(
        ("fields", "keys"),
        [
            ({"wa_id": None, "user_id": "BR.7hTq20LmZ"}, (PHONE, SCOPED)),  # the contact beside it knows the phone
            ({"wa_id": "5215500000001"}, (Key("phone", "5215500000001"),)),
            (
                {"wa_id": "5215500000001", "parent_user_id": "BR.ENT.9x"},
                (Key("phone", "5215500000001"), Key("parent", "BR.ENT.9x")),
            ),
        ],
    )
    def test_the_phone_may_be_absent(self, fields: dict[str, Any], keys: tuple[Key, ...]) -> None:
        assert preference(**fields).person.keys == keys

    def test_a_wish_of_nobody_is_kept(self) -> None:
        event = preference(wa_id=None)
        assert (event.topic, event.person) == ("user_preferences", None)

    def test_a_click_on_a_campaign_is_no_message(self) -> None:
        action = {
            "action_type": "marketing_messages_link_click",
            "from": "5511955501234",
            "timestamp": "1795000000",
            "marketing_messages_link_click_data": {"click_id": "c1", "tracking_token": "t1"},
        }
        (event,) = parse(with_items("user_actions", action))
        assert isinstance(event, News)
        assert (event.topic, event.person and event.person.keys) == ("user_actions", (PHONE,))

    @pytest.mark.parametrize(
        ("contact", "keys", "name"),
        [
            ({"full_name": "Lia Prado", "first_name": "Lia", "phone_number": "5511955501234"}, (PHONE,), "Lia Prado"),
            ({"first_name": "Lia", "phone_number": "+5511955501234"}, (PHONE,), "Lia"),
            ({"full_name": "Lia", "user_id": "BR.7hTq20LmZ"}, (SCOPED,), "Lia"),
            ({"full_name": "Lia"}, (), ""),
            (None, (), ""),
        ],
    )
    @pytest.mark.parametrize("action", ["add", "remove"])
    def test_the_phones_address_book(self, contact: Any, keys: tuple[Key, ...], name: str, action: str) -> None:
        item = {"type": "contact", "contact": contact, "action": action, "metadata": {"timestamp": "1795000000"}}
        (event,) = parse(with_items("state_sync", item, field="smb_app_state_sync"))
        assert isinstance(event, News)
        assert (event.topic, event.at) == ("smb_app_state_sync", AT)
        assert (event.person.keys if event.person else ()) == keys
        assert (event.person.name if event.person else "") == name

    @pytest.mark.parametrize(
        ("sender", "keys"),
        [
            ({"phone_number": "5511955501234"}, (PHONE,)),
            ({"wa_id": "5511955501234"}, (PHONE,)),
            ({"user_id": "BR.7hTq20LmZ"}, (SCOPED,)),
            ({"phone_number": "5511955501234", "user_id": "BR.7hTq20LmZ"}, (PHONE, SCOPED)),
            ({}, ()),
            (None, ()),
        ],
    )
    def test_who_answers_from_now_on(self, sender: Any, keys: tuple[Key, ...]) -> None:
        value = {
            "type": "control_passed",
            "timestamp": "1795000000",
            "sender": sender,
            "recipient": {"phone_number_id": "11", "display_phone_number": "15550001234"},
            "control_passed": {"previous_owner_app_role": "meta_business_agent", "new_owner_role": "escalation"},
        }
        change = {"field": "messaging_handovers", "value": value}
        (event,) = parse({"entry": [{"id": "29", "changes": [change]}]})
        assert isinstance(event, News)
        assert (event.topic, event.at, event.raw) == ("messaging_handovers", AT, value)
        assert (event.person.keys if event.person else ()) == keys
        assert account_key(change, {"id": "29"}) == ("11", "chat")
