from typing import Any

import pytest

from tests.channels_meta.sandbox.bodies import BAD, GOOD
from tests.channels_meta.sandbox.world import CUSTOMER, PHONE, TOKEN, WABA, Box, Door, message

AUTH = {"Authorization": f"Bearer {TOKEN}"}
BSUID = "BR.7hTq20LmZ"


@pytest.fixture
def wamid(box: Box) -> str:
    """A message of the customer, so that the window is open."""
    return box.say()


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_the_contract_is_accepted(box: Box, wamid: str, name: str) -> None:
    answer = box.post(message(GOOD[name] | {"recipient_type": "individual"}))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["messaging_product"] == "whatsapp"
    assert body["contacts"][0]["input"] == f"+{CUSTOMER}"
    assert body["contacts"][0]["wa_id"] == CUSTOMER
    entry = box.log(direction="out")[0]
    assert entry["id"] == body["messages"][0]["id"]
    assert entry["kind"] == GOOD[name]["type"]


@pytest.mark.parametrize("name", BAD)
def test_what_meta_would_refuse_is_refused(box: Box, wamid: str, name: str) -> None:
    body, code = BAD[name]
    answer = box.post(message(body) | body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, code), error
    assert error["message"].startswith(f"(#{code})")
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"]
    assert box.log(direction="out") == []
    assert box.rejects()[0]["code"] == code


@pytest.mark.parametrize("raw", [b"", b"nonsense", b"[]", b"{}", b'{"to":', b"[" * 100_000])
def test_a_body_that_is_no_send(box: Box, raw: bytes) -> None:
    answer = box.client.post(f"/v25.0/{PHONE}/messages", content=raw, headers=AUTH)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}])
def test_an_unknown_token(box: Box, headers: dict[str, str]) -> None:
    for path in (f"{PHONE}", f"{WABA}/phone_numbers", f"{WABA}/subscribed_apps"):
        answer = box.client.get(f"/v25.0/{path}", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)
    answer = box.client.post(f"/v25.0/{PHONE}/messages", json={}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


def test_a_number_that_is_not_ones_own(box: Box) -> None:
    other = {"waba": "9", "phone_number_id": "110000000000010", "display_phone_number": "+1 2", "token": "t2"}
    box.control("accounts", other)
    for phone in ("999", "110000000000010"):
        error = box.post(message({"type": "text", "text": {"body": "x"}}), phone=phone).json()["error"]
        assert (error["code"], error["error_subcode"], error["type"]) == (100, 33, "GraphMethodException")


def test_the_window_is_closed_until_the_customer_writes(box: Box) -> None:
    assert box.send().json()["error"]["code"] == 131047
    assert box.post(message(GOOD["template"])).status_code == 200
    assert box.post(message(GOOD["direct send"])).status_code == 200
    box.say()
    assert box.send().status_code == 200
    asked = {"customer": CUSTOMER, "seconds_ago": 86_400}
    box.control("windows", asked)
    assert box.send().json()["error"]["code"] == 131047
    box.control("windows", asked | {"seconds_ago": 86_300})
    assert box.send().status_code == 200


def test_the_closed_window_may_be_told_by_webhook(box: Box, door: Door) -> None:
    box.knobs(window_how="status")
    assert box.send().status_code == 200
    door.wait(1)
    assert door.statuses()[0]["errors"][0]["code"] == 131047


def test_the_window_may_be_ignored(box: Box) -> None:
    box.knobs(window_enforced=False)
    assert box.send().status_code == 200


@pytest.mark.parametrize("to", [f"+{CUSTOMER}", CUSTOMER, "+55 11 95550-1234", "+551155501234"])
def test_a_number_is_known_in_all_its_spellings(box: Box, wamid: str, to: str) -> None:
    contact = box.post(message({"type": "text", "text": {"body": "x"}}, to=to)).json()["contacts"][0]
    assert (contact["input"], contact["wa_id"]) == (to, CUSTOMER)


def test_the_company_cannot_write_to_itself(box: Box) -> None:
    error = box.post(message({"type": "text", "text": {"body": "x"}}, to="+15550001234")).json()["error"]
    assert error["code"] == 131021


def test_somebody_without_a_phone_is_reached_by_user_id(box: Box, door: Door) -> None:
    box.control("messages", {"from": BSUID, "name": "bia", "username": "bia.moda", "text": "oi"})
    door.wait(1)
    value = door.hits[0].values[0]
    assert "from" not in value["messages"][0]
    assert value["messages"][0]["from_user_id"] == BSUID
    assert value["contacts"] == [{"profile": {"name": "bia", "username": "bia.moda"}, "user_id": BSUID}]
    body = {"messaging_product": "whatsapp", "recipient": BSUID, "type": "text", "text": {"body": "oi"}}
    answer = box.post(body)
    assert answer.json()["contacts"] == [{"input": BSUID, "user_id": BSUID}]
    door.wait(3)
    for status in door.statuses():
        assert "recipient_id" not in status
        assert status["recipient_user_id"] == BSUID
    assert box.log(phone=BSUID)[-1]["text"] == "oi"


def test_an_unknown_user_id_is_refused(box: Box) -> None:
    body = {"messaging_product": "whatsapp", "recipient": "BR.nobody", "type": "text", "text": {"body": "x"}}
    assert box.post(body).json()["error"]["code"] == 131009


def test_a_phone_that_was_known_may_be_hidden_later(box: Box, door: Door) -> None:
    box.say("with phone")
    user_id = door.wait(1)[0].values[0]["messages"][0]["from_user_id"]
    box.say("without", hide_phone=True)
    hidden = door.wait(2)[1].values[0]
    assert "from" not in hidden["messages"][0]
    assert "wa_id" not in hidden["contacts"][0]
    assert hidden["messages"][0]["from_user_id"] == user_id


def test_reading_marks_earlier_messages_too(box: Box, wamid: str) -> None:
    second = box.say("dois")
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": second}
    assert box.post(read | {"typing_indicator": {"type": "text"}}).json() == {"success": True}
    assert all(entry["read_by_company_at"] for entry in box.log(direction="in"))
    box.say("três")
    assert box.log(direction="in")[-1]["read_by_company_at"] is None


@pytest.mark.parametrize(
    ("change", "code"),
    [({"message_id": "wamid.unknown"}, 131009), ({"status": "played"}, 131009), ({"typing_indicator": {}}, 131008)],
)
def test_reading_what_cannot_be_read(box: Box, wamid: str, change: dict[str, Any], code: int) -> None:
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    assert box.post(read | change).json()["error"]["code"] == code


def test_a_waba_lists_its_numbers_and_subscription(box: Box) -> None:
    listed = box.client.get(f"/v26.0/{WABA}/phone_numbers", headers=AUTH).json()["data"]
    assert [(n["id"], n["display_phone_number"]) for n in listed] == [(PHONE, "+1 555-000-1234")]
    assert box.client.get(f"/v25.0/{PHONE}", headers=AUTH).json()["id"] == PHONE
    path = f"/v25.0/{WABA}/subscribed_apps"
    assert box.client.get(path, headers=AUTH).json()["data"][0]["whatsapp_business_api_data"]["name"] == "Plaza"
    assert box.client.delete(path, headers=AUTH).json() == {"success": True}
    assert box.client.get(path, headers=AUTH).json() == {"data": []}
    assert box.client.post(path, headers=AUTH).json() == {"success": True}
    assert box.client.get("/v25.0/123/phone_numbers", headers=AUTH).json()["error"]["error_subcode"] == 33


def test_a_token_may_be_examined(box: Box) -> None:
    asked = {"input_token": TOKEN}
    data = box.client.get("/v25.0/debug_token", params=asked, headers=AUTH).json()["data"]
    assert data["is_valid"]
    assert data["granular_scopes"][0]["target_ids"] == [WABA]
    data = box.client.get("/v25.0/debug_token", params={"input_token": "x"}, headers=AUTH).json()["data"]
    assert not data["is_valid"]
