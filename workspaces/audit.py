"""The audit log: `record` writes an entry in the caller's transaction, `entries` and `search` read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from workspaces.models import AuditEntry, Membership


def record(verb: str, subject: str, *, by: Membership | None = None, **data: Any) -> None:
    """`verb` is noun.past ("channel.connected"), `subject` kind:id ("channel:5"). Never pass secrets or bodies."""
    AuditEntry.objects.create(actor=by, actor_name=by.name if by else "", verb=verb, subject=subject, data=data)


def entries() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.all()


@dataclass(frozen=True, slots=True)
class Search:
    """What of the log is asked for; what is empty asks nothing. A verb or a subject may be its beginning."""

    actor: int | None = None
    verb: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def search(wanted: Search) -> QuerySet[AuditEntry]:
    """Newest first."""
    found = Q()
    if wanted.actor is not None:
        found &= Q(actor=wanted.actor)
    if wanted.verb:
        found &= Q(verb__startswith=wanted.verb)
    if wanted.subject:
        found &= Q(subject__startswith=wanted.subject)
    if wanted.since:
        found &= Q(at__gte=wanted.since)
    if wanted.until:
        found &= Q(at__lt=wanted.until)
    return entries().filter(found).order_by("-at", "-id")


def after(found: QuerySet[AuditEntry], at: datetime, pk: int) -> QuerySet[AuditEntry]:
    """The keyset page below (at, pk)."""
    return found.filter(Q(at__lt=at) | Q(at=at, id__lt=pk), at__lte=at)
