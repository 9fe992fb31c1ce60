from __future__ import annotations

from typing import ClassVar

from django.db import models

from workspaces.tenancy import WorkspaceForeignKey, WorkspaceModel


class AuditEntry(WorkspaceModel):
    """Who did what to what, kept for good: a trigger refuses UPDATE and DELETE. `data` never holds secrets or bodies
    of messages."""

    at = models.DateTimeField(auto_now_add=True)
    actor = WorkspaceForeignKey("workspaces.Membership", models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=120, blank=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-at"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"
