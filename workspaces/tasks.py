"""Doorbells of this room. A task looks a row up, enters its workspace and calls one function."""

from __future__ import annotations

from celery import shared_task

from workspaces import events, tenancy
from workspaces.api import replies
from workspaces.models import Workspace


@shared_task
def drain_events(workspace_id: int, listener: str) -> int:
    with tenancy.enter(Workspace.objects.get(pk=workspace_id)):
        return events.drain(listener)


def forget_old_replies() -> int:
    """The clock's part: what the API keeps of each `Idempotency-Key` for a day."""
    gone = 0
    for workspace in Workspace.objects.all():
        with tenancy.enter(workspace):
            gone += replies.forget_old()
    return gone
