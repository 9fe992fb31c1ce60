"""What is counted of webhooks, at the door and in the drain."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily

from channels_meta import sql
from workspaces.metrics import gauge

ACK = Histogram(
    "plaza_webhook_ack_seconds",
    "Time until a webhook is answered, by status",
    ["status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
PARTS = Counter("plaza_drained_parts", "Webhook parts taken from their queue, by lane", ["lane"])

_by_status = {status: ACK.labels(str(status)) for status in (200, 403, 503)}


def answered(status: int, seconds: float) -> None:
    """On the door's way: one look-up and one observation."""
    child = _by_status.get(status)
    if child is None:
        child = _by_status[status] = ACK.labels(str(status))
    child.observe(seconds)


def read() -> Iterator[GaugeMetricFamily]:
    with connection.cursor() as cursor:
        cursor.execute(sql.QUEUES)
        rows = [(lane, float(count), float(age)) for lane, count, age in cursor.fetchall()]
        cursor.execute(sql.KEPT)
        kept = dict(cursor.fetchall())
    yield gauge("plaza_lane_pending", "Webhook parts that wait", [(lane, count) for lane, count, _ in rows], "lane")
    ages = [(lane, age) for lane, _, age in rows]
    yield gauge("plaza_lane_oldest_seconds", "Age of the oldest that waits", ages, "lane")
    yield gauge("plaza_dead_letters_kept", "Dead letters that nobody replayed yet", [("", kept.get(2, 0))])
    yield gauge("plaza_unrouted_kept", "Parts for accounts that no channel has", [("", kept.get(3, 0))])
