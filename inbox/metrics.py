"""What is counted of sending."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily

from inbox.models import Delivery, State
from workspaces import tenancy
from workspaces.metrics import gauge

OVERDUE = timedelta(minutes=1)
SENDS = Counter("plaza_sends", "Requests to a platform, by outcome", ["outcome"])
ERRORS = Counter("plaza_send_errors", "Sends that a platform did not take, by its code", ["code"])
DELIVERIES = Counter("plaza_deliveries", "Deliveries that reached a state", ["state"])

reached = {state: DELIVERIES.labels(state.name.lower()) for state in State}


def read() -> Iterator[GaugeMetricFamily]:
    """Only what is not settled: it stays within the partial indexes."""
    now = timezone.now()
    with tenancy.across():
        rows = Delivery.across_workspaces
        found = rows.filter(state=State.QUEUED).aggregate(
            queued=Count("pk"), overdue=Count("pk", filter=Q(run_at__lt=now - OVERDUE))
        )
        sending = rows.filter(state=State.SENDING).count()
    states = [("queued", found["queued"]), ("sending", sending)]
    yield gauge("plaza_deliveries_open", "Deliveries that are not settled, by state", states, "state")
    yield gauge("plaza_deliveries_overdue", "Queued ones that were due over a minute ago", [("", found["overdue"])])
