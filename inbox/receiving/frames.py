"""What a batch tells the browsers."""

from __future__ import annotations

from collections import defaultdict

from inbox import streams
from inbox.models import Message
from inbox.receiving.batch import Batch
from workspaces import live

FLOOD = 20  # more messages than this for one conversation become one nudge to catch up


def publish(batch: Batch) -> None:
    by_conversation: defaultdict[int, dict[int, Message]] = defaultdict(dict)
    for message in [*batch.added, *batch.changed.values()]:
        by_conversation[message.conversation_id][message.pk] = message
    frames: list[live.Frame] = []
    for pk, messages in by_conversation.items():
        if len(messages) > FLOOD:
            frames.append(streams.catch_up(pk))
        else:
            frames += [streams.message_fragment(message) for message in messages.values()]
    if batch.touched:
        frames.append(streams.rows_changed(*sorted(batch.touched)))
    live.publish_all(frames)
