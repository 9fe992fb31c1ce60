"""The small centred lines of a thread: what somebody did with the conversation."""

from __future__ import annotations

from inbox import kinds, streams
from inbox.models import Conversation, Message
from workspaces import live
from workspaces.models import Membership


def add_line(conversation: Conversation, what: str, *, by: Membership, **content: str) -> Message:
    """Writes the line and the conversation it changed, and tells the browsers. The conversation is locked."""
    conversation.clock += 1
    line = Message.objects.create(
        conversation=conversation,
        channel=conversation.channel,
        direction=Message.Direction.EVENT,
        author=by,
        kind=kinds.EVENT,
        content={"what": what, "by": by.name, **content},
        at=conversation.now,
        seq=conversation.clock,
        rev=conversation.clock,
    )
    conversation.save()
    live.publish(
        streams.message_fragment(line),
        streams.header_changed(conversation.pk),
        streams.rows_changed(conversation.pk),
    )
    return line
