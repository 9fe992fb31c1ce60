"""Whose conversation it is."""

from __future__ import annotations

from django.db import transaction

from inbox.actions.lines import add_line
from inbox.actions.lock import locked
from inbox.models import Conversation
from workspaces import events
from workspaces.models import Membership


def assign(conversation: Conversation, to: Membership | None, *, by: Membership) -> Conversation:
    """`to` None takes the conversation from everybody. Assigning to who has it already changes nothing."""
    with transaction.atomic():
        conversation = locked(conversation)
        if conversation.assignee != to:
            conversation.assignee = to
            what = "unassigned" if to is None else "taken" if to == by else "assigned"
            add_line(conversation, what, by=by, to=to.name if to else "")
            payload = {"conversation": conversation.pk, "member": to.pk if to else None}
            events.publish(events.Happened("conversation.assigned", f"conversation:{conversation.pk}", payload))
    return conversation
