"""Closing a conversation, and opening it again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from inbox.actions.lines import add_line
from inbox.actions.lock import locked
from inbox.models import Conversation
from inbox.models.conversation import CLOSED, OPEN
from workspaces import events
from workspaces.models import Membership


def close(conversation: Conversation, *, by: Membership) -> Conversation:
    with transaction.atomic():
        conversation = locked(conversation)
        if conversation.status == OPEN:
            conversation.status, conversation.closed_at = CLOSED, timezone.now()
            conversation.waiting_since = None
            add_line(conversation, "closed", by=by)
            events.publish(events.Happened("conversation.closed", f"conversation:{conversation.pk}"))
    return conversation


def reopen(conversation: Conversation, *, by: Membership) -> Conversation:
    with transaction.atomic():
        conversation = locked(conversation)
        if conversation.status == CLOSED:
            conversation.status, conversation.closed_at = OPEN, None
            add_line(conversation, "reopened", by=by)
            events.publish(events.Happened("conversation.reopened", f"conversation:{conversation.pk}"))
    return conversation
