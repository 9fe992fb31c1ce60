"""What this room does when something happened elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, DateTimeField, Q, Value, When
from django.db.models.functions import Greatest

from crm.models import Contact
from workspaces.models import EventRow


def record_activity(rows: Sequence[EventRow]) -> None:
    """When the contact was last heard of. Not written where the message is stored: two channels of one contact would
    wait there for each other's row."""
    latest: dict[int, datetime] = {}
    for row in rows:
        contact, at = row.payload["contact"], datetime.fromisoformat(row.payload["at"])
        latest[contact] = max(at, latest.get(contact, at))
    cases = [When(pk=contact, then=Value(at)) for contact, at in latest.items()]
    seen = Case(*cases, output_field=DateTimeField())
    older = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=seen)
    Contact.objects.filter(older, pk__in=latest).order_by("pk").update(last_seen_at=Greatest("last_seen_at", seen))
