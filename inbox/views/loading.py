"""Loading is authorising: a view gets what its member may see, or 404."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from inbox.models import Conversation, Message
from workspaces.models import Membership

MOST_IDS = 50


def ids_of(request: HttpRequest) -> list[int]:
    """`?ids=1,2,3`, as many as one may ask for at once."""
    asked = request.GET.get("ids", "").split(",")
    return [int(part) for part in asked if part.isdecimal() and len(part) < 19][:MOST_IDS]


def load_conversation(member: Membership, pk: int) -> Conversation:
    visible = Conversation.objects.visible_to(member).for_thread()
    loaded: Conversation = get_object_or_404(visible, pk=pk)
    return loaded


def load_message(member: Membership, pk: int, message_pk: int) -> Message:
    messages = Message.objects.filter(conversation=load_conversation(member, pk))
    loaded: Message = get_object_or_404(messages.select_related("conversation__channel", "channel"), pk=message_pk)
    return loaded
