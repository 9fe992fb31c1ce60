"""Which account a change is for and how urgent it is: what the door needs before parsing (contract §3, §99)."""

from __future__ import annotations

from typing import Any

from channels_meta.whatsapp.shape import obj, text
from inbox.port import Raw

CHAT = "chat"
STATUS = "status"

# Lists that make a value chat: what is seen in a conversation, and what changes whose it is.
CHAT_LISTS = frozenset({"messages", "message_echoes", "calls", "history", "user_id_update"})
STATUS_LISTS = frozenset({"statuses", "user_actions", "user_preferences", "state_sync"})


def account_key(change: object, entry: object) -> tuple[str, str]:
    """(key, lane). The key is the phone number's id, "waba:<id>" for news of the whole account, "" for nobody's."""
    if not isinstance(change, dict):
        return "", STATUS
    value = obj(change, "value")
    lane = _lane(change)
    number = text(obj(value, "metadata"), "phone_number_id") or text(obj(value, "recipient"), "phone_number_id")
    if number:
        return number, lane
    waba = text(entry, "id") if isinstance(entry, dict) else ""
    # Items of one number that does not say which are no business of the account's other numbers.
    whole_account = value and not _holds({**value, **obj(value, "standby")}, CHAT_LISTS | STATUS_LISTS)
    return (f"waba:{waba}" if waba and whole_account else "", lane)


def split_value(change: object) -> list[tuple[Raw, str]]:
    """The change, once for each lane its lists belong to. Metadata and contacts stay with both, and so do errors:
    they may be the reason of a message without its body or of a failed receipt."""
    if not isinstance(change, dict):
        return []
    value = obj(change, "value")
    inner = obj(value, "standby")
    lists = inner or value
    if not (_holds(lists, CHAT_LISTS) and _holds(lists, STATUS_LISTS)):
        return [(change, _lane(change))]
    parts = ((_without(lists, STATUS_LISTS), CHAT), (_without(lists, CHAT_LISTS), STATUS))
    return [({**change, "value": {**value, "standby": part} if inner else part}, lane) for part, lane in parts]


def _lane(change: Raw) -> str:
    value = obj(change, "value")
    chat = text(change, "field") == "messaging_handovers" or _holds({**value, **obj(value, "standby")}, CHAT_LISTS)
    return CHAT if chat else STATUS


def _holds(value: Raw, names: frozenset[str]) -> bool:
    return any(isinstance(value.get(name), list) and value[name] for name in names)


def _without(value: Raw, names: frozenset[str]) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name not in names}
