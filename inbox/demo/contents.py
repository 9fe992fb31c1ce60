"""What the kinds of message hold in the demo: `content` and files, from the argument that a line gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from inbox import kinds

Content = dict[str, Any]
VOICE = "voice"  # in a script: a recorded audio
MIME = {
    kinds.IMAGE: "image/jpeg",
    kinds.VIDEO: "video/mp4",
    kinds.AUDIO: "audio/ogg",
    kinds.DOCUMENT: "application/pdf",
    kinds.STICKER: "image/webp",
}
AD = {"headline": "−20 %", "body": "Runner", "source_url": "https://ads.example/runner", "source_type": "ad"}


def _location(place: str) -> Content:
    name, _, address = place.partition(", ")
    return {"latitude": -34.5958, "longitude": -58.3973, "name": name, "address": address or name}


def _contacts(name: str) -> Content:
    phones = [{"number": "+54 9 11 5555-0147", "type": "CELL", "account": "5491155550147"}]
    return {"cards": [{"name": name, "phones": phones, "emails": [], "organization": ""}]}


def _order(sku: str) -> Content:
    pair = {"sku": sku or "RUN-42-N", "quantity": 1, "price": "89.9", "currency": "USD"}
    return {"catalog_id": "77", "items": [pair, {"sku": "SOCK-3", "quantity": 2, "price": "6.5", "currency": "USD"}]}


CONTENTS: Mapping[str, Callable[[str], Content]] = {
    kinds.LOCATION: _location,
    kinds.CONTACTS: _contacts,
    kinds.CHOICE: lambda title: {"id": "returns", "title": title, "via": "buttons"},
    kinds.FORM: lambda _: {"name": "NPS", "answers": {"NPS": "9", "Runner": "★★★★★"}},
    kinds.ORDER: _order,
    kinds.PRODUCT: lambda sku: {"catalog_id": "77", "sku": sku},
    kinds.PAYMENT: lambda _: {"reference_id": "PED-881-1", "status": "captured", "method": "card"},
    kinds.CALL: lambda _: {"direction": "in", "status": "missed"},
    kinds.SYSTEM: lambda _: {"change": "identity"},
    kinds.UNSUPPORTED: lambda _: {"type": "poll", "code": "131051", "reason": "Message type is not supported"},
    kinds.OTHER: lambda _: {"type": "poll"},
}


def content_of(kind: str, argument: str) -> Content:
    return CONTENTS[kind](argument) if kind in CONTENTS else {}


def file_of(kind: str, argument: str) -> Content | None:
    """The fields of the message's file, or None where the kind has none."""
    plain = kinds.AUDIO if kind == VOICE else kind
    if plain not in kinds.FILES:
        return None
    return {"kind": plain, "filename": argument, "mime_type": MIME[plain], "is_voice": kind == VOICE}
