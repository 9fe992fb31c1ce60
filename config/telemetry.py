"""Errors to Sentry, traces to OpenTelemetry: each only where its address is set (SENTRY_DSN,
OTEL_EXPORTER_OTLP_ENDPOINT; the other OTEL_* variables are the SDK's own). Neither is told what customers write or who
they are: no bodies, no headers, no local variables, no query strings; words are masked as in the log; of a span only
named attributes leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings

from workspaces import logs

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

Event = dict[str, Any]

KEPT_REQUEST = frozenset({"method"})
KEPT_EVENT = frozenset(
    {
        *("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "server_name", "sdk"),
        *("exception", "logentry", "message", "transaction", "transaction_info", "type", "modules", "contexts"),
        *("tags", "request", "breadcrumbs", "fingerprint", "start_timestamp", "spans"),
    }
)
KEPT_CONTEXTS = frozenset({"runtime", "trace", "os"})
KEPT_ATTRIBUTES = frozenset(
    {
        *("http.method", "http.request.method", "http.status_code", "http.response.status_code", "http.route"),
        *("http.flavor", "celery.action", "celery.state", "celery.task_name", "messaging.operation"),
        *("messaging.destination", "messaging.destination_kind", "error.type", "exception.type"),
        *("exception.message", "exception.stacktrace", "plaza.request"),
    }
)


def begin(service: str, *, transport: Any = None, exporter: SpanExporter | None = None) -> None:
    """Once a process, after it forked and before it serves. `transport` and `exporter`: for tests."""
    if settings.SENTRY_DSN:
        _report_errors(service, transport)
    if settings.OTEL_ENDPOINT:
        _trace(service, exporter)


def _report_errors(service: str, transport: Any) -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        transport=transport,
        environment=settings.SENTRY_ENVIRONMENT,
        server_name=service,
        include_local_variables=False,
        max_request_body_size="never",
        traces_sample_rate=0.0,
        before_send=cast("Any", scrubbed),  # their Event is a dictionary of the same names
        before_breadcrumb=lambda crumb, _hint: _masked(crumb),
    )


def scrubbed(event: Event, _hint: Any = None) -> Event:
    """What may leave of an error."""
    kept = {name: value for name, value in event.items() if name in KEPT_EVENT}
    if "request" in kept:
        kept["request"] = {name: value for name, value in kept["request"].items() if name in KEPT_REQUEST}
    if "contexts" in kept:
        kept["contexts"] = {name: value for name, value in kept["contexts"].items() if name in KEPT_CONTEXTS}
    for exception in kept.get("exception", {}).get("values", []):
        for frame in (exception.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    kept["tags"] = {"request": logs.request.get(), "workspace": str(logs.workspace() or "")}
    return dict(_masked(kept))


def _masked(value: Any) -> Any:
    """The same, with every text in it masked."""
    if isinstance(value, str):
        return logs.masked(value)
    if isinstance(value, Mapping):
        return {name: _masked(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(one) for one in value]
    return value


def _trace(service: str, exporter: SpanExporter | None) -> None:
    """The SDK is loaded here only: it takes a while, and most installations do without."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": f"plaza-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(cast("SpanExporter", Discreet(exporter or OTLPSpanExporter()))))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(tracer_provider=provider, response_hook=_name_request)
    CeleryInstrumentor().instrument(tracer_provider=provider)  # type: ignore[no-untyped-call]


def _name_request(span: Any, _request: Any, _response: Any) -> None:
    if span is not None and span.is_recording():
        span.set_attribute("plaza.request", logs.request.get())


def kept_attributes(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _masked(value) for name, value in (attributes or {}).items() if name in KEPT_ATTRIBUTES}


class Discreet:
    """A span exporter that hands on what may leave: names, times, and the attributes named above."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self.exporter.export([self.bare(span) for span in spans])

    def shutdown(self) -> None:
        self.exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self.exporter.force_flush(timeout_millis)

    def bare(self, span: ReadableSpan) -> ReadableSpan:
        from opentelemetry.sdk.trace import Event as SpanEvent
        from opentelemetry.sdk.trace import ReadableSpan
        from opentelemetry.trace import Status

        return ReadableSpan(
            name=logs.masked(span.name),
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=kept_attributes(span.attributes),
            events=[SpanEvent(one.name, kept_attributes(one.attributes), one.timestamp) for one in span.events],
            kind=span.kind,
            instrumentation_scope=span.instrumentation_scope,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
        )
