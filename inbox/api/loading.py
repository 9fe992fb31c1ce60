"""Loading is authorising, here too: what the key's member may not see is not there."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from inbox.models import Conversation, Delivery, Message
from inbox.models.conversation import ConversationQuerySet
from workspaces.api.operations import Call


def conversations(call: Call) -> ConversationQuerySet:
    visible: ConversationQuerySet = Conversation.objects.visible_to(call.member)
    return visible


def conversation(call: Call, pk: int) -> Conversation:
    loaded: Conversation = get_object_or_404(conversations(call).for_thread(), pk=pk)
    return loaded


def messages(call: Call) -> QuerySet[Message]:
    return drawable(Message.objects.filter(conversation__in=conversations(call)))


def thread(current: Conversation) -> QuerySet[Message]:
    return drawable(Message.objects.filter(conversation=current))


def drawable(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.defer("raw").prefetch_related("attachments")


def message(call: Call, pk: int) -> Message:
    return get_object_or_404(messages(call), pk=pk)


def deliveries(call: Call) -> QuerySet[Delivery]:
    return Delivery.objects.filter(conversation__in=conversations(call))


def only(rows: QuerySet[Any], query: dict[str, Any], **names: str) -> QuerySet[Any]:
    """Filtered by those of the query's fields that were given: `only(rows, query, channel_id="channel__pk")`."""
    return rows.filter(**{column: query[name] for name, column in names.items() if name in query})
