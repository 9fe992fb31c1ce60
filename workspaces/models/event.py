from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from workspaces.tenancy import WorkspaceModel


class EventRow(WorkspaceModel):
    """One event for one listener, until that listener has done its work (the row goes) or has failed for good (it
    stays, dead, with its error)."""

    class State(models.IntegerChoices):
        PENDING = 0
        DEAD = 1

    listener = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    state = models.PositiveSmallIntegerField(choices=State.choices, default=State.PENDING)
    run_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            # events.drain: the oldest of one listener
            models.Index(fields=["workspace", "listener", "id"], name="event_pending", condition=Q(state=0)),
            # the clock: whose are overdue
            models.Index(fields=["run_at"], name="event_due", condition=Q(state=0)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} → {self.listener}"
