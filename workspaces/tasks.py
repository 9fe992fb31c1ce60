"""Doorbells of this room, and its part of the clock. A task looks a row up, enters its workspace and calls one
function."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from workspaces import doorbell, events, mailing, tenancy
from workspaces.api import replies
from workspaces.models import Invitation, Workspace

CLOCK_BATCH = 50


@shared_task
def drain_events(workspace_id: int, listener: str) -> int:
    with tenancy.enter(Workspace.objects.get(pk=workspace_id)):
        return events.drain(listener)


@shared_task
def send_invitation(workspace_id: int, pk: int) -> bool:
    with tenancy.enter(Workspace.objects.get(pk=workspace_id)):
        return mailing.send_due(pk)


def send_due_invitations() -> int:
    """The clock's part: what no doorbell brought, and what is to be tried again. A worker mails; the clock does not
    wait for a mail server."""
    with tenancy.across():
        due = Invitation.across_workspaces.filter(due_at__lte=timezone.now()).order_by("due_at")
        pairs = list(due.values_list("workspace_id", "pk")[:CLOCK_BATCH])
    return sum(doorbell.ring(send_invitation, *pair) for pair in pairs)


def forget_old_replies() -> int:
    """The clock's part: what the API keeps of each `Idempotency-Key` for a day."""
    gone = 0
    for workspace in Workspace.objects.all():
        with tenancy.enter(workspace):
            gone += replies.forget_old()
    return gone
