"""What the database knows of this room's work: events that wait or died."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min, Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from workspaces import tenancy
from workspaces.metrics import gauge
from workspaces.models import EventRow

State = EventRow.State


def read() -> Iterator[GaugeMetricFamily]:
    with tenancy.across():
        found = EventRow.across_workspaces.aggregate(
            pending=Count("pk", filter=Q(state=State.PENDING)),
            dead=Count("pk", filter=Q(state=State.DEAD)),
            oldest=Min("created_at", filter=Q(state=State.PENDING)),
        )
    age = (timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    yield gauge("plaza_events_pending", "Event rows that wait for their listener", [("", found["pending"])])
    yield gauge("plaza_events_oldest_seconds", "Age of the oldest of them", [("", age)])
    yield gauge("plaza_events_dead", "Event rows that failed for good", [("", found["dead"])])
