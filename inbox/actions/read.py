"""Reading: each member has a mark of their own. The platform hears of it when who is responsible reads."""

from __future__ import annotations

from django.db import transaction

from inbox.models import Conversation, Message, ReadMark
from workspaces import doorbell
from workspaces.models import Membership


def mark_read(conversation: Conversation, *, by: Membership) -> int:
    """Everything the customer wrote so far is read by this member; answers how much of it was new to them. If the
    conversation is theirs, or nobody's, the customer sees it too."""
    from inbox.tasks import tell_read

    with transaction.atomic():
        before = _move(conversation, by, conversation.inbound_count)
        if before == conversation.inbound_count:
            return 0
        if conversation.assignee_id in (None, by.pk):
            doorbell.ring_on_commit(tell_read, conversation.workspace_id, conversation.pk)
    if before is None and not _since_they_came(conversation, by):
        return 0
    return max(conversation.inbound_count - (before or 0), 0)


def mark_unread(conversation: Conversation, *, by: Membership) -> None:
    """The customer's last message counts as unread again, for this member only."""
    _move(conversation, by, max(conversation.inbound_count - 1, 0))


def _move(conversation: Conversation, member: Membership, count: int) -> int | None:
    """Where the member's mark stood; None if they had none."""
    mark, made = ReadMark.objects.get_or_create(
        member=member, conversation=conversation, defaults={"inbound_count": count}
    )
    before = None if made else mark.inbound_count
    if before not in (None, count):
        mark.inbound_count = count
        mark.save(update_fields=["inbound_count"])
    return before


def _since_they_came(conversation: Conversation, member: Membership) -> bool:
    return conversation.last_inbound_at is not None and conversation.last_inbound_at > member.created_at


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
        if row.pk in read or _since_they_came(row, member)
    }
