"""A member answers. The message exists from the moment it is written; bringing it to the platform is for `deliver`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import kinds, streams, windows
from inbox.actions.lock import locked
from inbox.models import Conversation, Delivery, Message, State
from inbox.models.conversation import OPEN
from inbox.receiving.messages import preview
from workspaces import doorbell, events, live
from workspaces.models import Membership


@dataclass(frozen=True, slots=True)
class Draft:
    text: str
    kind: str = kinds.TEXT
    reply_to: Message | None = None
    source: str = "agent"


class Refused(Exception):
    """The message may not be sent; nothing was stored. `refusal` says why, for programs and for people."""

    def __init__(self, refusal: windows.Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def send(conversation: Conversation, draft: Draft, *, by: Membership, client_id: uuid.UUID) -> tuple[Message, bool]:
    """The message and whether this call made it: the same `client_id` again answers the message it made before, and
    is refused if somebody else's (or another conversation's)."""
    with transaction.atomic():
        conversation = locked(conversation)
        twin = twin_of(conversation, client_id, by)
        if twin is not None:
            return twin, False
        refusal = windows.refusal(conversation, draft.kind, draft.text)
        if refusal is not None:
            raise Refused(refusal)
        message = _write(conversation, draft, by, client_id)
        _tell(conversation, message)
    return message, True


def twin_of(conversation: Conversation, client_id: uuid.UUID, by: Membership) -> Message | None:
    """What was written under this id before: by the same member it is answered again, another's is refused."""
    twin = Message.objects.filter(conversation=conversation, client_id=client_id).first()
    if twin is not None and twin.author_id != by.pk:
        words = _("Another message has this id, so nothing was sent. Reload the page and send it again.")
        raise Refused(windows.Refusal("client_id_taken", words))
    return twin


def _write(conversation: Conversation, draft: Draft, by: Membership, client_id: uuid.UUID) -> Message:
    conversation.clock += 1
    at = conversation.now
    message = Message.objects.create(
        conversation=conversation,
        channel=conversation.channel,
        client_id=client_id,
        direction=Message.Direction.OUT,
        source=draft.source,
        author=by,
        kind=draft.kind,
        text=draft.text,
        reply_to=draft.reply_to,
        reply_to_external_id=draft.reply_to.external_id if draft.reply_to else "",
        at=at,
        seq=conversation.clock,
        rev=conversation.clock,
        state=State.QUEUED,
    )
    enqueue(message)
    conversation.waiting_since = None
    if conversation.status != OPEN:
        conversation.status, conversation.closed_at = OPEN, None
    preview(conversation, message)
    conversation.save()
    return message


def enqueue(message: Message, part: int = 0) -> Delivery:
    from inbox.tasks import deliver  # the task module imports the actions

    delivery = Delivery.objects.create(
        message=message,
        conversation=message.conversation,
        channel=message.channel,
        part=part,
        run_at=timezone.now(),
    )
    doorbell.ring_on_commit(deliver, message.workspace_id, message.conversation_id)
    return delivery


def _tell(conversation: Conversation, message: Message) -> None:
    events.publish(
        events.Happened("message.sent", f"conversation:{conversation.pk}", {"message": message.pk}),
    )
    live.publish(streams.message_fragment(message), streams.rows_changed(conversation.pk))
