"""Who an item is from or to: phone numbers, business-scoped ids and names (contract §3.1, §99)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from channels_meta.whatsapp.shape import is_storable, obj, objs, short, text
from inbox.port import Key, Person, Raw

PHONE = re.compile(r"\+?([0-9]{5,20})")
SCOPED = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
RANK = {"phone": 0, "scoped": 1, "parent": 2}

Contacts = Mapping[Key, Raw]


def address_key(value: str) -> Key | None:
    """For fields that should hold a phone number: a scoped id has been seen there too (§99)."""
    phone = PHONE.fullmatch(value)
    return Key("phone", phone[1]) if phone else scoped_key(value)


def scoped_key(value: str) -> Key | None:
    """For `user_id` fields: what does not look like one is left in the raw item, not keyed."""
    match = SCOPED.fullmatch(value) if value else None
    if not match:
        return None
    return Key("parent" if match[1] else "scoped", value)


def parent_key(value: str) -> Key | None:
    return Key("parent", value) if value and SCOPED.fullmatch(value) else None


def in_order(keys: Iterable[Key | None]) -> tuple[Key, ...]:
    """Each key once; phones lead, since every kind of message may be sent to one."""
    found = dict.fromkeys([key for key in keys if key is not None])
    return tuple(found) if len(found) < 2 else tuple(sorted(found, key=lambda key: RANK[key.kind]))


def keys_of(item: Raw, prefix: str) -> tuple[Key, ...]:
    """The keys of the `from` or `to` side of a message: `from`, `from_user_id`, `from_parent_user_id`."""
    return in_order(
        [
            address_key(text(item, prefix)),
            scoped_key(text(item, f"{prefix}_user_id")),
            parent_key(text(item, f"{prefix}_parent_user_id")),
        ]
    )


def contact_keys(contact: Raw) -> tuple[Key, ...]:
    return in_order(
        [
            address_key(text(contact, "wa_id")),
            scoped_key(text(contact, "user_id")),
            parent_key(text(contact, "parent_user_id")),
        ]
    )


def contacts_in(value: Raw) -> Contacts:
    """The contacts beside the items, by every key they have: items are paired by id, never by position.

    One that cannot be stored is passed over: it must not take the message it stands beside with it.
    """
    found: dict[Key, Raw] = {}
    for contact in objs(value, "contacts"):
        if is_storable(contact):
            for key in contact_keys(contact):
                found.setdefault(key, contact)
    return found


def person_of(keys: Iterable[Key], contacts: Contacts) -> Person:
    own = tuple(keys)
    contact = next((contacts[key] for key in own if key in contacts), {})
    profile = obj(contact, "profile")
    return Person(
        keys=in_order([*own, *contact_keys(contact)]),
        name=short(profile, "name") or short(contact, "name"),
        username=(text(profile, "username") or text(contact, "username")).removeprefix("@")[:120],
    )
