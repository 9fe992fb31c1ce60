"""One message, of a customer or of ours, as an event (contract §4)."""

from __future__ import annotations

from collections.abc import Mapping

from channels_meta.whatsapp.bodies import PARTS, Body, read_contacts, read_unsupported
from channels_meta.whatsapp.change import Change, Item, attempt_of, failures, target_of
from channels_meta.whatsapp.extras import extras, reply_to
from channels_meta.whatsapp.interactive import REPLIES
from channels_meta.whatsapp.people import keys_of, person_of
from channels_meta.whatsapp.shape import Malformed, body, moment, need_id, obj, text
from channels_meta.whatsapp.system import keys_changed, system_body
from inbox import kinds
from inbox.port import Echo, Edited, Event, Failure, Inbound, News, Raw, Reaction, Revoked

TYPES = frozenset({*PARTS, "interactive", "contacts"})
PLACEHOLDERS = frozenset({"unsupported", "unknown", "media_placeholder"})
NOT_EDITS = frozenset({kinds.UNSUPPORTED, kinds.OTHER, kinds.WELCOME})


def read_message(raw: Raw, change: Change, mark: Mapping[str, object] | None = None) -> Event:
    """A message a customer sent us."""
    person = person_of(keys_of(raw, "from"), change.contacts)
    item = Item(raw=raw, fields=raw, at=moment(raw), person=person, change=change, mark=mark or {})
    return event_of(item)


def event_of(item: Item) -> Event:
    """Dispatch by `type`: five types speak about another message or a person, all others are messages."""
    fields = item.fields
    if text(fields, "group_id"):
        return News(raw=item.raw, at=item.at, topic="messages.group", person=item.person if item.person.keys else None)
    match text(fields, "type"):
        case "system":
            return keys_changed(item) or message(item, system_body(fields))
        case _ if not item.person.keys:
            raise Malformed("neither a phone number nor a user id says who this is")
        case "reaction":
            return _reaction(item)
        case "edit":
            return _edit(item)
        case "revoke":
            target = target_of(fields, "revoke", "original_message_id")
            return Revoked(raw=item.raw, at=item.at, target=target, person=item.person, from_us=item.from_us)
    return message(item, body_of(fields, item.change))


def message(item: Item, read: Body) -> Inbound:
    fields = item.fields
    content = {**read.content, **extras(fields), **item.mark}
    if item.from_us:
        return Echo(
            raw=item.raw,
            at=item.at,
            external_id=need_id(fields, "id"),
            person=item.person,
            kind=read.kind,
            text=read.text,
            content=content,
            media=read.media,
            reply_to=reply_to(fields),
            source=item.source,
            attempt=attempt_of(fields),
            is_past=item.source == "history",
        )
    return Inbound(
        raw=item.raw,
        at=item.at,
        external_id=need_id(fields, "id"),
        person=item.person,
        kind=read.kind,
        text=read.text,
        content=content,
        media=read.media,
        reply_to=reply_to(fields),
        opens_window=item.opens_window and read.kind != kinds.SYSTEM,
        is_past=item.source == "history",
    )


def body_of(fields: Raw, change: Change) -> Body:
    type_ = text(fields, "type")
    errors = failures(fields) or change.errors
    if type_ == "request_welcome":
        return Body(kinds.WELCOME)
    if type_ in PLACEHOLDERS:
        return read_unsupported(type_, obj(fields, "unsupported"), errors)
    if type_ == "contacts" and fields.get("contacts") is not None:
        return read_contacts(fields)
    if type_ not in TYPES:
        return Body(kinds.OTHER, content={"type": type_})
    part = body(fields, type_)
    if part is None:
        return read_unsupported(type_, {}, errors)
    return PARTS[type_](part) if type_ in PARTS else _reply(part, errors)


def _reply(part: Raw, errors: tuple[Failure, ...]) -> Body:
    """The object a reply promises may be missing, the reason then being in the errors of the value (§99)."""
    type_ = text(part, "type")
    found = body(part, type_)
    if found is None:
        return read_unsupported("interactive", {}, errors)
    if type_ not in REPLIES:
        return Body(kinds.OTHER, content={"type": f"interactive.{type_}"})
    return REPLIES[type_](found)


def _reaction(item: Item) -> Reaction:
    return Reaction(
        raw=item.raw,
        at=item.at,
        target=target_of(item.fields, "reaction", "message_id"),
        person=item.person,
        emoji=text(obj(item.fields, "reaction"), "emoji"),
        from_us=item.from_us,
    )


def _edit(item: Item) -> Edited:
    new = body(obj(item.fields, "edit"), "message")
    if new is None:
        raise Malformed("edit.message is missing")
    read = body_of(new, item.change)
    if read.kind in NOT_EDITS:
        raise Malformed("edit.message has no body")
    return Edited(
        raw=item.raw,
        at=item.at,
        target=target_of(item.fields, "edit", "original_message_id"),
        person=item.person,
        text=read.text,
        content={**read.content, **extras(new)},
        from_us=item.from_us,
    )
