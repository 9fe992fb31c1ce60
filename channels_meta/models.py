"""What the platforms sent, as it came. Global tables: the door knows no workspace, and what is addressed to nobody is
kept too. Written by the door in one statement (`sql.STORE`), emptied by the drain."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from channels_meta.platforms import CHAT, STATUS


class WebhookBody(models.Model):
    """One signed POST, raw. `app` is the last part of its path, where several apps of a platform post to us."""

    received_at = models.DateTimeField(db_default=Now())
    platform = models.CharField(max_length=20)
    app = models.CharField(max_length=40, blank=True, db_default="")
    body = models.BinaryField()
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.platform} {self.size} bytes"


class WebhookPart(models.Model):
    """What one body says to one account, in one lane. `payload` is null while it is the whole body.

    A dead letter holds its own bytes: the element that could not be stored, alone in its envelope.
    """

    class State(models.IntegerChoices):
        PENDING = 0
        DONE = 1
        DEAD = 2
        UNROUTED = 3  # no channel has this account; replayed when one is connected

    class Lane(models.TextChoices):
        CHAT = CHAT
        STATUS = STATUS

    body = models.ForeignKey(
        WebhookBody, models.SET_NULL, null=True, related_name="parts", db_constraint=False, db_index=False
    )
    received_at = models.DateTimeField(db_default=Now())
    platform = models.CharField(max_length=20)
    account_key = models.CharField(max_length=120, blank=True)
    lane = models.CharField(max_length=6, choices=Lane.choices)
    payload = models.BinaryField(null=True)
    state = models.PositiveSmallIntegerField(choices=State.choices, db_default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    error = models.TextField(blank=True, db_default="")

    class Meta:
        indexes: ClassVar = [
            # a queue is as long as its backlog: only what is pending is in its index
            models.Index(
                fields=["platform", "account_key", "lane", "id"], name="webhook_part_pending", condition=Q(state=0)
            ),
            models.Index(
                fields=["platform", "account_key", "id"], name="webhook_part_kept", condition=Q(state__in=(2, 3))
            ),
            models.Index(fields=["body"], name="webhook_part_kept_body", condition=Q(state__in=(2, 3))),
        ]

    def __str__(self) -> str:
        return f"{self.platform}:{self.account_key}:{self.lane} {self.get_state_display()}"
