"""The small centred lines of a thread: what somebody did with the conversation."""

from __future__ import annotations

from collections.abc import Sequence

from inbox import kinds, streams
from inbox.models import Conversation, Message
from workspaces import live
from workspaces.models import Membership


def add_line(conversation: Conversation, what: str, *, by: Membership, **content: str) -> Message:
    """Writes the line and the conversation it changed, and tells the browsers. The conversation is locked."""
    line = _line(conversation, what, by, content)
    line.save(force_insert=True)
    conversation.save()
    live.publish(
        streams.message_fragment(line),
        streams.header_changed(conversation.pk),
        streams.rows_changed(conversation.pk),
    )
    return line


def add_lines(conversations: Sequence[Conversation], what: str, *, by: Membership, **content: str) -> None:
    """The same to many, whose assignee or team changed: a constant number of statements. All are locked."""
    if not conversations:
        return
    Message.objects.bulk_create([_line(conversation, what, by, content) for conversation in conversations])
    Conversation.objects.bulk_update(conversations, ["assignee", "team", "clock"], batch_size=500)
    frames: list[live.Frame] = [streams.rows_changed(*(conversation.pk for conversation in conversations))]
    for conversation in conversations:
        pk = conversation.pk
        frames += [streams.catch_up(pk), streams.header_changed(pk), streams.rights_changed(pk)]
    live.publish_all(frames)


def _line(conversation: Conversation, what: str, by: Membership, content: dict[str, str]) -> Message:
    conversation.clock += 1
    return Message(
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
