"""Every action on a conversation begins here: its row locked, read afresh."""

from __future__ import annotations

from inbox.models import Conversation


def locked(conversation: Conversation) -> Conversation:
    """The same conversation as it is now, its row held until the transaction ends."""
    rows = Conversation.objects.select_related("contact", "channel", "identity", "assignee__user", "team")
    return rows.select_for_update(of=("self",)).get(pk=conversation.pk)
