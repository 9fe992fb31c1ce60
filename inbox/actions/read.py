"""Reading: each member has a mark of their own. The platform hears of it when who is responsible reads."""

from __future__ import annotations

from django.db import transaction

from inbox.models import Conversation, Message, ReadMark
from workspaces import doorbell
from workspaces.models import Membership


def mark_read(conversation: Conversation, *, by: Membership) -> None:
    """Everything the customer wrote so far is read by this member. If the conversation is theirs, or nobody's, the
    customer sees it too."""
    from inbox.tasks import tell_read

    with transaction.atomic():
        if not _move(conversation, by, conversation.inbound_count):
            return
        if conversation.assignee_id in (None, by.pk):
            doorbell.ring_on_commit(tell_read, conversation.workspace_id, conversation.pk)


def mark_unread(conversation: Conversation, *, by: Membership) -> None:
    """The customer's last message counts as unread again, for this member only."""
    _move(conversation, by, max(conversation.inbound_count - 1, 0))


def _move(conversation: Conversation, member: Membership, count: int) -> bool:
    mark, made = ReadMark.objects.get_or_create(
        member=member, conversation=conversation, defaults={"inbound_count": count}
    )
    if not made and mark.inbound_count != count:
        mark.inbound_count = count
        mark.save(update_fields=["inbound_count"])
        return True
    return made


def last_inbound(conversation: Conversation) -> Message | None:
    inbound = Message.objects.filter(conversation=conversation, direction=Message.Direction.IN)
    return inbound.exclude(external_id="").order_by("-at", "-seq").first()


def unread_counts(conversations: list[Conversation], member: Membership) -> dict[int, int]:
    """How many of each conversation's customer messages this member has not read. What was there before they joined
    counts as read."""
    marks = ReadMark.objects.filter(member=member, conversation_id__any_of=[row.pk for row in conversations])
    read = dict(marks.values_list("conversation_id", "inbound_count"))
    return {
        row.pk: max(row.inbound_count - read.get(row.pk, 0), 0)
        for row in conversations
        if row.pk in read or (row.last_inbound_at and row.last_inbound_at > member.created_at)
    }
