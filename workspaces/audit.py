"""The audit log: `record` writes an entry in the caller's transaction."""

from __future__ import annotations

from typing import Any

from workspaces.models import AuditEntry, Membership


def record(verb: str, subject: str, *, by: Membership | None = None, **data: Any) -> None:
    """`verb` is noun.past ("channel.connected"), `subject` kind:id ("channel:5"). Never pass secrets or bodies."""
    AuditEntry.objects.create(actor=by, actor_name=by.name if by else "", verb=verb, subject=subject, data=data)
