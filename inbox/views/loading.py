"""Loading is authorising: a view gets what its member may see, or 404."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from inbox.models import Conversation, Message
from workspaces.models import Membership


def load_conversation(member: Membership, pk: int) -> Conversation:
    visible = Conversation.objects.visible_to(member).for_thread()
    loaded: Conversation = get_object_or_404(visible, pk=pk)
    return loaded


def load_message(member: Membership, pk: int, message_pk: int) -> Message:
    messages = Message.objects.filter(conversation=load_conversation(member, pk))
    loaded: Message = get_object_or_404(messages.select_related("conversation__channel", "channel"), pk=message_pk)
    return loaded
