"""Bodies with an element that kills a set, raw: most of them no JSON library would write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

NUMBER, BUSINESS = "110000000000009", "290000000000001"
MARK = b'"POISON"'

# Each stands where a message's `extra` is, in a body that is signed all the same.
UNPARSEABLE: dict[str, bytes] = {
    "lone surrogate": rb'"\ud800"',
    "raw surrogate": b'"\xed\xa0\x80"',
    "nested 10,000 deep": b"[" * 10_000 + b"]" * 10_000,
    "5,000 digits": b"9" * 5_000,
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "not JSON": b"{oops}",
    "nested 500 deep": b"[" * 500 + b"]" * 500,  # read, but not written again
}
PARSEABLE: dict[str, bytes] = {
    "NUL": rb'"a\u0000b"',
    "NUL in a name": rb'{"\u0000":1}',
    "nested 100 deep": b"[" * 100 + b"]" * 100,
}
POISONS = UNPARSEABLE


def message(n: int, text: str = "", at: int = 1795000000) -> dict[str, Any]:
    return {
        "from": "5491155501234",
        "id": f"wamid.{n}",
        "timestamp": str(at + n),
        "type": "text",
        "text": {"body": text or f"Hola {n}"},
    }


def receipt(n: int, status: str = "delivered") -> dict[str, Any]:
    return {"id": f"wamid.{n}", "status": status, "timestamp": "1795000100", "recipient_id": "5491155501234"}


def change(number: str = NUMBER, **lists: list[Any]) -> dict[str, Any]:
    beside: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "5491155500000", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Lia"}, "wa_id": "5491155501234"}],
    }
    return {"field": "messages", "value": {**beside, **lists}}


def body_of(*changes: dict[str, Any], business: str = BUSINESS) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": business, "changes": list(changes)}]}


def whole(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return body_of(change(messages=messages))


def value(body: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["entry"][0]["changes"][0]["value"]
    return found


def poisoned(count: int, place: int, poison: bytes) -> bytes:
    """So many messages, the one at `place` poisoned."""
    messages = [message(n) for n in range(count)]
    messages[place] = {**messages[place], "extra": "POISON"}
    return orjson.dumps(whole(messages)).replace(MARK, poison)
