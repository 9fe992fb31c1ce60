"""What the sandbox's webhooks carry (contract §2 to §5): pure, so that each rule can be looked at."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_meta.sandbox import compose
from channels_meta.sandbox.deliver import LARGEST, _bodies
from channels_meta.sandbox.people import DEFAULT_ACCOUNT, Account, Customer

LIA = Customer(1, "Lia Prado", "5511955501234", "BR.7hTq20LmZ", "liaprado")
HIDDEN = Customer(2, "Bia", "5511955509999", "BR.hidden", hides_phone=True)
NOBODY = Customer(3, "Caio", None, "BR.never")
AT = 1_795_000_000_123
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


class TestBytes:
    @given(JSON)
    def test_they_mean_what_was_given_and_are_plain(self, thing: Any) -> None:
        written = compose.to_bytes(thing)
        assert written.isascii()
        assert json.loads(written) == thing

    @pytest.mark.parametrize(
        ("thing", "written"),
        [
            ({"é": "a/b"}, b'{"\\u00e9":"a\\/b"}'),
            ("🎂", b'"\\ud83c\\udf82"'),
            ("\x00", b'"\\u0000"'),
            ("\ud800", b'"\\ud800"'),
            ([1, None, True], b"[1,null,true]"),
        ],
    )
    def test_escaped_as_meta_does(self, thing: Any, written: bytes) -> None:
        assert compose.to_bytes(thing) == written

    @pytest.mark.parametrize("body", [b"", b"{}", b"\xff\x00"])
    def test_the_signature_is_of_these_bytes(self, body: bytes) -> None:
        digest = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
        assert compose.signature("secret", body) == f"sha256={digest}"
        assert compose.signature("other", body) != f"sha256={digest}"

    def test_no_two_messages_share_an_id(self) -> None:
        made = {compose.new_wamid("5511955501234") for _ in range(100)}
        assert len(made) == 100
        assert all(wamid.startswith("wamid.") and len(wamid) < 200 for wamid in made)
        assert compose.new_wamid("BR.çãé🎂").isascii()


class TestPeople:
    @pytest.mark.parametrize(
        ("customer", "shown"),
        [
            (
                LIA,
                {
                    "profile": {"name": "Lia Prado", "username": "liaprado"},
                    "wa_id": "5511955501234",
                    "user_id": "BR.7hTq20LmZ",
                },
            ),
            (HIDDEN, {"profile": {"name": "Bia"}, "user_id": "BR.hidden"}),
            (NOBODY, {"profile": {"name": "Caio"}, "user_id": "BR.never"}),
        ],
    )
    def test_a_phone_is_shown_only_where_it_may_be(self, customer: Customer, shown: dict[str, Any]) -> None:
        assert compose.contact(customer) == shown

    @pytest.mark.parametrize(("customer", "sender"), [(LIA, "5511955501234"), (HIDDEN, None), (NOBODY, None)])
    def test_a_hidden_phone_is_left_out_and_never_filled_with_the_user_id(
        self, customer: Customer, sender: str | None
    ) -> None:
        message = compose.message(customer, "wamid.1", AT, {"type": "text", "text": {"body": "Oi"}})
        assert message.get("from") == sender
        assert message["from_user_id"] == customer.user_id
        assert message["timestamp"] == "1795000000"

    def test_what_a_scenario_names_itself_wins(self) -> None:
        message = compose.message(LIA, "wamid.1", AT, {"id": "wamid.MINE", "timestamp": "1", "from": "2", "type": "x"})
        assert (message["id"], message["timestamp"], message["from"]) == ("wamid.MINE", "1", "2")


SENT = {"id": "wamid.OUT9", "kind": "text", "attempt": "a1", "by_user_id": False}


class TestReceipts:
    @pytest.mark.parametrize(
        ("customer", "by_user_id", "recipient"),
        [
            (LIA, False, {"recipient_id": "5511955501234"}),
            (LIA, True, {"recipient_user_id": "BR.7hTq20LmZ"}),
            (HIDDEN, False, {}),
            (HIDDEN, True, {"recipient_user_id": "BR.hidden"}),
            (NOBODY, True, {"recipient_user_id": "BR.never"}),
        ],
    )
    def test_whom_it_is_about(self, customer: Customer, by_user_id: bool, recipient: dict[str, str]) -> None:
        receipt = compose.status(customer, {**SENT, "by_user_id": by_user_id}, "read", AT)
        assert {name: value for name, value in receipt.items() if name.startswith("recipient")} == recipient

    @pytest.mark.parametrize(
        ("state", "kind", "category"),
        [
            ("sent", "text", "service"),
            ("delivered", "text", "service"),
            ("sent", "template", "utility"),
            ("read", "text", None),
            ("played", "audio", None),
            ("failed", "text", None),
        ],
    )
    def test_what_it_costs_comes_with_sent_and_delivered(self, state: str, kind: str, category: str | None) -> None:
        receipt = compose.status(LIA, {**SENT, "kind": kind}, state, AT)
        assert (receipt["status"], receipt["timestamp"]) == (state, "1795000000")
        assert receipt.get("pricing", {}).get("category") == category

    @pytest.mark.parametrize(("attempt", "there"), [("a1", True), (None, False), ("", False)])
    def test_our_word_comes_back(self, attempt: str | None, there: bool) -> None:
        receipt = compose.status(LIA, {**SENT, "attempt": attempt}, "sent", AT)
        assert ("biz_opaque_callback_data" in receipt) is there


def said(n: int, customer: Customer = LIA, account: Account = DEFAULT_ACCOUNT) -> dict[str, Any]:
    return compose.value(account, customer, messages=[{"id": f"wamid.{n}"}])


def told(n: int) -> dict[str, Any]:
    return compose.value(DEFAULT_ACCOUNT, LIA, statuses=[{"id": f"wamid.{n}", "status": "sent"}])


def values(*given: dict[str, Any]) -> list[dict[str, Any]]:
    (entry,) = compose.envelope("29", given)["entry"]
    assert entry["id"] == "29"
    assert {change["field"] for change in entry["changes"]} <= {"messages"}
    return [change["value"] for change in entry["changes"]]


class TestEnvelopes:
    def test_neighbours_of_one_kind_share_a_value(self) -> None:
        first, second = values(said(1), said(2), told(3), told(4))
        assert [one["id"] for one in first["messages"]] == ["wamid.1", "wamid.2"]
        assert [one["id"] for one in second["statuses"]] == ["wamid.3", "wamid.4"]

    def test_order_is_kept_where_kinds_alternate(self) -> None:
        kinds = ["messages" if "messages" in value else "statuses" for value in values(said(1), told(2), said(3))]
        assert kinds == ["messages", "statuses", "messages"]

    def test_each_person_stands_beside_them_once(self) -> None:
        (value,) = values(said(1), said(2, HIDDEN), said(3))
        assert [person["user_id"] for person in value["contacts"]] == ["BR.7hTq20LmZ", "BR.hidden"]

    def test_another_number_is_another_value(self) -> None:
        other = Account("11", "29", "+1 2", "Other", "t")
        assert len(values(said(1), said(2, account=other))) == 2

    def test_a_value_holds_only_so_many(self) -> None:
        found = values(*[said(n) for n in range(compose.MERGED * 2 + 1)])
        assert [len(value["messages"]) for value in found] == [compose.MERGED, compose.MERGED, 1]

    @given(st.lists(st.booleans(), max_size=60))
    def test_nothing_is_lost_or_changed_on_the_way(self, kinds: list[bool]) -> None:
        given_values = [said(n) if kind else told(n) for n, kind in enumerate(kinds)]
        before = json.dumps(given_values)
        found = [
            one["id"]
            for value in values(*given_values)
            for one in value.get("messages", []) + value.get("statuses", [])
        ]
        assert found == [f"wamid.{n}" for n in range(len(kinds))]
        assert json.dumps(given_values) == before

    def test_a_body_larger_than_meta_sends_is_several(self) -> None:
        big = [compose.value(DEFAULT_ACCOUNT, LIA, messages=[{"id": str(n), "x": "y" * 1_000_000}]) for n in range(5)]
        bodies = _bodies(DEFAULT_ACCOUNT, big)
        assert all(len(body) <= LARGEST for body in bodies)
        found = [change["value"] for body in bodies for change in json.loads(body)["entry"][0]["changes"]]
        assert [one["id"] for value in found for one in value["messages"]] == list("01234")

    def test_one_message_that_is_too_large_alone_goes_as_it_is(self) -> None:
        huge = compose.value(DEFAULT_ACCOUNT, LIA, messages=[{"id": "1", "x": "y" * (LARGEST + 1)}])
        assert len(_bodies(DEFAULT_ACCOUNT, [huge])) == 1
