"""What is about the account, or about a person without being a message (contract §7, §99). All of it is kept whole."""

from __future__ import annotations

from channels_meta.whatsapp.change import LONGEST_TOPIC, Change
from channels_meta.whatsapp.people import Contacts, address_key, in_order, parent_key, person_of, scoped_key
from channels_meta.whatsapp.shape import first, moment_or, obj, text
from inbox.port import News, Person, Raw


def read_news(raw: Raw, change: Change) -> News:
    """A whole change. The quality sample of the contract carries the status field's name: its keys decide."""
    value = change.value
    topic = change.field or "unknown"
    if topic == "message_template_status_update" and "new_quality_score" in value:
        topic = "message_template_quality_update"
    return News(raw=value or raw, at=moment_or(value, change.at), topic=topic[:LONGEST_TOPIC])


def read_error(raw: Raw, change: Change, topic: str = "errors") -> News:
    return News(raw=raw, at=moment_or(raw, change.at), topic=topic)


def read_user_action(raw: Raw, change: Change) -> News:
    """A click on a marketing link: no message, no window."""
    return News(raw=raw, at=moment_or(raw, change.at), topic="user_actions", person=_person(raw, change.contacts))


def read_preference(raw: Raw, change: Change) -> News:
    return News(raw=raw, at=moment_or(raw, change.at), topic="user_preferences", person=_person(raw, change.contacts))


def read_contact_sync(raw: Raw, change: Change) -> News:
    """An entry of the phone's address book."""
    contact = obj(raw, "contact")
    keys = in_order([address_key(text(contact, "phone_number")), scoped_key(text(contact, "user_id"))])
    name = text(contact, "full_name") or text(contact, "first_name")
    return News(
        raw=raw,
        at=moment_or(obj(raw, "metadata"), change.at),
        topic="smb_app_state_sync",
        person=Person(keys=keys, name=name) if keys else None,
    )


def read_handover(raw: Raw, change: Change) -> News:
    """Who answers now: our people or the platform's agent."""
    value = change.value
    sender = obj(value, "sender")
    keys = in_order([address_key(first(sender, "phone_number", "wa_id")), scoped_key(text(sender, "user_id"))])
    person = person_of(keys, change.contacts)
    return News(
        raw=value or raw,
        at=moment_or(value, change.at),
        topic="messaging_handovers",
        person=person if person.keys else None,
    )


def _person(raw: Raw, contacts: Contacts) -> Person | None:
    keys = in_order(
        [
            address_key(first(raw, "wa_id", "from", "recipient_id")),
            scoped_key(first(raw, "user_id", "from_user_id", "recipient_user_id")),
            parent_key(first(raw, "parent_user_id", "from_parent_user_id")),
        ]
    )
    person = person_of(keys, contacts)
    return person if person.keys else None
