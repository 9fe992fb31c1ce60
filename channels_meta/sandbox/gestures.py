"""What a customer can do with a thumb; each is one webhook."""

import base64
import hashlib
import json
import uuid
from typing import Any

from starlette.datastructures import FormData

from channels_meta.sandbox import kinds
from channels_meta.sandbox.people import Account, Customer
from channels_meta.sandbox.platform import Platform

Json = dict[str, Any]


class Impossible(ValueError):
    """The phone would not offer this."""


def say(stage: Platform, account: Account, customer: Customer, form: FormData) -> None:
    kind = _field(form, "kind") or "text"
    content = {"type": kind, kind: _body(kind, _field(form, "text"))}
    answered = _field(form, "reply_to")
    if answered:
        content["context"] = _context(stage, account, customer, answered)
    stage.chats.customer_says(account, customer, content)


def react(stage: Platform, account: Account, customer: Customer, form: FormData) -> None:
    target = _message(stage, account, customer, _field(form, "message"))
    emoji = _field(form, "emoji")
    reaction = {"message_id": target["id"]} | ({"emoji": emoji} if emoji else {})  # a removal has no emoji at all
    stage.chats.customer_says(account, customer, {"type": "reaction", "reaction": reaction})


def tap(stage: Platform, account: Account, customer: Customer, form: FormData) -> None:
    target = _message(stage, account, customer, _field(form, "message"))
    choices = kinds.choices(json.loads(target["body"]))
    at = _field(form, "choice")
    if not at.isdecimal() or int(at) >= len(choices):
        raise Impossible("no such button")
    content = kinds.tap(choices[int(at)]) | {"context": {"from": account.digits, "id": target["id"]}}
    stage.chats.customer_says(account, customer, content)


def edit(stage: Platform, account: Account, customer: Customer, form: FormData) -> None:
    target = _own(stage, account, customer, form)
    text = _field(form, "text")
    if not text:
        raise Impossible("an edited message needs a text")
    inner = {"type": "text", "text": {"body": text}, "context": {"id": target["id"]}}
    content = {"type": "edit", "edit": {"original_message_id": target["id"], "message": inner}}
    stage.chats.customer_says(account, customer, content)


def revoke(stage: Platform, account: Account, customer: Customer, form: FormData) -> None:
    target = _own(stage, account, customer, form)
    stage.chats.customer_says(account, customer, {"type": "revoke", "revoke": {"original_message_id": target["id"]}})


def _body(kind: str, text: str) -> Json | list[Json]:
    if kind == "text":
        if not text:
            raise Impossible("an empty message")
        return {"body": text}
    if kind == "location":
        return {
            "latitude": -23.5614,
            "longitude": -46.6559,
            "name": "Praça da Árvore",
            "address": "Rua das Flores, 100",
        }
    if kind == "contacts":
        name = {"formatted_name": "Rui Almeida", "first_name": "Rui", "last_name": "Almeida"}
        return [{"name": name, "phones": [{"phone": "+55 11 95550-9999", "wa_id": "5511955509999", "type": "CELL"}]}]
    extras: dict[str, Json] = {
        "image": {"mime_type": "image/jpeg"},
        "video": {"mime_type": "video/mp4"},
        "audio": {"mime_type": "audio/ogg; codecs=opus", "voice": True},
        "document": {"mime_type": "application/pdf", "filename": "comprovante.pdf"},
        "sticker": {"mime_type": "image/webp", "animated": False},
    }
    if kind not in extras:
        raise Impossible(f"a phone cannot send {kind!r}")
    caption = {"caption": text} if text and kind in ("image", "video", "document") else {}
    return extras[kind] | _media() | caption


def _media() -> Json:
    """A placeholder: ids and digest have Meta's form, the bytes do not exist."""
    digest = hashlib.sha256(uuid.uuid4().bytes).digest()
    return {"sha256": base64.b64encode(digest).decode(), "id": str(uuid.uuid4().int)[:15]}


def _context(stage: Platform, account: Account, customer: Customer, wamid: str) -> Json:
    target = _message(stage, account, customer, wamid)
    return {"from": account.digits if target["direction"] == "out" else customer.address, "id": target["id"]}


def _message(stage: Platform, account: Account, customer: Customer, wamid: str) -> Any:
    row = stage.store.one(
        "SELECT * FROM messages WHERE id = ? AND account = ? AND customer = ?",
        wamid,
        account.phone_number_id,
        customer.id,
    )
    if row is None:
        raise Impossible("no such message in this chat")
    return row


def _own(stage: Platform, account: Account, customer: Customer, form: FormData) -> Any:
    row = _message(stage, account, customer, _field(form, "message"))
    if row["direction"] != "in" or row["deleted"]:
        raise Impossible("only one's own messages")
    return row


def _field(form: FormData, name: str) -> str:
    found = form.get(name)
    return found.replace("\r\n", "\n").strip() if isinstance(found, str) else ""  # forms write line ends their own way
