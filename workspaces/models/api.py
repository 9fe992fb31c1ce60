from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from workspaces.permissions import Capability
from workspaces.tenancy import WorkspaceForeignKey, WorkspaceModel


class ApiKey(WorkspaceModel):
    """Lets a program work in one workspace, in the name of the member who made it and never with more rights than
    that member has now. The secret is 256 random bits, shown once; only its hash is stored, which needs no salt and no
    slow function because nobody can guess what it is the hash of."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_by = WorkspaceForeignKey("workspaces.Membership", models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "prefix"], name="api_key_prefix_once"),
        ]
        indexes: ClassVar = [
            # the door: whose key is this? asked before any workspace is known
            models.Index(fields=["prefix"], name="api_key_prefix"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def trouble(self) -> str:
        """Why it opens nothing: revoked, expired, or its member left. Empty while it works."""
        if self.revoked_at is not None:
            return "key_revoked"
        if self.has_expired(timezone.now()):
            return "key_expired"
        return "" if self.created_by.is_active and self.created_by.user.is_active else "key_member_inactive"

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def may(self, capability: Capability) -> bool:
        return capability in self.scopes and self.created_by.can(capability)


class ApiReply(WorkspaceModel):
    """What a POST with an `Idempotency-Key` answered, to be answered again. Written in the transaction of what the POST
    did, so that both are there or neither."""

    key = WorkspaceForeignKey(ApiKey, models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    route = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=60)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "key", "route", "name"], name="api_reply_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "created_at"], name="api_reply_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.name} → {self.status}"
