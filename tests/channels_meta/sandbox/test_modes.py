import time

import httpx
import pytest

from channels_meta.sandbox.errors import WORDS
from tests.channels_meta.sandbox.world import PHONE, Box, Door, message, until


@pytest.fixture(autouse=True)
def open_window(box: Box) -> None:
    box.say()
    box.door.wait(1)
    box.quiet()
    box.door.clear()


def test_receipts_follow_by_themselves_with_the_callers_data(box: Box, door: Door) -> None:
    sent = box.send(biz_opaque_callback_data="attempt-1").json()["messages"][0]["id"]
    door.wait(2)
    assert [s["status"] for s in door.statuses()] == ["sent", "delivered"]
    assert {s["id"] for s in door.statuses()} == {sent}
    assert {s["biz_opaque_callback_data"] for s in door.statuses()} == {"attempt-1"}
    assert door.statuses()[0]["pricing"]["category"] == "service"
    assert door.hits[0].values[0]["contacts"][0]["wa_id"]


def test_reads_may_come_by_themselves_or_receipts_not_at_all(box: Box, door: Door) -> None:
    box.knobs(receipts=["sent", "delivered", "read"])
    box.send()
    door.wait(3)
    assert [s["status"] for s in door.statuses()] == ["sent", "delivered", "read"]
    door.clear()
    box.knobs(receipts=[])
    box.send()
    box.quiet()
    assert door.hits == []


def test_a_reaction_is_only_ever_sent(box: Box, door: Door) -> None:
    target = box.log()[0]["id"]
    box.post(message({"type": "reaction", "reaction": {"message_id": target, "emoji": "❤️"}}))
    box.quiet()
    assert [s["status"] for s in door.statuses()] == ["sent"]


def test_a_late_answer(box: Box) -> None:
    box.knobs(answer_ms=150)
    began = time.monotonic()
    assert box.send().status_code == 200
    assert time.monotonic() - began >= 0.15


def test_the_receipt_arrives_before_the_answer(box: Box, door: Door) -> None:
    box.knobs(receipt_first=True)
    answer = box.send()
    answered_at = time.monotonic()
    assert answer.status_code == 200
    assert [s["status"] for s in door.statuses()] == ["sent", "delivered"]
    assert all(hit.at < answered_at for hit in door.hits)


def test_a_lost_answer_is_accepted_and_logged(box: Box, door: Door) -> None:
    box.knobs(lose_answer_next=1)
    with pytest.raises(httpx.RemoteProtocolError):
        box.send(biz_opaque_callback_data="lost-1")
    (entry,) = box.log(attempt="lost-1")
    assert (entry["answer"], entry["seen"]) == ("lost", True)
    door.wait(2)
    assert box.send().status_code == 200


def test_answers_are_lost_by_chance(box: Box) -> None:
    box.knobs(lose_answer_p=1.0)
    with pytest.raises(httpx.RemoteProtocolError):
        box.send()
    box.knobs(lose_answer_p=0.0)
    assert box.send().status_code == 200


@pytest.mark.parametrize("accepts", [False, True])
def test_http_500_without_a_graph_body(box: Box, accepts: bool) -> None:
    box.knobs(http_500_next=1, http_500_accepts=accepts)
    answer = box.send(biz_opaque_callback_data="boom")
    assert (answer.status_code, answer.content) == (500, b"")
    assert [entry["answer"] for entry in box.log(attempt="boom")] == (["500"] if accepts else [])
    assert box.send().status_code == 200


@pytest.mark.parametrize(
    ("code", "http"), [(131000, 500), (130429, 400), (131056, 400), (190, 401), (132001, 404), (10, 403)]
)
def test_the_next_sends_fail_with_any_code(box: Box, code: int, http: int) -> None:
    box.knobs(fail_next=2, fail_code=code)
    for _ in range(2):
        answer = box.send(biz_opaque_callback_data="f")
        assert (answer.status_code, answer.json()["error"]["code"]) == (http, code)
    assert box.send().status_code == 200
    assert [(r["code"], r["attempt"]) for r in box.rejects()] == [(code, "f")] * 2
    assert box.log(attempt="f") == []


def test_a_send_fails_later_by_webhook(box: Box, door: Door) -> None:
    box.knobs(fail_next=1, fail_how="status", fail_code=131026)
    sent = box.send(biz_opaque_callback_data="f").json()["messages"][0]["id"]
    door.wait(1)
    (receipt,) = door.statuses()
    assert (receipt["id"], receipt["status"]) == (sent, "failed")
    assert receipt["errors"][0]["title"] == WORDS[131026]
    (entry,) = box.log(attempt="f")
    assert not entry["seen"]


def test_somebody_who_is_not_on_whatsapp(box: Box, door: Door) -> None:
    box.control("customers", {"from": "+5511955501234", "reachable": False})
    box.send()
    door.wait(1)
    assert door.statuses()[0]["errors"][0]["code"] == 131026


def test_fastest_checks_little_and_takes_fifty_milliseconds(box: Box) -> None:
    box.knobs(fastest=True)
    began = time.monotonic()
    answer = box.send(text="x" * 5000)
    assert answer.status_code == 200
    assert 0.05 <= time.monotonic() - began < 0.5
    assert box.log(direction="out")[0]["text"] == "x" * 5000


def test_throughput_may_be_limited(box: Box) -> None:
    box.knobs(max_per_second=3)
    codes = [box.send().status_code for _ in range(5)]
    assert codes == [200, 200, 200, 400, 400]
    assert box.rejects()[0]["code"] == 130429


def test_a_knob_may_be_turned_for_one_number(box: Box) -> None:
    other = "110000000000010"
    box.control("accounts", {"waba": "9", "phone_number_id": other, "display_phone_number": "+1 2", "token": "t2"})
    box.control("knobs", {"channel": other, "fail_next": 1})
    assert box.send().status_code == 200
    body = {"messaging_product": "whatsapp", "to": "+5511955501234", "type": "text", "text": {"body": "x"}}
    assert box.post(body, token="t2", phone=other).json()["error"]["code"] == 131000
    assert box.control("knobs", method="GET")["set"][other] == {"fail_next": 0}


def test_clearing_brings_the_defaults_back(box: Box) -> None:
    box.knobs(answer_ms=5000)
    assert box.client.delete("/control/knobs").json()["set"] == {}


@pytest.mark.parametrize(
    "wrong",
    [{"no_such_knob": 1}, {"copies": 0}, {"batch": 1001}, {"paused": "yes"}, {"lose_answer_p": 1.5},
     {"receipts": ["seen"]}, {"fail_how": "never"}, {"answer_ms": -1}, {"copies": True}],
)  # fmt: skip
def test_a_knob_refuses_what_it_cannot_take(box: Box, wrong: dict[str, object]) -> None:
    answer = box.client.post("/control/knobs", json=wrong)
    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.json()["error"]


def test_opening_the_chat_reads_what_stands_there_once(box: Box, door: Door) -> None:
    box.send("a")
    box.send("b")
    box.quiet()
    asked = {"channel": PHONE, "customer": "+5511955501234"}
    assert box.control("opened", asked) == {"read": 2}
    assert box.control("opened", asked) == {"read": 0}
    until(lambda: [s["status"] for s in door.statuses()].count("read") == 2)
