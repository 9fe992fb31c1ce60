import base64
import json
from itertools import pairwise

import pytest

from tests.channels_meta.sandbox.world import CUSTOMER, DROP, PHONE, WABA, Box, Door, until


def test_a_message_travels_in_the_contracts_envelope(box: Box, door: Door) -> None:
    wamid = box.say("Oi")
    (hit,) = door.wait(1)
    value = hit.values[0]
    assert hit.json["object"] == "whatsapp_business_account"
    assert hit.json["entry"][0]["id"] == WABA
    assert hit.json["entry"][0]["changes"][0]["field"] == "messages"
    assert value["metadata"] == {"display_phone_number": "15550001234", "phone_number_id": PHONE}
    person = value["contacts"][0]
    assert (person["profile"]["name"], person["wa_id"]) == ("Lia Prado", CUSTOMER)
    message = value["messages"][0]
    assert message["id"] == wamid
    assert message["from"] == CUSTOMER
    assert message["from_user_id"] == person["user_id"]
    assert message["timestamp"].isdigit()
    assert message["text"] == {"body": "Oi"}


def test_the_bytes_are_escaped_and_signed_as_meta_does(box: Box, door: Door) -> None:
    box.say("Olá 42/43 👟")
    (hit,) = door.wait(1)
    assert b"Ol\\u00e1 42\\/43 \\ud83d\\udc5f" in hit.body
    assert hit.body.isascii()
    assert hit.signed


def test_what_was_not_accepted_is_delivered_again_with_growing_pauses(box: Box, door: Door) -> None:
    box.knobs(retry_base_ms=40)
    door.answers.extend([500, 403, 302])
    box.say()
    hits = door.wait(4)
    assert len({hit.body for hit in hits}) == 1
    pauses = [later.at - earlier.at for earlier, later in pairwise(hits)]
    assert 0.03 < pauses[0] < pauses[1] < pauses[2]
    box.quiet()
    counts = box.counts()
    assert (counts["made"], counts["delivered"], counts["attempts"]) == (1, 1, 4)


def test_a_dropped_connection_counts_as_a_failed_attempt(box: Box, door: Door) -> None:
    door.answers.extend([DROP, DROP])
    box.say()
    door.wait(3)
    box.quiet()
    newest = box.client.get("/control/webhooks", params={"limit": 1}).json()["webhooks"][0]
    tries = box.control(f"webhooks/{newest['id']}", method="GET")["tries"]
    assert [one["http"] for one in tries] == [None, None, 200]
    assert tries[0]["error"]


def test_the_pause_stops_growing_at_its_cap(box: Box, door: Door) -> None:
    box.knobs(retry_base_ms=10, retry_cap_ms=30)
    door.answers.extend([500] * 8)
    box.say()
    hits = door.wait(9)
    assert hits[-1].at - hits[0].at < 0.8


def test_a_door_that_is_too_slow_gets_it_again(box: Box, door: Door) -> None:
    box.knobs(timeout_ms=60, retry_base_ms=200)
    door.delay = 0.15
    box.say()
    door.wait(1)
    door.delay = 0
    door.wait(2)
    box.quiet()


def test_several_webhooks_are_under_way_at_once(box: Box, door: Door) -> None:
    box.knobs(concurrency=8)
    door.delay = 0.1
    box.control("messages", {"messages": [{"from": CUSTOMER, "text": str(n)} for n in range(8)]})
    hits = door.wait(8)
    assert hits[-1].at - hits[0].at < 0.3


def test_every_webhook_twice(box: Box, door: Door) -> None:
    box.knobs(copies=2)
    box.say("a")
    box.say("b")
    hits = door.wait(4)
    assert sorted(hit.body for hit in hits) == sorted(2 * list({hit.body for hit in hits}))
    box.quiet()
    assert len(door.hits) == 4


def test_held_messages_leave_shuffled_and_the_seed_decides_how(box: Box, door: Door) -> None:
    def order(seed: int) -> list[str]:
        box.control("reset")
        door.clear()
        box.knobs(hold=12, hold_ms=60_000, seed=seed, concurrency=1)
        box.control("messages", {"messages": [{"from": CUSTOMER, "text": f"{n:02}"} for n in range(12)]})
        door.wait(12)
        return [message["text"]["body"] for message in door.messages()]

    straight = [f"{n:02}" for n in range(12)]
    assert order(1) != straight
    assert sorted(order(1)) == straight
    assert order(1) != order(2)


def test_held_messages_do_not_wait_for_ever(box: Box, door: Door) -> None:
    box.knobs(hold=100, hold_ms=80)
    box.say()
    box.say()
    door.wait(2)


def test_a_batch_is_one_body_of_several_changes(box: Box, door: Door) -> None:
    box.knobs(batch=1000, batch_ms=60_000)
    customers = [f"55119555{n:05}" for n in range(50)]
    wanted = [{"from": customers[n % 50], "text": str(n)} for n in range(1000)]
    ids = box.control("messages", {"messages": wanted})["ids"]
    (hit,) = door.wait(1)
    assert [message["id"] for message in door.messages()] == ids
    assert len(hit.values) > 1
    assert max(len(value["messages"]) for value in hit.values) > 1
    for value in hit.values:
        assert {m["from"] for m in value["messages"]} == {c["wa_id"] for c in value["contacts"]}


def test_a_batch_too_large_for_meta_is_several_bodies(box: Box, door: Door) -> None:
    box.knobs(batch=20, batch_ms=60_000)
    box.control("messages", {"messages": [{"from": CUSTOMER, "text": "x" * 200_000} for _ in range(20)]})
    hits = door.wait(2)
    assert max(len(hit.body) for hit in hits) <= 3 * 1024 * 1024
    box.quiet()
    assert len(door.messages()) == 20


def test_receipts_and_messages_may_share_a_body(box: Box, door: Door) -> None:
    box.say()
    door.wait(1)
    box.knobs(batch=4, batch_ms=60_000)
    box.send()
    box.say("a")
    box.say("b")
    hit = door.wait(2)[1]
    kinds = [kind for value in hit.values for kind in ("messages", "statuses") if kind in value]
    assert set(kinds) == {"messages", "statuses"}


def test_a_batch_that_does_not_fill_leaves_after_a_while(box: Box, door: Door) -> None:
    box.knobs(batch=50, batch_ms=60)
    box.say("a")
    box.say("b")
    (hit,) = door.wait(1)
    assert len(hit.values[0]["messages"]) == 2


def test_paused_delivery_resumes(box: Box, door: Door) -> None:
    box.knobs(paused=True)
    box.say()
    until(lambda: box.counts()["pending"] == 1)
    assert door.hits == []
    box.knobs(paused=False)
    door.wait(1)


def test_one_number_may_be_paused_alone(box: Box, door: Door) -> None:
    other = "110000000000010"
    box.control("accounts", {"waba": "9", "phone_number_id": other, "display_phone_number": "+1 2", "token": "t2"})
    box.control("knobs", {"channel": PHONE, "paused": True})
    box.say("here")
    box.say("there", channel=other)
    door.wait(1)
    assert [m["text"]["body"] for m in door.messages()] == ["there"]
    box.control("knobs", {"channel": PHONE, "paused": False})
    door.wait(2)


@pytest.mark.parametrize(
    ("given", "bytes_sent"),
    [
        ({"body": '{"a":"\x00 é"}'}, '{"a":"\x00 é"}'.encode()),
        ({"body_base64": base64.b64encode(b"\xff\xfe{").decode()}, b"\xff\xfe{"),
        ({"json": {"é": "a/b"}}, b'{"\\u00e9":"a\\/b"}'),
    ],
)
def test_an_exact_body_is_delivered_as_it_is(box: Box, door: Door, given: dict[str, str], bytes_sent: bytes) -> None:
    ids = box.control("webhooks", given | {"count": 2})["ids"]
    hits = door.wait(2)
    assert len(ids) == 2
    assert [hit.body for hit in hits] == [bytes_sent, bytes_sent]
    assert all(hit.signed for hit in hits)


def test_an_unsigned_body_gives_up_after_its_attempts(box: Box, door: Door) -> None:
    door.answers.extend([403] * 5)
    box.control("webhooks", {"body": "{}", "signed": False, "max_attempts": 2})
    until(lambda: box.counts()["gave_up"] == 1)
    assert not door.hits[0].signed
    assert len(door.hits) == 2


def test_an_account_without_subscription_hears_nothing(box: Box, door: Door) -> None:
    headers = {"Authorization": "Bearer sandbox-token"}
    box.client.delete(f"/v25.0/{WABA}/subscribed_apps", headers=headers)
    box.say("lost")
    box.client.post(f"/v25.0/{WABA}/subscribed_apps", headers=headers)
    box.say("heard")
    door.wait(1)
    box.quiet()
    assert [m["text"]["body"] for m in door.messages()] == ["heard"]


def test_the_handshake_proves_the_door(box: Box) -> None:
    assert box.control("handshake") == {"ok": True, "http": 200}


def test_raw_overrides_reach_the_wire(box: Box, door: Door) -> None:
    box.say("x", raw={"message": {"timestamp": "17"}, "value": {"contacts": [], "extra": 1}})
    (hit,) = door.wait(1)
    value = hit.values[0]
    assert (value["contacts"], value["extra"], value["messages"][0]["timestamp"]) == ([], 1, "17")


def test_a_receipt_for_a_message_that_nobody_knows(box: Box, door: Door) -> None:
    box.control("receipts", {"message_id": "wamid.X", "status": "read", "customer": CUSTOMER, "attempt": "a7"})
    door.wait(1)
    (receipt,) = door.statuses()
    assert (receipt["id"], receipt["status"], receipt["recipient_id"]) == ("wamid.X", "read", CUSTOMER)
    assert receipt["biz_opaque_callback_data"] == "a7"


def test_a_failed_receipt_carries_its_error_and_no_contact(box: Box, door: Door) -> None:
    box.say()
    sent = box.send().json()["messages"][0]["id"]
    door.wait(3)
    box.control("receipts", {"message_id": sent, "status": "failed", "code": 131049})
    door.wait(4)
    assert door.statuses()[-1]["errors"][0]["code"] == 131049
    assert "contacts" not in door.hits[-1].values[0]
    assert json.loads(door.hits[-1].body)["entry"][0]["id"] == WABA
