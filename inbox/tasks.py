"""Doorbells of the inbox, and its part of the clock."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from inbox.actions import deliver as delivering
from inbox.actions.read import last_inbound
from inbox.models import Channel, Conversation, Delivery, EarlyChange, Receipt, State
from inbox.port import SendError
from workspaces import doorbell, tenancy
from workspaces.models import Workspace

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)
CLOCK_BATCH = 200


@shared_task
def deliver(workspace_id: int, conversation_id: int) -> int:
    with tenancy.enter(Workspace.objects.get(pk=workspace_id)):
        return delivering.deliver(Conversation.objects.get(pk=conversation_id))


@shared_task
def tell_read(workspace_id: int, conversation_id: int) -> None:
    """Best effort: a read receipt that is lost harms nobody."""
    with tenancy.enter(Workspace.objects.get(pk=workspace_id)):
        conversation = Conversation.objects.select_related("channel").get(pk=conversation_id)
        message, channel = last_inbound(conversation), conversation.channel
        if message is None or channel.state != Channel.State.CONNECTED:
            return
        try:
            channel.adapter.mark_read(channel, message.external_id)
        except SendError as error:
            logger.info("read receipt refused: %s", error.failure.code)


def deliver_due() -> int:
    """The clock's part: conversations with something due that no doorbell brought, and leases that ran out."""
    now = timezone.now()
    with tenancy.across():
        rows = Delivery.across_workspaces
        due = rows.filter(state=State.QUEUED, run_at__lte=now - timedelta(seconds=1), channel__state="connected")
        pairs = list(due.order_by("run_at").values_list("workspace_id", "conversation_id")[:CLOCK_BATCH])
        leased = list(rows.filter(state=State.SENDING, lease_until__lt=now).order_by("lease_until")[:CLOCK_BATCH])
    workspaces = Workspace.objects.in_bulk({*(pair[0] for pair in pairs), *(row.workspace_id for row in leased)})
    for row in leased:
        with tenancy.enter(workspaces[row.workspace_id]):
            delivering.expire(row)
    for workspace_id, conversation_id in dict.fromkeys(pairs):
        _deliver_or_ring(workspaces[workspace_id], conversation_id)
    return len(pairs) + len(leased)


def _deliver_or_ring(workspace: Workspace, conversation_id: int) -> None:
    """The worker sends, if it can be reached; a platform that answers slowly must not hold the clock."""
    if doorbell.ring(deliver, workspace.pk, conversation_id):
        return
    with tenancy.enter(workspace):
        delivering.deliver(Conversation.objects.get(pk=conversation_id))


def forget_old_receipts() -> int:
    """Receipts and early changes are kept a week, also those whose message never came."""
    before, gone = timezone.now() - KEPT, 0
    for workspace in Workspace.objects.all():
        with tenancy.enter(workspace):
            gone += Receipt.objects.filter(created_at__lt=before).delete()[0]
            gone += EarlyChange.objects.filter(created_at__lt=before).delete()[0]
    return gone
