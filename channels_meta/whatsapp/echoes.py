"""Messages that did not come through us: sent in the phone's app, by the platform's own agent, or long ago
(contract §7 `smb_message_echoes`, `standby`, `history`; §99)."""

from __future__ import annotations

from collections.abc import Mapping

from channels_meta.whatsapp.change import Change, Item
from channels_meta.whatsapp.messages import event_of
from channels_meta.whatsapp.people import address_key, contact_keys, in_order, keys_of, person_of
from channels_meta.whatsapp.shape import is_storable, kept, moment, number, obj, short, text
from inbox.port import Event, Key, Person, Raw


def read_echo(raw: Raw, change: Change, source: str = "app") -> Event:
    """On standby the body is wrapped in `message`."""
    fields = _unwrapped(raw)
    person = _addressee(fields, change)
    item = Item(raw=raw, fields=fields, at=moment(fields), person=person, change=change, from_us=True, source=source)
    return event_of(item)


def _unwrapped(raw: Raw) -> Raw:
    inner = obj(raw, "message")
    return {**raw, **inner} if inner else raw


def _addressee(fields: Raw, change: Change) -> Person:
    """`to` may be absent; a single contact beside the echo then says who it went to."""
    keys = keys_of(fields, "to")
    contacts = set(map(id, change.contacts.values()))
    if not keys and len(contacts) == 1:
        keys = contact_keys(next(iter(change.contacts.values())))
    return person_of(keys, change.contacts)


def read_past(raw: Raw, change: Change, thread: Raw, mark: Mapping[str, object]) -> Event:
    """A message of the imported history. It opens no window: the platform counts from messages it delivered to us."""
    context = obj(thread, "context") if is_storable(thread.get("context")) else {}
    theirs = in_order([address_key(text(thread, "id")), address_key(text(thread, "user_id")), *contact_keys(context)])
    from_us = _is_ours(raw, change, theirs)
    keys = in_order([*keys_of(raw, "to" if from_us else "from"), *theirs])
    named = person_of(keys, change.contacts)
    person = Person(
        keys=named.keys, name=named.name, username=named.username or short(context, "username", 120).removeprefix("@")
    )
    status = text(obj(raw, "history_context"), "status")
    item = Item(
        raw=raw,
        fields=raw,
        at=moment(raw),
        person=person,
        change=change,
        from_us=from_us,
        source="history",
        opens_window=False,
        mark={"history": {**mark, **kept({"status": status})}},
    )
    return event_of(item)


def _is_ours(raw: Raw, change: Change, theirs: tuple[Key, ...]) -> bool:
    sender = keys_of(raw, "from")
    if any(key in theirs for key in sender):
        return False
    if change.our_number:
        return any(key.value == change.our_number for key in sender)
    return bool(keys_of(raw, "to"))


def chunk_mark(chunk: Raw) -> dict[str, object]:
    metadata = obj(chunk, "metadata")
    return kept({name: number(metadata, name) for name in ("phase", "chunk_order", "progress")})
