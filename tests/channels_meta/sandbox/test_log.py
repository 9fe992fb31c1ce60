from tests.channels_meta.sandbox.world import CUSTOMER, PHONE, Box, Door, until


def test_a_phone_saw_what_was_said_in_order(box: Box, door: Door) -> None:
    first = box.say("oi")
    answer = box.send("olá", biz_opaque_callback_data="a1", context={"message_id": first})
    box.say("tchau", **{"from": "5511955509999"})
    box.quiet()
    entries = box.log(phone=CUSTOMER)
    assert [(e["direction"], e["kind"], e["text"]) for e in entries] == [("in", "text", "oi"), ("out", "text", "olá")]
    sent = entries[1]
    assert sent["id"] == answer.json()["messages"][0]["id"]
    assert (sent["quoted"], sent["attempt"], sent["answer"], sent["seen"]) == (first, "a1", "ok", True)
    assert [s["status"] for s in sent["statuses"]] == ["sent", "delivered"]
    assert sent["at"] <= sent["statuses"][0]["at"]
    assert sent["body"]["text"] == {"body": "olá"}
    assert len(box.log()) == 3


def test_the_log_is_filtered_and_paged(box: Box) -> None:
    box.say("a")
    box.send("b", biz_opaque_callback_data="a1")
    box.send("c", biz_opaque_callback_data="a2")
    assert [e["text"] for e in box.log(direction="out")] == ["b", "c"]
    assert [e["text"] for e in box.log(attempt="a2")] == ["c"]
    assert [e["text"] for e in box.log(limit=1)] == ["a"]
    assert [e["text"] for e in box.log(after=box.log()[0]["seq"])] == ["b", "c"]
    assert box.log(channel="other") == []
    assert box.log(phone="999") == []
    assert len(box.log(channel=PHONE)) == 3


def test_refused_sends_are_kept_apart(box: Box) -> None:
    box.send("closed", biz_opaque_callback_data="a1")
    box.client.post(f"/v25.0/{PHONE}/messages", content=b"\xff", headers={"Authorization": "Bearer sandbox-token"})
    asked = box.client.get("/control/log", params={"attempt": "a1"}).json()["rejects"]
    assert [(r["code"], r["http"], r["attempt"]) for r in asked] == [(131047, 400, "a1")]
    assert len(box.client.get("/control/log", params={"channel": PHONE}).json()["rejects"]) == 2
    assert box.client.get("/control/log", params={"channel": "10"}).json()["rejects"] == []
    assert box.client.get("/control/log", params={"phone": CUSTOMER}).json()["rejects"] == []


def test_a_message_said_again_is_one_message_and_two_webhooks(box: Box, door: Door) -> None:
    for _ in range(2):
        box.say("oi", id="wamid.SAME")
    door.wait(2)
    assert [m["id"] for m in door.messages()] == ["wamid.SAME"] * 2
    assert len(box.log()) == 1


def test_edits_and_deletions_change_what_the_phone_shows(box: Box, door: Door) -> None:
    first, second = box.say("erado"), box.say("segredo")
    inner = {"type": "text", "text": {"body": "errado"}}
    box.say(type="edit", edit={"original_message_id": first, "message": inner}, text=None)
    box.say(type="revoke", revoke={"original_message_id": second}, text=None)
    shown = {e["id"]: e for e in box.log()}
    assert (shown[first]["text"], shown[first]["edited"]) == ("errado", True)
    assert shown[second]["deleted"]
    door.wait(4)
    assert {m["type"] for m in door.messages()} == {"text", "edit", "revoke"}


def test_webhooks_are_counted_and_listed(box: Box, door: Door) -> None:
    door.answers.append(500)
    box.say()
    door.wait(2)
    box.quiet()
    counts = box.counts()
    assert (counts["made"], counts["delivered"], counts["pending"], counts["attempts"]) == (1, 1, 0, 2)
    listed = box.client.get("/control/webhooks", params={"limit": 5, "state": "delivered", "bodies": 1}).json()[
        "webhooks"
    ]
    assert listed[0]["attempts"] == 2
    assert listed[0]["settled_at"] >= listed[0]["made_at"]
    assert listed[0]["body_base64"]
    assert box.client.get("/control/webhooks/999999").status_code == 404


def test_reset_forgets_everything_but_the_default_number(box: Box) -> None:
    box.control("accounts", {"waba": "9", "phone_number_id": "10", "display_phone_number": "+1 2", "token": "t2"})
    box.say()
    box.knobs(answer_ms=1)
    box.control("reset")
    assert box.log() == []
    assert [a["phone_number_id"] for a in box.control("accounts", method="GET")["accounts"]] == [PHONE]
    assert box.control("knobs", method="GET")["set"] == {}
    assert box.counts()["made"] == 0
    assert box.control("customers", method="GET") == {"customers": []}


def test_control_says_what_it_needs(box: Box) -> None:
    for path, body in [
        ("messages", {"text": "nobody"}),
        ("messages", {"from": CUSTOMER, "channel": "999"}),
        ("messages", {"messages": "many"}),
        ("accounts", {"waba": "1"}),
        ("webhooks", {}),
        ("webhooks", {"body": "{}", "count": 0}),
        ("receipts", {"customer": CUSTOMER}),
        ("receipts", {"customer": CUSTOMER, "message_id": "w", "status": "failed", "code": "x"}),
        ("webhooks", {"body_base64": "?"}),
        ("windows", {"customer": CUSTOMER, "seconds_ago": "long"}),
    ]:
        answer = box.client.post(f"/control/{path}", json=body)
        assert answer.status_code == 422, path
        assert answer.json()["error"]
    assert box.client.post("/control/knobs", content=b"{").status_code == 422
    assert box.client.get("/control/log", params={"after": "x"}).status_code == 422


def test_health_tells_where_webhooks_go(box: Box, door: Door) -> None:
    health = box.control("health", method="GET")
    assert health["ok"]
    assert str(door.port) in health["webhook_url"]
    until(lambda: box.counts()["pending"] == 0)


def test_two_customers_cannot_be_one_user(box: Box) -> None:
    box.control("customers", {"from": "5511955501111", "user_id": "BR.same"})
    answer = box.client.post("/control/customers", json={"from": "5511955502222", "user_id": "BR.same"})
    assert answer.status_code == 422
