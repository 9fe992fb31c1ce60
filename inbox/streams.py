"""The inbox's live streams and what travels on them: a conversation's messages as drawings, the list as ids."""

from __future__ import annotations

from functools import partial

from inbox.drawing import draw_message
from inbox.models import Message
from workspaces.live import Fragment, Nudge, Recheck

INBOX = "inbox"


def conversation_stream(pk: int) -> str:
    return f"conversation-{pk}"


def message_fragment(message: Message) -> Fragment:
    return Fragment(conversation_stream(message.conversation_id), partial(draw_message, message))


def catch_up(pk: int) -> Nudge:
    """Too much changed to send it all: the thread asks for what is above its cursor."""
    return Nudge(conversation_stream(pk), word="catch_up")


def header_changed(pk: int) -> Nudge:
    """Assignment or closing: what the header offers depends on who looks, so it is asked for."""
    return Nudge(conversation_stream(pk), word="header")


def rights_changed(pk: int) -> Recheck:
    """Assignment: who may see it may have changed."""
    return Recheck(conversation_stream(pk))


def rows_changed(*pks: int) -> Nudge:
    return Nudge(INBOX, pks)
