"""The payloads of the contract, by name: `tests/payloads/whatsapp/kinds.txt` lists them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "payloads" / "whatsapp"


def names() -> list[str]:
    lines = (line.strip() for line in (FOLDER / "kinds.txt").read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def payload(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


def expected(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.expected.json").read_text())


def changes(body: Any) -> Iterator[tuple[Any, Any]]:
    for entry in body["entry"]:
        for change in entry["changes"]:
            yield change, entry


def message(**fields: Any) -> dict[str, Any]:
    """A text message; a field of None is left out."""
    item = {
        "from": "5511955501234",
        "id": "wamid.IN1",
        "timestamp": "1795000000",
        "type": "text",
        "text": {"body": "Oi"},
    }
    return {name: value for name, value in {**item, **fields}.items() if value is not None}


def with_items(key: str, *items: Any, field: str = "messages", **more: Any) -> dict[str, Any]:
    value = {"metadata": {"display_phone_number": "15550001234", "phone_number_id": "110000000000009"}, key: [*items]}
    return {"entry": [{"id": "290000000000001", "changes": [{"field": field, "value": {**value, **more}}]}]}
