import re

import httpx
import pytest

from tests.channels_meta.sandbox.bodies import BUTTONS, GOOD, LIST, TEMPLATE
from tests.channels_meta.sandbox.world import CUSTOMER, PHONE, Box, Door, message, until


@pytest.fixture
def chat(box: Box) -> str:
    """The address of Lia's chat, in which she has said something."""
    box.say("oi")
    return f"/chats/{box.control('customers', method='GET')['customers'][0]['id']}/{PHONE}"


def form(box: Box, path: str, **fields: str) -> httpx.Response:
    answer = box.client.post(path, data=fields)
    assert answer.status_code == 303, answer.text
    return answer


def test_an_empty_phone_offers_to_add_somebody(box: Box) -> None:
    answer = box.client.get("/")
    assert "Add a customer, then write to the company." in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe-inline" not in answer.headers["content-security-policy"]


def test_a_customer_is_added_and_writes(box: Box, door: Door) -> None:
    added = form(box, "/customers", number=PHONE, name="Lia <Prado>", address="+55 11 95550-1234")
    chat = added.headers["location"]
    page = box.client.get(chat).text
    assert "Lia &lt;Prado&gt;" in page
    form(box, f"{chat}/messages", text="Olá, <b>tênis</b> 42? https://calzado.example")
    door.wait(1)
    (said,) = door.messages()
    assert (said["from"], said["text"]["body"]) == (CUSTOMER, "Olá, <b>tênis</b> 42? https://calzado.example")
    page = box.client.get(chat).text
    assert "&lt;b&gt;tênis&lt;/b&gt;" in page
    assert 'href="https://calzado.example"' in page


def test_a_customer_may_have_no_phone_at_all(box: Box, door: Door) -> None:
    for address in ("BR.7hTq20LmZ", ""):
        chat = form(box, "/customers", number=PHONE, name="bia", address=address).headers["location"]
        form(box, f"{chat}/messages", text="oi")
    door.wait(2)
    assert all("from" not in said and said["from_user_id"].startswith("BR.") for said in door.messages())
    assert box.client.post("/customers", data={"number": PHONE, "name": "x", "address": "abc"}).status_code == 422


@pytest.mark.parametrize("kind", ["location", "contacts", "image", "video", "audio", "document", "sticker"])
def test_every_attachment_has_its_webhook_and_its_drawing(box: Box, door: Door, chat: str, kind: str) -> None:
    door.wait(1)
    form(box, f"{chat}/messages", kind=kind)
    door.wait(2)
    said = door.messages()[1]
    assert said["type"] == kind
    assert said[kind]
    assert f"kind-{kind}" in box.client.get(chat).text


def test_a_reply_quotes(box: Box, door: Door, chat: str) -> None:
    sent = box.send("Temos sim").json()["messages"][0]["id"]
    form(box, f"{chat}/messages", text="Legal", reply_to=sent)
    until(lambda: len(door.messages()) == 2)
    assert door.messages()[1]["context"] == {"from": "15550001234", "id": sent}
    assert re.search(r'class="quote"><b>Ventas Centro</b><span>\s*Temos sim', box.client.get(chat).text)


@pytest.mark.parametrize(
    ("body", "choice", "expected"),
    [
        (BUTTONS, 1, {"interactive": {"type": "button_reply", "button_reply": {"id": "b1", "title": "Sim 1"}}}),
        (LIST, 0, {"interactive": {"type": "list_reply",
                                   "list_reply": {"id": "r0", "title": "Hoje", "description": "até 18h"}}}),
        (GOOD["carousel of quick replies"], 1,
         {"interactive": {"type": "button_reply", "button_reply": {"id": "q1", "title": "Quero"}}}),
        (TEMPLATE, 0, {"button": {"payload": "OK_881", "text": "OK_881"}}),
    ],
)  # fmt: skip
def test_buttons_may_be_tapped(
    box: Box, door: Door, chat: str, body: dict[str, object], choice: int, expected: dict[str, object]
) -> None:
    sent = box.post(message(body)).json()["messages"][0]["id"]
    assert f'name="choice" value="{choice}"' in box.client.get(chat).text
    form(box, f"{chat}/taps", message=sent, choice=str(choice))
    until(lambda: len(door.messages()) == 2)
    said = door.messages()[1]
    assert {key: said[key] for key in expected} == expected
    assert said["context"] == {"from": "15550001234", "id": sent}
    assert box.client.post(f"{chat}/taps", data={"message": sent, "choice": "99"}).status_code == 422


def test_a_reaction_is_given_and_taken_back(box: Box, door: Door, chat: str) -> None:
    sent = box.send("olá").json()["messages"][0]["id"]
    form(box, f"{chat}/reactions", message=sent, emoji="👍")
    assert 'class="reactions"' in box.client.get(chat).text
    form(box, f"{chat}/reactions", message=sent, emoji="")
    assert 'class="reactions"' not in box.client.get(chat).text
    until(lambda: len(door.messages()) == 3)
    given, taken = (m["reaction"] for m in sorted(door.messages()[1:], key=lambda m: "emoji" not in m["reaction"]))
    assert given == {"message_id": sent, "emoji": "👍"}
    assert taken == {"message_id": sent}


def test_own_messages_are_edited_and_deleted(box: Box, door: Door, chat: str) -> None:
    own = box.log()[0]["id"]
    form(box, f"{chat}/edits", message=own, text="oi!")
    until(lambda: len(door.messages()) == 2)
    assert door.messages()[1]["edit"]["original_message_id"] == own
    assert door.messages()[1]["edit"]["message"]["text"] == {"body": "oi!"}
    assert "Edited" in box.client.get(chat).text
    form(box, f"{chat}/revocations", message=own)
    until(lambda: len(door.messages()) == 3)
    assert door.messages()[2]["revoke"] == {"original_message_id": own}
    assert "You deleted this message" in box.client.get(chat).text
    sent = box.send("olá").json()["messages"][0]["id"]
    for path in ("edits", "revocations"):
        assert box.client.post(f"{chat}/{path}", data={"message": sent, "text": "x"}).status_code == 422


def test_opening_the_chat_sends_read_and_only_once(box: Box, door: Door, chat: str) -> None:
    box.send("olá")
    assert 'data-unread="1"' in box.client.get(f"{chat}/thread").text
    assert 'aria-label="1 unread"' in box.client.get("/list").text
    for _ in range(2):
        assert box.client.post(f"{chat}/opened").status_code == 204
    box.quiet()
    assert [s["status"] for s in door.statuses()] == ["sent", "delivered", "read"]
    assert 'data-unread="0"' in box.client.get(f"{chat}/thread").text


def test_what_the_platform_did_not_deliver_is_not_seen(box: Box, chat: str) -> None:
    box.knobs(fail_next=1, fail_how="status", fail_code=131026)
    box.send("segredo")
    page = box.client.get(f"{chat}/thread").text
    assert "segredo" not in page
    assert "131026" in page


def test_the_company_reads_and_types(box: Box, chat: str) -> None:
    wamid = box.log()[0]["id"]
    assert 'class="ticks delivered"' in box.client.get(chat).text
    box.post({"messaging_product": "whatsapp", "status": "read", "message_id": wamid,
              "typing_indicator": {"type": "text"}})  # fmt: skip
    page = box.client.get(chat).text
    assert 'class="ticks read"' in page
    assert "data-typing-until" in page
    box.send("pronto")
    assert "data-typing-until" not in box.client.get(chat).text


def test_the_phone_number_may_be_hidden(box: Box, door: Door, chat: str) -> None:
    door.wait(1)
    form(box, f"{chat}/privacy")
    form(box, f"{chat}/messages", text="escondida")
    door.wait(2)
    assert "from" not in door.messages()[1]


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_a_company_may_send_can_be_drawn(box: Box, chat: str, name: str) -> None:
    box.post(message(GOOD[name]))
    assert box.client.get(chat).status_code == 200


def test_a_second_company_number_has_its_own_chats(box: Box, chat: str) -> None:
    other = {"waba": "9", "phone_number_id": "10", "display_phone_number": "+1 2", "token": "t2", "name": "Otra"}
    box.control("accounts", other)
    assert ">Otra</b>" in box.client.get("/").text
    assert "article" not in box.client.get(chat.replace(PHONE, "10")).text
    assert box.client.get("/chats/999/10").status_code == 404
    assert box.client.get("/", params={"number": "none"}).status_code == 404


def test_an_open_page_is_nudged(box: Box, chat: str) -> None:
    with box.client.stream("GET", "/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = (line for line in stream.iter_lines() if line)
        first = next(lines)
        box.say("again")
        assert next(lines) != first


def test_pages_bring_no_inline_script_nor_style(box: Box, chat: str) -> None:
    box.send("olá")
    for path in ("/", chat, "/mailbox/"):
        page = box.client.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)
        assert not re.search(r'(src|href)="(https?:)?//', page)
        for asset in set(re.findall(r'"(/static/[^"#]+)', page)):
            assert box.client.get(asset).status_code == 200, asset


def test_another_site_cannot_play_with_the_phone(box: Box, chat: str) -> None:
    for path in (f"{chat}/messages", "/control/reset"):
        answer = box.client.post(path, data={"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert len(box.log()) == 1
