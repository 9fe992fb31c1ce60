"""An internal note: the team writes to itself beside the talk. It is never delivered, so no window closes it."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import kinds, streams
from inbox.actions.lock import locked
from inbox.actions.send import Refused, twin_of
from inbox.models import Conversation, Message
from inbox.windows import Refusal
from workspaces import events, live
from workspaces.models import Membership

LONGEST = 10_000  # characters


def add_note(conversation: Conversation, text: str, *, by: Membership, client_id: uuid.UUID) -> tuple[Message, bool]:
    """The note and whether this call made it: as with `send`, the same `client_id` again makes no second one."""
    with transaction.atomic():
        conversation = locked(conversation)
        twin = twin_of(conversation, client_id, by)
        if twin is not None:
            return twin, False
        _check(text)
        note = _write(conversation, text, by, client_id)
        happened = events.Happened("note.added", f"conversation:{conversation.pk}", {"message": note.pk})
        events.publish(happened)
        live.publish(streams.message_fragment(note))
    return note, True


def _check(text: str) -> None:
    if not text.strip():
        raise Refused(Refusal("text_empty", _("Write something first.")))
    if "\x00" in text:
        raise Refused(Refusal("text_unreadable", _("The text holds a character that cannot be sent.")))
    if len(text) > LONGEST:
        words = _("The text is too long: %(length)s of %(limit)s.")
        raise Refused(Refusal("text_too_long", words % {"length": len(text), "limit": LONGEST}))


def _write(conversation: Conversation, text: str, by: Membership, client_id: uuid.UUID) -> Message:
    conversation.clock += 1
    conversation.save(update_fields=["clock", "updated_at"])
    return Message.objects.create(
        conversation=conversation,
        channel=conversation.channel,
        client_id=client_id,
        direction=Message.Direction.NOTE,
        source="agent",
        author=by,
        kind=kinds.NOTE,
        text=text,
        at=max(timezone.now(), conversation.last_message_at),
        seq=conversation.clock,
        rev=conversation.clock,
    )
