"""`/metrics`, in Prometheus' format: for this machine, or for who bears METRICS_TOKEN; to others it is not there."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterator
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import GaugeMetricFamily

from workspaces import metrics

logger = logging.getLogger(__name__)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    if not (_bears_token(request) or _is_local(request)):
        raise Http404
    return HttpResponse(metrics.page(read()), content_type=CONTENT_TYPE_LATEST)


def read() -> Iterator[GaugeMetricFamily]:
    """What only the database knows; while it is away, only that."""
    try:
        found = [family for path in settings.METRIC_GAUGES for family in import_string(path)()]
    except (DatabaseError, InterfaceError) as error:
        logger.warning("metrics without the database: %s", type(error).__name__)
        found = None
    yield metrics.gauge("plaza_database_up", "Whether the database answered", [("", float(found is not None))])
    yield from found or []


def _bears_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = settings.METRICS_TOKEN
    return bool(known) and hmac.compare_digest(given.encode(), known.encode())


def _is_local(request: HttpRequest) -> bool:
    """Somebody on this machine, not somebody behind a proxy on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
