"""Replies to interactive messages (contract §4, §99): taps, forms, payments, products, permissions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_meta.whatsapp.interactive import REPLIES
from channels_meta.whatsapp.parse import parse
from channels_meta.whatsapp.shape import is_storable
from inbox import kinds
from inbox.port import Unreadable
from tests.channels_meta.whatsapp.payloads import message, with_items


def reply(type_: object, part: object, **more: Any) -> Any:
    body = {"type": type_, str(type_): part}
    item = message(type="interactive", text=None, interactive=body)
    (event, *_) = parse(with_items("messages", item, **more))
    return event


class TestTaps:
    @pytest.mark.parametrize(
        ("type_", "part", "text", "content"),
        [
            ("button_reply", {"id": "b1", "title": "Sim"}, "Sim", {"id": "b1", "title": "Sim", "via": "buttons"}),
            ("button_reply", {"id": "b1"}, "", {"id": "b1", "via": "buttons"}),
            ("button_reply", {"id": 1, "title": 2}, "2", {"id": "1", "title": "2", "via": "buttons"}),
            ("button_reply", {}, "", {"via": "buttons"}),
            (
                "list_reply",
                {"id": "r7", "title": "Entrega", "description": "até 40 min"},
                "Entrega",
                {"id": "r7", "title": "Entrega", "description": "até 40 min", "via": "list"},
            ),
            (
                "list_reply",
                {"id": "r7", "title": "Entrega"},
                "Entrega",
                {"id": "r7", "title": "Entrega", "via": "list"},
            ),
        ],
    )
    def test_a_tap(self, type_: str, part: dict[str, Any], text: str, content: dict[str, Any]) -> None:
        event = reply(type_, part)
        assert (event.kind, event.text, event.content) == (kinds.CHOICE, text, content)


class TestForms:
    def form(self, **fields: Any) -> Any:
        event = reply("nfm_reply", fields)
        assert event.kind == kinds.FORM
        return event

    @pytest.mark.parametrize(
        ("response", "content"),
        [
            ('{"flow_token":"tk9","cep":"01000000"}', {"answers": {"flow_token": "tk9", "cep": "01000000"}}),
            ('["a",{"b":1}]', {"answers": ["a", {"b": 1}]}),
            ("{}", {}),
            ("[]", {}),
            ('"just text"', {"raw_answers": '"just text"'}),
            ("17", {"raw_answers": "17"}),
            ("null", {"raw_answers": "null"}),
            ("not JSON", {"raw_answers": "not JSON"}),
            ('{"a":', {"raw_answers": '{"a":'}),
            ("", {}),
            ('{"a":NaN}', {"raw_answers": '{"a":NaN}'}),
            ('{"a":"\\u0000"}', {"raw_answers": '{"a":"\\u0000"}'}),
            ('{"a":"\\ud800"}', {"raw_answers": '{"a":"\\ud800"}'}),
            ("[" * 80 + "]" * 80, {"raw_answers": "[" * 80 + "]" * 80}),
            ("[" * 5_000, {"raw_answers": "[" * 5_000}),
            ("9" * 5_000, {"raw_answers": "9" * 5_000}),
            ('{"a":' + "9" * 5_000 + "}", {"raw_answers": '{"a":' + "9" * 5_000 + "}"}),
            ({"already": "an object"}, {"answers": {"already": "an object"}}),
            (None, {}),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_json_within_json(self, response: object, content: dict[str, Any]) -> None:
        assert self.form(response_json=response).content == content

    @pytest.mark.parametrize(
        ("fields", "text", "name"),
        [
            ({"name": "flow", "body": "Sent"}, "Sent", "flow"),
            ({"name": "address_message", "body": "Rua A, 1"}, "Rua A, 1", "address_message"),
            ({"name": "made up tomorrow"}, "", "made up tomorrow"),
            ({"body": None}, "", None),
            ({}, "", None),
        ],
    )
    def test_its_body_may_be_absent_and_its_name_any(self, fields: dict[str, Any], text: str, name: str | None) -> None:
        event = self.form(**fields)
        assert (event.text, event.content.get("name")) == (text, name)

    @given(st.recursive(st.none() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=6))
    def test_no_answer_is_lost(self, answers: Any) -> None:
        written = json.dumps({"a": answers})
        content = self.form(response_json=written).content
        assert is_storable(content)
        assert content.get("raw_answers") == written or json.dumps(content["answers"]) == written


class TestPayments:
    @pytest.mark.parametrize(
        ("type_", "part", "content"),
        [
            (
                "payment_method",
                {
                    "payment_method": "pix",
                    "payment_timestamp": 1795000000,
                    "reference_id": "PED-881-1",
                    "last_four_digits": "4242",
                    "credential_id": "cred1",
                },
                {
                    "reference_id": "PED-881-1",
                    "method": "pix",
                    "last_four_digits": "4242",
                    "credential_id": "cred1",
                    "paid_at": "1795000000",
                },
            ),
            (
                "payment_notification",
                {
                    "reference_id": "PED-881-1",
                    "transaction_id": "T1",
                    "payment_status": "captured",
                    "payer_name": "Lia",
                },
                {"reference_id": "PED-881-1", "transaction_id": "T1", "status": "captured", "payer": "Lia"},
            ),
            ("payment_method", {}, {}),
            ("payment_notification", {"payment_status": None, "payer_name": ["Lia"]}, {}),
        ],
    )
    def test_a_payment(self, type_: str, part: dict[str, Any], content: dict[str, Any]) -> None:
        event = reply(type_, part)
        assert (event.kind, event.text, event.content) == (kinds.PAYMENT, "", content)


class TestOthers:
    @pytest.mark.parametrize(
        ("part", "content"),
        [
            ({"catalog_id": "77", "product_retailer_id": "SKU-9"}, {"catalog_id": "77", "sku": "SKU-9"}),
            ({"id": "SKU-9"}, {"sku": "SKU-9"}),
            ({"unheard": "of"}, {}),
        ],
    )
    def test_a_product_is_shown_as_one_and_kept_whole(self, part: dict[str, Any], content: dict[str, Any]) -> None:
        event = reply("product", part)
        assert (event.kind, event.content) == (kinds.PRODUCT, content)
        assert event.raw["interactive"]["product"] == part

    @pytest.mark.parametrize(
        ("part", "content"),
        [
            (
                {
                    "response": "accept",
                    "is_permanent": False,
                    "expiration_timestamp": "1795604800",
                    "response_source": "user_action",
                },
                {"response": "accept", "is_permanent": False, "expires": "1795604800", "source": "user_action"},
            ),
            ({"response": "reject"}, {"response": "reject", "is_permanent": False}),
            ({"response": "accept", "is_permanent": True}, {"response": "accept", "is_permanent": True}),
        ],
    )
    def test_a_permission_to_call(self, part: dict[str, Any], content: dict[str, Any]) -> None:
        event = reply("call_permission_reply", part)
        assert event.kind == kinds.OTHER
        assert event.content == {"type": "call_permission_reply", **content}

    @pytest.mark.parametrize("type_", ["poll_reply", "button", "list", "cta_url"])
    def test_a_reply_we_have_no_name_for(self, type_: str) -> None:
        event = reply(type_, {"a": 1})
        assert (event.kind, event.content) == (kinds.OTHER, {"type": f"interactive.{type_}"})

    @pytest.mark.parametrize("type_", sorted(REPLIES))
    def test_the_object_a_reply_promises_may_be_missing(self, type_: str) -> None:
        """The reason then stands in the errors of the value: a placeholder, never a KeyError (§99)."""
        errors = [{"code": 131000, "title": "Something went wrong", "error_data": {"details": "no body"}}]
        event = reply(type_, None, errors=errors)
        assert event.kind == kinds.UNSUPPORTED
        assert {name: event.content[name] for name in ("type", "code", "reason")} == {
            "type": "interactive",
            "code": "131000",
            "reason": "no body",
        }

    @pytest.mark.parametrize("type_", sorted(REPLIES))
    @pytest.mark.parametrize("part", ["x", 3, ["x"], False])
    def test_something_else_in_its_place_is_unreadable(self, type_: str, part: object) -> None:
        assert isinstance(reply(type_, part), Unreadable)

    @pytest.mark.parametrize("body", [{}, {"type": None}, {"type": ""}, {"button_reply": {"id": "b1"}}])
    def test_a_reply_that_does_not_say_what_it_is(self, body: dict[str, Any]) -> None:
        (event,) = parse(with_items("messages", message(type="interactive", text=None, interactive=body)))
        assert getattr(event, "kind", None) == kinds.UNSUPPORTED
