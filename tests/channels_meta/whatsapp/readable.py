"""Events as the JSON a person can check beside the payload: empty fields left out, keys and times as short text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from inbox.port import Event, Key

DEFAULTS = {"thread": "direct", "opens_window": True, "is_past": False, "source": "app", "from_us": False}


def readable(event: Event) -> dict[str, Any]:
    """`raw` is left out: a test of its own holds that it is the platform's item."""
    shown = {each.name: getattr(event, each.name) for each in fields(event) if each.name != "raw"}
    kept = {name: _plain(value) for name, value in shown.items() if not _usual(event, name, value)}
    return {"event": type(event).__name__, **kept}


def _usual(event: Event, name: str, value: object) -> bool:
    if name == "opens_window" and type(event).__name__ == "Echo":
        return value is False
    if name in DEFAULTS:
        return value == DEFAULTS[name]
    return value in ("", None, (), {}) and name != "emoji"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Key):
        return f"{value.kind}:{value.value}"
    if is_dataclass(value) and not isinstance(value, type):
        members = {each.name: getattr(value, each.name) for each in fields(value)}
        return {name: _plain(member) for name, member in members.items() if member not in ("", (), False, None)}
    if isinstance(value, tuple | list):
        return [_plain(member) for member in value]
    return value
