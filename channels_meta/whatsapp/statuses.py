"""Receipts (contract §5, §99)."""

from __future__ import annotations

from channels_meta.whatsapp.change import LONGEST_TOPIC, Change, attempt_of, failures
from channels_meta.whatsapp.people import address_key, in_order, parent_key, person_of, scoped_key
from channels_meta.whatsapp.shape import LONGEST_ID, first, moment, need, need_id, obj, text
from inbox.port import Event, Key, News, Person, Raw, Receipt

KNOWN = frozenset({"sent", "delivered", "read", "played", "failed"})


def read_status(raw: Raw, change: Change) -> Event:
    """A call's RINGING and REJECTED look like receipts and are none; what has no rank ("deleted") is kept as news."""
    status = need(raw, "status").lower()
    at = moment(raw)
    person = _recipient(raw, change)
    if text(raw, "type") == "call" or change.field == "calls":
        return News(raw=raw, at=at, topic="calls.status", person=person)
    if status not in KNOWN:
        return News(raw=raw, at=at, topic=f"status.{status}"[:LONGEST_TOPIC], person=person)
    errors = failures(raw) or (change.errors if status == "failed" else ())
    return Receipt(
        raw=raw,
        at=at,
        external_id=need_id(raw, "id"),
        status=status,
        attempt=attempt_of(raw),
        person=person,
        error=errors[0] if errors else None,
        participant=first(raw, "recipient_participant_user_id", "recipient_participant_id")[:LONGEST_ID],
        pricing=obj(raw, "pricing") or None,
    )


def _recipient(raw: Raw, change: Change) -> Person | None:
    keys = _participant(raw) if text(raw, "recipient_type") == "group" else _single(raw)
    person = person_of(keys, change.contacts)
    return person if person.keys else None


def _single(raw: Raw) -> tuple[Key, ...]:
    return in_order(
        [
            address_key(text(raw, "recipient_id")),
            scoped_key(text(raw, "recipient_user_id")),
            parent_key(first(raw, "recipient_parent_user_id", "parent_recipient_user_id")),
        ]
    )


def _participant(raw: Raw) -> tuple[Key, ...]:
    """In a group `recipient_id` names the group: the person is the participant."""
    return in_order(
        [
            address_key(text(raw, "recipient_participant_id")),
            scoped_key(text(raw, "recipient_participant_user_id")),
            parent_key(text(raw, "recipient_participant_parent_user_id")),
        ]
    )
