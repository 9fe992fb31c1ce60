"""Doorbells of this room. A task looks a row up, enters its workspace and calls one function."""

from __future__ import annotations

from celery import shared_task

from workspaces import events, tenancy
from workspaces.models import Workspace


@shared_task
def drain_events(workspace_id: int, listener: str) -> int:
    with tenancy.enter(Workspace.objects.get(pk=workspace_id)):
        return events.drain(listener)
