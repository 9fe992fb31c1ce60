"""A webhook body as events: pure, and whatever is in it, each item stands or falls alone (contract §3, §7, §99)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from channels_meta.whatsapp.calls import read_call
from channels_meta.whatsapp.change import Change, failures, open_change
from channels_meta.whatsapp.echoes import chunk_mark, read_echo, read_past
from channels_meta.whatsapp.messages import read_message
from channels_meta.whatsapp.news import (
    read_contact_sync,
    read_error,
    read_handover,
    read_news,
    read_preference,
    read_user_action,
)
from channels_meta.whatsapp.people import contacts_in
from channels_meta.whatsapp.shape import (
    NO_TIME,
    SHAPE_ERRORS,
    Malformed,
    check_storable,
    moment_or,
    obj,
    storable,
)
from channels_meta.whatsapp.statuses import read_status
from channels_meta.whatsapp.system import read_user_id_update
from inbox.port import Event, Raw, Unreadable

Reader = Callable[[Raw, Change], Event]
Readers = Mapping[str, Reader]

# The lists a value may hold, in the order their events are given: ids first, messages before their receipts.
SECTIONS: Readers = {
    "user_id_update": read_user_id_update,
    "messages": read_message,
    "message_echoes": read_echo,
    "calls": read_call,
    "statuses": read_status,
    "user_actions": read_user_action,
    "user_preferences": read_preference,
    "state_sync": read_contact_sync,
    "errors": read_error,
}
STANDBY: Readers = {
    **SECTIONS,
    "messages": partial(read_message, mark={"standby": True}),
    "message_echoes": partial(read_echo, source="platform"),
}
# Media of imported messages come later, without their thread.
LATE_HISTORY: Readers = {
    "messages": partial(read_past, thread={}, mark={}),
    "message_echoes": partial(read_past, thread={}, mark={}),
    "errors": partial(read_error, topic="history.errors"),
}
# Every other field is news, kept whole, even if it holds lists of these names ("" is a change without a field).
WITH_SECTIONS = frozenset(
    {
        "",
        "messages",
        "message_echoes",
        "smb_message_echoes",
        "smb_app_state_sync",
        "calls",
        "user_preferences",
        "user_id_update",
    }
)
LONGEST_REASON = 300


def parse(payload: Raw) -> list[Event]:
    """Every item of every change of every entry as one event; never raises for what a JSON text can hold."""
    events: list[Event] = []
    for entry in _objects(payload, "entry", NO_TIME, events):
        for raw in _objects(entry, "changes", moment_or(entry, NO_TIME, "time"), events):
            events += _change(open_change(raw, entry), raw)
    return events


def _objects(parent: Raw, key: str, at: datetime, spoilt: list[Event]) -> list[Raw]:
    """The objects of a list. What is not one goes to `spoilt` as unreadable."""
    found = parent.get(key)
    if not isinstance(found, list):
        spoilt.append(Unreadable(raw=storable(parent), at=at, reason=f"{key} is not a list"))
        return []
    spoilt += [
        Unreadable(raw=storable(member), at=at, reason=f"{key} holds something that is not an object")
        for member in found
        if not isinstance(member, dict)
    ]
    return [member for member in found if isinstance(member, dict)]


def _change(change: Change, raw: Raw) -> list[Event]:
    if change.field == "messaging_handovers":
        return [_guarded(raw, change, read_handover)]
    events: list[Event] = []
    if change.field == "history":
        events = _history(change)
    elif change.field == "standby":
        events = _sections(_on_standby(change), STANDBY)
    elif change.field in WITH_SECTIONS:
        events = _sections(change, SECTIONS)
    return events or [_guarded(raw, change, read_news)]


def _sections(change: Change, readers: Readers) -> list[Event]:
    events: list[Event] = []
    for key, reader in readers.items():
        if change.value.get(key) is not None:
            events += [_guarded(raw, change, reader) for raw in _objects(change.value, key, change.at, events)]
    return events


def _on_standby(change: Change) -> Change:
    """The same lists, one level deeper; contacts may stand on either."""
    inner = obj(change.value, "standby")
    return replace(
        change,
        value={**change.value, **inner},
        contacts={**change.contacts, **contacts_in(inner)},
        errors=change.errors + failures(inner),
    )


def _history(change: Change) -> list[Event]:
    events = _sections(change, LATE_HISTORY)
    if change.value.get("history") is None:
        return events
    for chunk in _objects(change.value, "history", change.at, events):
        events += _sections(replace(change, value={"errors": chunk.get("errors")}), LATE_HISTORY)
        for thread in _objects({"threads": [], **chunk}, "threads", change.at, events):
            reader = partial(read_past, thread=thread, mark=chunk_mark(chunk))
            events += [_guarded(raw, change, reader) for raw in _objects(thread, "messages", change.at, events)]
    return events


def _guarded(raw: Raw, change: Change, reader: Reader) -> Event:
    """The one place where a broken item is stopped: it becomes unreadable, its neighbours go on."""
    try:
        check_storable(raw)
        return reader(raw, change)
    except SHAPE_ERRORS as error:
        reason = str(error) if isinstance(error, Malformed) else f"{type(error).__name__}: {error}"
        return Unreadable(raw=storable(raw), at=moment_or(raw, change.at), reason=reason[:LONGEST_REASON])
