from __future__ import annotations

from typing import ClassVar

from django.db import models

from workspaces.tenancy import WorkspaceForeignKey, WorkspaceModel


class Identity(WorkspaceModel):
    """A contact as one platform scope knows them; a reply goes to the key that last wrote (`reply_kind`,
    `reply_value`)."""

    contact = WorkspaceForeignKey("crm.Contact", models.CASCADE, related_name="identities", db_index=True)
    scope = models.CharField(max_length=120)
    name = models.CharField(max_length=255, blank=True)
    username = models.CharField(max_length=120, blank=True)
    reply_kind = models.CharField(max_length=20)
    reply_value = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.scope} {self.reply_value}"


class IdentityKey(WorkspaceModel):
    """One alias of an identity: phone digits, a scoped id … Every event adds the keys it carries."""

    identity = WorkspaceForeignKey("crm.Identity", models.CASCADE, related_name="keys", db_index=True)
    scope = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=255)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "scope", "kind", "value"], name="identity_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"
