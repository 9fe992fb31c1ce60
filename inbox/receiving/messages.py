"""New messages of a batch, and what they do to their conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.actions.identify import Sought
from crm.models import Identity
from inbox import kinds
from inbox.models import Attachment, Conversation, Message, State
from inbox.models.conversation import OPEN
from inbox.port import Echo, Inbound, Media
from inbox.receiving.batch import Batch, message_ids
from workspaces.events import Happened
from workspaces.rows import made

PREVIEW_LENGTH = 160
KEPT_RAW = frozenset({kinds.OTHER, kinds.UNSUPPORTED, kinds.PRODUCT, kinds.PAYMENT, kinds.FORM})


@dataclass(slots=True)
class Arrival:
    """A message on its way in, with what is found out about it step by step."""

    event: Inbound
    sought: Sought
    identity: Identity | None = None
    conversation: Conversation | None = None


def store_arrivals(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    if not arrivals:
        return
    ids = message_ids(len(arrivals))
    for pk, arrival in zip(ids, arrivals, strict=True):
        conversation = arrival.conversation
        assert conversation is not None
        message = _message(batch, arrival.event, conversation, pk)
        batch.add(message)
        batch.attachments += [_attachment(message, at, media) for at, media in enumerate(arrival.event.media)]
        if message.direction == Message.Direction.EVENT or arrival.event.is_past:
            _nobody_called(conversation, message)
            continue
        if message.direction == Message.Direction.IN:
            _customer_wrote(batch, conversation, message, arrival.event)
        else:
            _team_answered(conversation, message)
        preview(conversation, message)


def _message(batch: Batch, event: Inbound, conversation: Conversation, pk: int) -> Message:
    tick = batch.tick(conversation)
    quoted = batch.known.get(event.reply_to) if event.reply_to else None
    values = {
        "id": pk,
        "conversation_id": conversation.pk,
        "channel_id": batch.channel.pk,
        "external_id": event.external_id,
        "direction": _direction(event),
        "source": event.source if isinstance(event, Echo) else "",
        "kind": event.kind,
        "text": event.text,
        "content": dict(event.content),
        "raw": dict(event.raw) if event.kind in KEPT_RAW else None,
        "reply_to_id": quoted.pk if quoted else None,
        "reply_to_external_id": event.reply_to,
        "at": event.at,
        "seq": tick,
        "rev": tick,
        "state": State.SENT if isinstance(event, Echo) else None,
        "created_at": batch.now,
    }
    message = made(Message, values)
    message.conversation, message.channel = conversation, batch.channel
    return message


def _direction(event: Inbound) -> Message.Direction:
    if event.kind == kinds.SYSTEM:
        return Message.Direction.EVENT
    return Message.Direction.IN if event.is_from_customer else Message.Direction.OUT


def _attachment(message: Message, position: int, media: Media) -> Attachment:
    values = {
        "message_id": message.pk,
        "position": position,
        "kind": media.kind,
        "external_id": media.external_id,
        "url": media.url,
        "mime_type": media.mime_type[:120],
        "filename": media.filename[:255],
        "sha256": media.sha256[:88],
        "is_voice": media.voice,
    }
    return made(Attachment, values)


def _customer_wrote(batch: Batch, conversation: Conversation, message: Message, event: Inbound) -> None:
    if event.opens_window and (conversation.window_from is None or event.at > conversation.window_from):
        conversation.window_from = event.at
    if conversation.contact.is_blocked:
        return  # kept in the thread, but it calls nobody
    conversation.inbound_count += 1
    if conversation.last_inbound_at is None or event.at > conversation.last_inbound_at:
        conversation.last_inbound_at = event.at
    if conversation.waiting_since is None:
        conversation.waiting_since = event.at
    if conversation.status != OPEN:
        conversation.status, conversation.closed_at = OPEN, None
    batch.happened.append(
        Happened(
            "message.received",
            f"conversation:{conversation.pk}",
            {
                "message": message.pk,
                "conversation": conversation.pk,
                "contact": conversation.contact_id,
                "at": event.at.isoformat(),
            },
        )
    )


def _team_answered(conversation: Conversation, message: Message) -> None:
    """Somebody answered from outside (the phone's app): nobody waits any more, unless the customer wrote again."""
    if conversation.waiting_since and message.at >= conversation.waiting_since:
        conversation.waiting_since = None


def _nobody_called(conversation: Conversation, message: Message) -> None:
    """Imported messages show in the row, the platform's own lines do not; neither waits for an answer."""
    if message.direction != Message.Direction.EVENT:
        preview(conversation, message)


def preview(conversation: Conversation, message: Message) -> None:
    """The list row shows the newest message by the platform's time, whatever the order of arrival."""
    if message.at < conversation.last_message_at:
        return
    conversation.last_message_at = message.at
    conversation.preview_text = message.text[:PREVIEW_LENGTH] or str(message.content.get("title", ""))[:PREVIEW_LENGTH]
    conversation.preview_kind = message.kind
    conversation.preview_author = author_word(message)
    conversation.preview_state = message.state


def author_word(message: Message) -> str:
    if message.direction == Message.Direction.IN:
        return "customer"
    return "app" if message.source == "app" else "team"
