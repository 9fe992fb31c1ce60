"""What customers write, as Meta's webhooks say it: mixed kinds, some twice, some late, some many in one body."""

from __future__ import annotations

import hmac
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

NUMBER, BUSINESS = "110000000000009", "290000000000001"
STARTS_AT = 1_795_200_000  # later than people.UNTIL
BATCH = 20
DUPLICATES, REORDERED, BATCHED = 0.05, 0.05, 0.10
REACH = 40  # how many bodies later a repeated or late one comes

Item = dict[str, Any]
SHA = "q1T8mVh0l9s2n4Xw7bZr6cY3kD5eFgHjKlMnOpQrStU="
WORDS = ["hola", "tienen", "zapatillas", "talle", "42", "en", "negro", "para", "retirar", "hoy", "quanto", "custa"]


@dataclass(frozen=True)
class Account:
    number: str = NUMBER
    business: str = BUSINESS


@dataclass
class Writer:
    """Makes messages of a fixed set of customers, reproducibly. `prefix` keeps the ids of two runs apart."""

    phones: Sequence[str]
    prefix: str
    dice: random.Random

    def __post_init__(self) -> None:
        self.written = 0
        self.last: dict[str, str] = {}

    def message(self) -> Item:
        phone = self.dice.choice(self.phones)
        return self.message_of(phone, self.dice.choices(KINDS, WEIGHTS)[0])

    def message_of(self, phone: str, make: Callable[[Writer, str], Item]) -> Item:
        self.written += 1
        item = {"from": phone, "id": f"wamid.{self.prefix}{self.written}", "timestamp": str(STARTS_AT + self.written)}
        item |= make(self, self.last.get(phone, ""))
        if item["type"] not in ("reaction", "edit", "revoke"):
            self.last[phone] = item["id"]
        return item

    def words(self) -> str:
        return " ".join(self.dice.choices(WORDS, k=self.dice.randint(2, 18)))


def text(writer: Writer, before: str) -> Item:
    return {"type": "text", "text": {"body": writer.words()}}


def _quote(writer: Writer, before: str) -> Item:
    return text(writer, before) | ({"context": {"from": NUMBER, "id": before}} if before else {})


def _file(kind: str, mime: str, **more: Any) -> Callable[[Writer, str], Item]:
    def make(writer: Writer, before: str) -> Item:
        return {"type": kind, kind: {"mime_type": mime, "sha256": SHA, "id": f"8{writer.written:09}", **more}}

    return make


def _location(writer: Writer, before: str) -> Item:
    return {"type": "location", "location": {"latitude": -34.6, "longitude": -58.38, "name": "Obelisco"}}


def _button(writer: Writer, before: str) -> Item:
    return {"type": "button", "button": {"text": "Sí, confirmo", "payload": "yes"}}


def _choice(writer: Writer, before: str) -> Item:
    reply = {"type": "list_reply", "list_reply": {"id": "42", "title": "Talle 42"}}
    return {"type": "interactive", "interactive": reply}


def _reaction(writer: Writer, before: str) -> Item:
    return {"type": "reaction", "reaction": {"message_id": before, "emoji": "👍"}} if before else text(writer, before)


def _edit(writer: Writer, before: str) -> Item:
    if not before:
        return text(writer, before)
    return {"type": "edit", "edit": {"original_message_id": before, "message": text(writer, before)}}


def _revoke(writer: Writer, before: str) -> Item:
    return {"type": "revoke", "revoke": {"original_message_id": before}} if before else text(writer, before)


MIX: Sequence[tuple[int, Callable[[Writer, str], Item]]] = (
    (58, text),
    (5, _quote),
    (12, _file("image", "image/jpeg", caption="etiqueta")),
    (9, _file("audio", "audio/ogg; codecs=opus", voice=True)),
    (3, _file("sticker", "image/webp", animated=False)),
    (3, _file("document", "application/pdf", filename="comprobante.pdf")),
    (2, _location),
    (2, _button),
    (2, _choice),
    (2, _reaction),
    (1, _edit),
    (1, _revoke),
)
WEIGHTS = [weight for weight, _ in MIX]
KINDS = [make for _, make in MIX]


def traffic(writer: Writer, count: int, account: Account) -> list[bytes]:
    """Bodies that say `count` messages, and some of them again. In the order in which they come."""
    items = [writer.message() for _ in range(count)]
    groups: list[list[Item]] = []
    at = 0
    while at < count:
        # a tenth of the messages come in batches: one body in so many opens with one
        size = BATCH if writer.dice.random() < BATCHED / (BATCHED + BATCH * (1 - BATCHED)) else 1
        groups.append(items[at : at + size])
        at += size
    return [body_of(account, group) for group in as_it_comes(groups, writer.dice)]


def as_it_comes(groups: list[list[Item]], dice: random.Random) -> list[list[Item]]:
    """Some bodies come later than they should, some come twice."""
    placed: list[tuple[float, list[Item]]] = []
    for place, group in enumerate(groups):
        late = dice.uniform(1, REACH) if dice.random() < REORDERED else 0.0
        placed.append((place + late, group))
        if dice.random() < DUPLICATES:
            placed.append((place + late + dice.uniform(1, REACH), group))
    return [group for _, group in sorted(placed, key=lambda pair: pair[0])]


def body_of(account: Account, items: Sequence[Item]) -> bytes:
    phones = dict.fromkeys(item["from"] for item in items)
    contacts = [{"profile": {"name": f"Cliente {phone[-4:]}"}, "wa_id": phone} for phone in phones]
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001234", "phone_number_id": account.number},
        "contacts": contacts,
        "messages": list(items),
    }
    entry = {"id": account.business, "changes": [{"field": "messages", "value": value}]}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [entry]})


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
