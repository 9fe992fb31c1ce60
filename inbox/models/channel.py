from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inbox.port import Adapter, Policy, adapter_for
from workspaces.crypto import EncryptedSecretsField
from workspaces.tenancy import WorkspaceForeignKey, WorkspaceModel


class Channel(WorkspaceModel):
    """One connected account (a number, a page) through which customers write. `account_key` is the platform's id of
    it, `business_key` the id of the business account above it, whose news reaches every channel under it."""

    class State(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        NEEDS_RECONNECT = "needs_reconnect", _("Needs to be reconnected")
        DISCONNECTED = "disconnected", _("Disconnected")

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    account_key = models.CharField(max_length=120)
    business_key = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.CONNECTED)
    state_reason = models.CharField(max_length=255, blank=True)
    secrets = EncryptedSecretsField(default=dict)
    config = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "kind", "account_key"], name="channel_account_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def adapter(self) -> Adapter:
        return adapter_for(self.kind)

    @property
    def label(self) -> str:
        return self.adapter.label

    @property
    def policy(self) -> Policy:
        return self.adapter.policy

    @property
    def identity_scope(self) -> str:
        """Within it the platform's ids of people mean the same person."""
        return f"{self.kind}:{self.business_key or self.account_key}"


class ChannelRoute(models.Model):
    """Where a platform's event goes: global, because the door knows no workspace. One account, one workspace."""

    kind = models.CharField(max_length=20)
    account_key = models.CharField(max_length=120)
    business_key = models.CharField(max_length=120, blank=True)
    workspace = models.ForeignKey("workspaces.Workspace", models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="routes", db_constraint=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "account_key"], name="route_account_once"),
        ]
        indexes: ClassVar = [
            # account-level news fans out to every channel of the business account
            models.Index(fields=["kind", "business_key"], name="route_business", condition=~Q(business_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.account_key}"


class ChannelNews(WorkspaceModel):
    """What a platform told about the account rather than in a conversation, kept whole."""

    channel = WorkspaceForeignKey(Channel, models.CASCADE, related_name="news")
    topic = models.CharField(max_length=80)
    at = models.DateTimeField()
    raw = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "channel", "-id"], name="channel_news_newest")]

    def __str__(self) -> str:
        return self.topic
