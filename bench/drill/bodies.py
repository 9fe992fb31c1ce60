"""Bodies that no friendly platform would send, as bytes: poison among good messages, and generated ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench.drill import talk
from bench.drill.ground import NUMBER
from bench.drill.records import Said
from devtool.paths import ROOT

BUSINESS = "290000000000001"
PAYLOADS = ROOT / "tests" / "payloads" / "whatsapp"
MARK = b'"POISON"'
# What stands where a message says "POISON", byte for byte, and in which of its fields.
POISONS: dict[str, tuple[str, bytes]] = {
    "nul": ("text", rb'"a\u0000b"'),
    "lone_surrogate": ("text", rb'"\ud83d alone"'),
    "nested_10000": ("extra", b"[" * 10_000 + b"]" * 10_000),
    "int_of_5000_digits": ("extra", b"9" * 5_000),
    "year_9999999": ("timestamp", b'"315569433600000"'),
    "nan": ("extra", b"NaN"),
}


def message(nth: int, wamid: str, at: int) -> dict[str, Any]:
    words = {"body": f"mensaje {nth}"}
    return {"from": talk.phone(nth), "id": wamid, "timestamp": str(at), "type": "text", "text": words}


def poisoned(message: dict[str, Any], field: str) -> dict[str, Any]:
    return {**message, "text": {"body": "POISON"}} if field == "text" else {**message, field: "POISON"}


def body_of(messages: Sequence[dict[str, Any]], poison: bytes = b"") -> bytes:
    people = [{"profile": {"name": f"Cliente {one['from']}"}, "wa_id": one["from"]} for one in messages]
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001234", "phone_number_id": NUMBER},
        "contacts": people,
        "messages": list(messages),
    }
    entry = {"id": BUSINESS, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode().replace(MARK, poison)


def as_said(messages: Sequence[dict[str, Any]]) -> list[Said]:
    return [
        Said(one["id"], NUMBER, one["from"], "in", "text", one["text"]["body"], int(one["timestamp"]), place)
        for place, one in enumerate(messages)
    ]


def generated(count: int, seed: int) -> Iterator[bytes]:
    """Two thirds are real payloads with something changed in them, the rest is any JSON at all, or hardly JSON."""
    random = Random(seed)
    payloads = [json.loads(path.read_bytes()) for path in _payload_files()]
    for nth in range(count):
        if nth % 3 < 2:
            changed = _mutated(random, random.choice(payloads), nth)
            yield _encoded(random, changed)
        else:
            yield _arbitrary(random)


def _payload_files() -> list[Path]:
    found = sorted(path for path in PAYLOADS.glob("*.json") if not path.name.endswith(".expected.json"))
    if not found:
        raise FileNotFoundError(PAYLOADS)
    return found


def _mutated(random: Random, payload: Any, nth: int) -> Any:
    """A copy with a few of its values replaced, dropped or doubled; often under new ids, so that it is not merely seen
    again."""
    text = json.dumps(payload)
    if random.random() < 0.7:
        text = text.replace("wamid.", f"wamid.{nth}.")
    copy = json.loads(text)
    for _ in range(random.randint(0, 4)):
        place = _some_place(random, copy)
        if place is not None:
            _change(random, *place)
    return copy


def _some_place(random: Random, node: Any) -> tuple[Any, Any] | None:
    """A container on the way down, and a key in it."""
    found = None
    while isinstance(node, dict | list) and node:
        key = random.choice(list(node)) if isinstance(node, dict) else random.randrange(len(node))
        found = (node, key)
        if random.random() < 0.15:
            break
        node = node[key]
    return found


def _change(random: Random, container: Any, key: Any) -> None:
    how = random.randrange(4)
    if how == 0:
        del container[key]
    elif how == 1 and isinstance(container, list):
        container.extend([container[key]] * random.randint(1, 3))
    elif how == 2 and isinstance(container, dict):
        container[f"{key}_"] = container.pop(key)
    else:
        container[key] = _value(random, 3)


def _value(random: Random, depth: int) -> Any:
    leaves = (
        None, True, False, 0, -1, 2**63, 2**64 + 1, 1e308, -0.0, "", " ", "0", "x" * random.randint(1, 5000),
        "\u0000", "\ud800", "👟", "\u202e", "1795000000", "99999999999999999999", "-1", "wamid.x", "messages",
        random.randint(-(10**30), 10**30), "2026-11-22T00:00:00Z", "null", "../../etc/passwd", "%00", "<b>",
    )  # fmt: skip
    if depth and random.random() < 0.35:
        return [_value(random, depth - 1) for _ in range(random.randint(0, 4))]
    if depth and random.random() < 0.35:
        return {str(_value(random, 0)): _value(random, depth - 1) for _ in range(random.randint(0, 4))}
    return random.choice(leaves)


def _encoded(random: Random, payload: Any) -> bytes:
    """As one JSON library or another would write it; now and then a byte goes wrong."""
    text = json.dumps(payload, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")
    if random.random() < 0.05 and text:
        at = random.randrange(len(text))
        text = text[:at] + bytes([random.randrange(256)]) + text[at + random.randint(0, 2) :]
    return text


def _arbitrary(random: Random) -> bytes:
    how = random.randrange(6)
    if how == 0:
        return random.randbytes(random.randint(0, 300))
    if how == 1:
        return b"[" * random.randint(1, 20_000)
    if how == 2:
        inner = _value(random, 4)
        return _encoded(random, {"object": "whatsapp_business_account", "entry": inner})
    if how == 3:
        entry = {"id": BUSINESS, "changes": [{"field": "messages", "value": _value(random, 4)}]}
        return _encoded(random, {"object": "whatsapp_business_account", "entry": [entry]})
    if how == 4:
        value = {"metadata": {"phone_number_id": NUMBER}, "messages": _value(random, 3), "statuses": _value(random, 2)}
        entry = {"id": BUSINESS, "changes": [{"field": "messages", "value": value}]}
        return _encoded(random, {"object": "whatsapp_business_account", "entry": [entry]})
    return _encoded(random, _value(random, 5))
