"""The platform's own sentences about a customer: a new number, a new id, a new phone (contract §4, §3.1, §99)."""

from __future__ import annotations

import re

from channels_meta.whatsapp.bodies import Body
from channels_meta.whatsapp.change import Change, Item
from channels_meta.whatsapp.people import address_key, in_order, keys_of, parent_key, scoped_key
from channels_meta.whatsapp.shape import LONGEST_ID, Malformed, kept, moment_or, need_id, obj, text
from inbox import kinds
from inbox.port import Key, KeysChanged, Person, Raw

KEY_CHANGES = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})
IDENTITY_CHANGES = frozenset({"customer_identity_changed", "user_identity_changed"})
CHANGED = re.compile(r"\bfrom\s+(\S+)\s+to\s+(\S+)")


def keys_changed(item: Item) -> KeysChanged | None:
    """None when the message does not say both what the person was and what they are now."""
    system = obj(item.fields, "system")
    if text(system, "type") not in KEY_CHANGES:
        return None
    was, now = _named_in(text(system, "body"))
    after = in_order(
        [
            *(address_key(text(system, name)) for name in ("wa_id", "new_wa_id")),
            scoped_key(text(system, "user_id")),
            parent_key(text(system, "parent_user_id")),
        ]
    ) or in_order([now])
    before = in_order(
        [
            *keys_of(item.fields, "from"),
            address_key(text(system, "customer")),
            scoped_key(text(system, "previous_user_id")),
            parent_key(text(system, "previous_parent_user_id")),
            was if now in after else None,
        ]
    )
    return _changed(item, before, after)


def _changed(item: Item, before: tuple[Key, ...], after: tuple[Key, ...]) -> KeysChanged | None:
    if not after or not (gone := tuple(key for key in before if key not in after) or before):
        return None
    return KeysChanged(
        raw=item.raw,
        at=item.at,
        external_id=need_id(item.fields, "id"),
        before=Person(keys=gone, name=item.person.name, username=item.person.username),
        after=Person(keys=after),
        text=text(obj(item.fields, "system"), "body"),
    )


def _named_in(sentence: str) -> tuple[Key | None, Key | None]:
    """Before August 2026 the old id stood only in the sentence: "… changed from X to Y"."""
    found = CHANGED.search(sentence)
    if not found:
        return None, None
    was, now = (word.rstrip(".,;") for word in found.groups())
    return address_key(was), address_key(now)


def system_body(fields: Raw) -> Body:
    system = obj(fields, "system")
    type_ = text(system, "type")
    change = "keys" if type_ in KEY_CHANGES else "identity" if type_ in IDENTITY_CHANGES else "other"
    identity = obj(system, "identity") or obj(fields, "identity")
    content = {"change": change, "type": type_, "identity": _identity(identity)}
    return Body(kinds.SYSTEM, text=text(system, "body"), content=kept(content))


def _identity(identity: Raw) -> dict[str, object]:
    if not identity:
        return {}
    found = {"created": text(identity, "created_timestamp"), "hash": text(identity, "hash")}
    return {"acknowledged": identity.get("acknowledged") is True, **kept(found)}


def read_user_id_update(raw: Raw, change: Change) -> KeysChanged:
    """The field was announced and withdrawn; should it come, it is applied (§99)."""
    user, parent = obj(raw, "user_id"), obj(raw, "parent_user_id")
    before = in_order(
        [
            address_key(text(raw, "wa_id")),
            scoped_key(text(user, "previous")),
            parent_key(text(parent, "previous")),
        ]
    )
    after = in_order([scoped_key(text(user, "current")), parent_key(text(parent, "current"))])
    if not before or not after:
        raise Malformed("user_id_update without the old or the new id")
    return KeysChanged(
        raw=raw,
        at=moment_or(raw, change.at),
        external_id=f"user_id_update:{text(user, 'previous')}:{after[0].value}"[:LONGEST_ID],
        before=Person(keys=before),
        after=Person(keys=after),
        text=text(raw, "detail"),
    )
