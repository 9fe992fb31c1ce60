"""Doorbells of the inbox, and its part of the clock."""

from __future__ import annotations

import logging
import time
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
RING_AFTER = timedelta(seconds=1)
SEND_AFTER = timedelta(seconds=30)  # of ringing that moved no worker: they stand still, or there are none
SENDING_SECONDS = 1.0  # of one look; a call that has begun may take longer


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
        due = rows.filter(state=State.QUEUED, run_at__lte=now - RING_AFTER, channel__state="connected")
        queued = list(due.order_by("run_at").values_list("workspace_id", "conversation_id", "run_at")[:CLOCK_BATCH])
        leased = list(rows.filter(state=State.SENDING, lease_until__lt=now).order_by("lease_until")[:CLOCK_BATCH])
    workspaces = Workspace.objects.in_bulk({*(row[0] for row in queued), *(row.workspace_id for row in leased)})
    for row in leased:
        with tenancy.enter(workspaces[row.workspace_id]):
            delivering.expire(row)
    since = {(pk, conversation): at for pk, conversation, at in reversed(queued)}  # of each the oldest
    until = time.monotonic() + SENDING_SECONDS
    for (pk, conversation), at in sorted(since.items(), key=lambda item: item[1]):
        overdue = at <= now - SEND_AFTER and time.monotonic() < until
        _ring_or_deliver(workspaces[pk], conversation, overdue=overdue)
    return len(queued) + len(leased)


def _ring_or_deliver(workspace: Workspace, conversation_id: int, *, overdue: bool) -> None:
    """The worker sends, if it can be reached and moves; a platform that answers slowly must not hold the clock."""
    if not overdue and doorbell.ring(deliver, workspace.pk, conversation_id):
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
