"""What is counted, for Prometheus. Every process of a host counts into files of one folder
(`PROMETHEUS_MULTIPROC_DIR`); the page `/metrics` adds them up, together with what only the database knows
(`settings.METRIC_GAUGES`).

Counting costs a few microseconds and never waits: an increment in mapped memory. Labels have few values; never a
workspace, a person or a number.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def _identity() -> str:
    """Containers share the folder, and each has its process 1. The files' names part at underscores."""
    return f"{socket.gethostname().replace('_', '-')}-{os.getpid()}"


if FOLDER in os.environ:
    Path(os.environ[FOLDER]).mkdir(parents=True, exist_ok=True)
    values.ValueClass = values.MultiProcessValue(_identity)  # type: ignore[no-untyped-call]

PAGES = Histogram(
    "plaza_page_seconds",
    "Time of a page or an API call in Django, by status",
    ["status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
FRAMES = Counter("plaza_live_frames", "Live frames, by what became of them", ["result"])
PUBLISHED, UNHEARD, DROPPED = (FRAMES.labels(result) for result in ("published", "unheard", "dropped"))
SOCKETS = Gauge("plaza_sockets", "Open live sockets", multiprocess_mode="livesum")
EVENTS = Counter("plaza_events", "Event rows handed to their listener, by result", ["result"])
RINGS = Counter("plaza_doorbells", "Rings for a worker, by whether the broker took them", ["result"])


def forget_dead() -> None:
    """What processes of this host that are gone still held open. Their counts stay, as counts do."""
    folder = Path(os.environ[FOLDER])
    for path in folder.glob(f"gauge_live*_{_identity().rpartition('-')[0]}-*.db"):
        if not Path("/proc", path.stem.rpartition("-")[2]).exists() and Path("/proc/self").exists():
            path.unlink(missing_ok=True)


def page(gauges: Iterable[GaugeMetricFamily]) -> bytes:
    """All of it, in Prometheus' text format."""
    forget_dead()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(_Read(list(gauges)))
    return generate_latest(registry)


class _Read:
    def __init__(self, gauges: list[GaugeMetricFamily]) -> None:
        self.gauges = gauges

    def collect(self) -> list[GaugeMetricFamily]:
        return self.gauges


def gauge(name: str, words: str, found: Iterable[tuple[str, float]], label: str = "") -> GaugeMetricFamily:
    """A gauge read now: (label's value, number) each; without a label, one pair."""
    family = GaugeMetricFamily(name, words, labels=[label] if label else [])
    for value, number in found:
        family.add_metric([value] if label else [], number)
    return family
