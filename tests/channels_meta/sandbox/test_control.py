"""The drills' levers: whatever is asked of them is done or refused in words; nothing makes the sandbox fall."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels_meta.sandbox.world import CUSTOMER, PHONE, TOKEN, Box, Door, message

Json = dict[str, Any]
OTHER: Json = {"phone_number_id": "110000000000010", "waba": "9", "display_phone_number": "+1 2", "token": "t2"}
LEAVES = st.none() | st.booleans() | st.integers(-5, 10**30) | st.floats() | st.text(max_size=6)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
WORDS: dict[str, list[str]] = {
    "messages": ["from", "text", "type", "id", "raw", "name", "user_id", "channel", "messages", "context", "timestamp"],
    "receipts": ["message_id", "status", "customer", "code", "errors", "timestamp", "raw", "attempt", "channel"],
    "customers": ["from", "name", "username", "user_id", "hide_phone", "reachable"],
    "accounts": ["phone_number_id", "waba", "display_phone_number", "name", "token", "subscribed"],
    "knobs": ["channel", "copies", "hold", "batch", "paused", "receipts", "fail_how", "seed", "fail_p"],
    "windows": ["customer", "seconds_ago", "channel"],
    "opened": ["customer", "channel"],
    "webhooks": ["body", "body_base64", "json", "count", "signed", "signature", "max_attempts", "channel"],
}
FUZZ = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def asked(path: str) -> st.SearchStrategy[Json]:
    usual = {"from": CUSTOMER, "customer": CUSTOMER, "message_id": "wamid.1", "status": "read", "body": "{}"}
    wrong = st.dictionaries(st.sampled_from(WORDS[path]), JSON, max_size=4)
    return st.booleans().flatmap(lambda known: wrong.map(lambda body: {**(usual if known else {}), **body}))


@pytest.fixture
def quiet_box(box: Box) -> Box:
    box.knobs(paused=True)
    return box


class TestWhateverIsAsked:
    @pytest.mark.parametrize("path", WORDS)
    def test_a_strange_wish_is_refused_in_words(self, quiet_box: Box, path: str) -> None:
        @FUZZ
        @given(asked(path))
        def ask(body: Json) -> None:
            answer = quiet_box.client.post(
                f"/control/{path}", content=json.dumps(body), headers={"Content-Type": "application/json"}
            )
            assert answer.status_code in (200, 422), (body, answer.text)
            if answer.status_code == 422:
                assert answer.json()["error"]

        ask()
        assert quiet_box.control("health", method="GET")["ok"]

    @pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"3", b"null", b"\xff", b"[" * 100_000, b'{"a":1}{'])
    @pytest.mark.parametrize("path", ["messages", "receipts", "windows", "accounts"])
    def test_a_body_that_is_no_object(self, quiet_box: Box, path: str, raw: bytes) -> None:
        answer = quiet_box.client.post(f"/control/{path}", content=raw)
        assert answer.status_code == 422
        assert answer.json()["error"]

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("log", {"after": "x"}),
            ("log", {"limit": ""}),
            ("log", {"limit": "1e3"}),
            ("webhooks", {"limit": "many"}),
        ],
    )
    def test_a_number_that_is_none(self, quiet_box: Box, path: str, query: Json) -> None:
        assert quiet_box.client.get(f"/control/{path}", params=query).status_code == 422

    @pytest.mark.parametrize(
        ("path", "body", "words"),
        [
            ("messages", {"text": "x"}, "`from` is needed"),
            ("messages", {"from": " "}, "`from` is needed"),
            ("messages", {"messages": [3]}, "object"),
            ("messages", {"messages": {}}, "a list"),
            ("messages", {"from": CUSTOMER, "type": []}, "type"),
            ("messages", {"from": CUSTOMER, "raw": []}, "raw"),
            ("messages", {"from": CUSTOMER, "channel": "999"}, "no company number '999'"),
            ("receipts", {"customer": CUSTOMER, "status": "read"}, "message_id and status"),
            ("accounts", {"waba": "1"}, "phone_number_id"),
            ("webhooks", {"count": 1}, "is needed"),
            ("webhooks", {"body": "{}", "count": 10_001}, "from 1 to 10000"),
            ("webhooks", {"body": "{}", "count": None}, "int"),
            ("webhooks", {"body_base64": "a"}, "base64"),
            ("knobs", {"colour": 1}, "no knob 'colour'"),
            ("knobs", {"copies": 0}, "from 1 to 20"),
            ("knobs", {"copies": "2"}, "must be int"),
            ("knobs", {"copies": True}, "must be int"),
            ("knobs", {"fail_p": 1.5}, "from 0 to 1"),
            ("knobs", {"fail_how": "later"}, "'sync' or 'status'"),
            ("knobs", {"receipts": ["seen"]}, "receipts are of"),
            ("windows", {"customer": CUSTOMER, "seconds_ago": []}, "float"),
        ],
    )
    def test_what_is_wrong_is_named(self, quiet_box: Box, path: str, body: Json, words: str) -> None:
        answer = quiet_box.client.post(f"/control/{path}", json=body)
        assert answer.status_code == 422
        assert words in answer.json()["error"]


class TestPeople:
    def test_a_customer_is_changed_where_they_are_named_again(self, quiet_box: Box) -> None:
        first = quiet_box.control("customers", {"from": CUSTOMER, "name": "Lia"})
        second = quiet_box.control("customers", {"from": f"+{CUSTOMER}", "username": "lia", "hide_phone": True})
        assert first["id"] == second["id"]
        assert (second["name"], second["username"], second["hide_phone"]) == ("Lia", "lia", True)
        assert quiet_box.control("customers", method="GET")["customers"] == [second]

    def test_somebody_who_never_shows_a_phone(self, quiet_box: Box) -> None:
        found = quiet_box.control("customers", {"from": "BR.7hTq20LmZ"})
        assert (found["wa_id"], found["user_id"]) == (None, "BR.7hTq20LmZ")

    def test_somebody_who_cannot_be_reached(self, box: Box, door: Door) -> None:
        box.say(reachable=False)
        assert box.send().status_code == 200
        door.wait(2)
        (status,) = door.statuses()
        assert (status["status"], status["errors"][0]["code"]) == ("failed", 131026)
        assert box.log(direction="out")[0]["seen"] is False

    def test_an_account_is_changed_by_its_number(self, quiet_box: Box) -> None:
        quiet_box.control("accounts", OTHER)
        shown = quiet_box.control("accounts", {**OTHER, "name": "Renamed", "subscribed": False})["accounts"]
        assert [(one["phone_number_id"], one["name"], one["subscribed"]) for one in shown] == [
            (PHONE, "Ventas Centro", True),
            ("110000000000010", "Renamed", False),
        ]

    def test_an_opened_chat_is_read(self, box: Box, door: Door) -> None:
        box.say()
        box.send("um")
        box.send("dois")
        assert box.control("opened", {"customer": CUSTOMER}) == {"read": 2}
        assert box.control("opened", {"customer": CUSTOMER}) == {"read": 0}
        door.wait(7)
        assert [status["status"] for status in door.statuses()].count("read") == 2


class TestSends:
    @pytest.mark.parametrize("knob", [{"fail_next": 2}, {"fail_p": 1.0}])
    def test_refusals_that_were_asked_for(self, box: Box, knob: Json) -> None:
        box.say()
        box.knobs(**knob, fail_code=131049)
        answers = [box.send() for _ in range(2)]
        assert [answer.json()["error"]["code"] for answer in answers] == [131049, 131049]
        box.knobs(fail_p=0.0)
        assert box.send().status_code == 200

    @pytest.mark.parametrize(("accepts", "seen"), [(False, 0), (True, 1)])
    def test_a_500_that_was_asked_for(self, box: Box, accepts: bool, seen: int) -> None:
        box.say()
        box.knobs(http_500_next=1, http_500_accepts=accepts)
        assert [box.send("um").status_code, box.send("dois").status_code] == [500, 200]
        assert len(box.log(direction="out")) == 1 + seen

    def test_more_than_a_number_may_send(self, box: Box) -> None:
        box.say()
        box.knobs(max_per_second=3)
        codes = [box.send().json().get("error", {}).get("code") for _ in range(5)]
        assert codes == [None, None, None, 130429, 130429]

    @pytest.mark.parametrize(
        "body",
        [
            {"type": "interactive", "interactive": {"action": {"buttons": [1], "sections": "x"}}},
            {"type": "template", "template": {"components": [3, {"parameters": {}}]}},
            {"type": "edit", "edit": {"message": "x"}},
            {"type": "contacts", "contacts": {}},
            {"type": "contacts", "contacts": 3},
            {"type": "contacts", "contacts": [3, {"name": None, "phones": {}}, "x"]},
            {"type": "location", "location": "x"},
            {"type": "document", "document": []},
            {"type": "made up"},
            {"type": "interactive", "interactive": {"type": "cta_url", "action": {"parameters": []}}},
        ],
    )
    def test_unchecked_bodies_are_taken_and_drawn(self, box: Box, body: Json) -> None:
        """`fastest` checks nothing, so that a drill measures the project; the phone must still show them."""
        box.say()
        box.knobs(fastest=True)
        assert box.post(message(body)).status_code == 200
        customer = box.control("customers", method="GET")["customers"][0]["id"]
        for path in ("/", f"/chats/{customer}/{PHONE}", f"/chats/{customer}/{PHONE}/thread"):
            assert box.client.get(path).status_code == 200
        assert len(box.log(direction="out")) == 1

    @pytest.mark.parametrize("body", [[], 3, "x", None, {"type": []}, {"type": "text", "text": 3}, {"to": 3}])
    def test_a_send_of_any_shape_is_answered(self, box: Box, body: Any) -> None:
        answer = box.client.post(f"/v25.0/{PHONE}/messages", json=body, headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] in (100, 131008, 131009)


class TestOwnPagesOnly:
    @pytest.mark.parametrize(
        ("site", "status"), [("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403), ("x", 403)]
    )
    def test_no_other_page_presses_buttons_here(self, quiet_box: Box, site: str, status: int) -> None:
        headers = {"Sec-Fetch-Site": site}
        assert (
            quiet_box.client.post("/control/messages", json={"from": CUSTOMER}, headers=headers).status_code == status
        )
        assert quiet_box.client.get("/control/health", headers=headers).status_code == 200


class TestAddressesNobodyHas:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/list?customer=²", 200),
            ("/list?customer=99999999999999999999", 200),
            ("/list?number=999", 404),
            ("/?number=999", 404),
            ("/chats/999/110000000000009", 404),
            ("/chats/99999999999999999999/110000000000009", 404),
            ("/chats/1/999/thread", 404),
            ("/mailbox/99999999999999999999", 404),
            ("/mailbox/list?mail=²", 200),
            ("/control/webhooks/99999999999999999999", 404),
            ("/v25.0/999", 401),
            ("/latest/999", 404),
        ],
    )
    def test_each_is_answered(self, quiet_box: Box, path: str, status: int) -> None:
        assert quiet_box.client.get(path).status_code == status

    @pytest.mark.parametrize("choice", ["²", "-1", "99999999999999999999", "", "x"])
    def test_a_button_that_is_not_there(self, box: Box, choice: str) -> None:
        box.say()
        box.send()
        sent, customer = box.log(direction="out")[0]["id"], box.control("customers", method="GET")["customers"][0]
        form = {"message": sent, "choice": choice}
        answer = box.client.post(f"/chats/{customer['id']}/{PHONE}/taps", data=form)
        assert (answer.status_code, answer.text) == (422, "no such button")
