from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from workspaces.tenancy import WorkspaceForeignKey, WorkspaceModel


class State(models.IntegerChoices):
    """The states of a delivery by rank: one applies only if it ranks higher. CANCELLED is reached from QUEUED only."""

    QUEUED = 0
    SENDING = 1
    UNKNOWN = 2
    ACCEPTED = 3
    SENT = 4
    FAILED = 5
    DELIVERED = 6
    READ = 7
    PLAYED = 8
    CANCELLED = 9


class Delivery(WorkspaceModel):
    """One attempt to bring one part of a message to its platform. A retry is a new attempt, so a new row."""

    message = WorkspaceForeignKey("inbox.Message", models.CASCADE, related_name="deliveries", db_index=True)
    conversation = WorkspaceForeignKey("inbox.Conversation", models.CASCADE, related_name="+")
    channel = WorkspaceForeignKey("inbox.Channel", models.CASCADE, related_name="+")
    part = models.PositiveSmallIntegerField(default=0)
    attempt = models.UUIDField(default=uuid.uuid4)
    external_id = models.CharField(max_length=255, blank=True)
    state = models.PositiveSmallIntegerField(choices=State.choices, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    run_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    failure = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "external_id"],
                name="delivery_external_id_once",
                condition=~Q(external_id=""),
            ),
            models.UniqueConstraint(fields=["workspace", "attempt"], name="delivery_attempt_once"),
        ]
        indexes: ClassVar = [
            # deliver: the head of one conversation's queue
            models.Index(
                fields=["workspace", "conversation", "id"], name="delivery_queue", condition=Q(state__in=(0, 1))
            ),
            # the clock: what is due, what ran out of its lease
            models.Index(fields=["run_at"], name="delivery_due", condition=Q(state=0)),
            models.Index(fields=["lease_until"], name="delivery_leased", condition=Q(state=1)),
        ]

    def __str__(self) -> str:
        return f"{State(self.state).label} {self.attempt}"


class Receipt(WorkspaceModel):
    """A platform's word about one of our messages, kept for a while, also when it comes before we know the message."""

    channel = WorkspaceForeignKey("inbox.Channel", models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=255)
    participant = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=12)
    at = models.DateTimeField()
    attempt = models.CharField(max_length=64, blank=True)
    failure = models.JSONField(null=True)
    pricing = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "external_id", "status", "participant"], name="receipt_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="receipt_age")]

    def __str__(self) -> str:
        return f"{self.status} {self.external_id}"
