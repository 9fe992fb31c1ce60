"""Errors and traces leave only where an address is set, and without what customers wrote or who they are."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from subprocess import run
from typing import Any

import pytest
import sentry_sdk
from django.conf import settings as django_settings
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from config import telemetry
from workspaces import logs

BODY, PHONE, TOKEN = "quiero el azulejo turquesa", "5511987654321", "EAAGm0PX4ZCpsBO"
MAIL, ADDRESS = "ana@plaza.example", "203.0.113.9"  # far from where it breaks: lines of source do leave
DSN = "http://public@127.0.0.1:9/1"


class Caught(Transport):
    """Sentry's transport, with nobody behind it."""

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        event = envelope.get_event()
        if event is not None:
            self.events.append(dict(event))


class Kept(SpanExporter):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


@pytest.fixture
def sentry(settings: Any) -> Iterator[Caught]:
    settings.SENTRY_DSN = DSN
    transport = Caught()
    telemetry.begin("web", transport=transport)
    yield transport
    sentry_sdk.init()  # without an address: silent again


def break_with(text: str, number: str) -> None:
    raise ValueError(f"no place for {number}\nDETAIL:  Failing row contains ({text})")


class TestSentry:
    def test_gets_an_error_with_its_place(self, sentry: Caught) -> None:
        with logs.named("req-1", 7):
            try:
                break_with(BODY, PHONE)
            except ValueError as error:
                sentry_sdk.capture_exception(error)
        (event,) = sentry.events
        (exception,) = event["exception"]["values"]
        assert exception["type"] == "ValueError"
        assert exception["stacktrace"]["frames"][-1]["function"] == "break_with"
        assert event["tags"] == {"request": "req-1", "workspace": "7"}
        assert event["server_name"] == "web"

    def test_gets_no_body_number_token_or_local_variable(self, sentry: Caught) -> None:
        sentry_sdk.set_user({"id": 1, "email": MAIL, "ip_address": ADDRESS})
        sentry_sdk.set_extra("payload", BODY)
        sentry_sdk.add_breadcrumb(message=f"sent to {PHONE} with access_token={TOKEN}")
        try:
            break_with(BODY, PHONE)
        except ValueError as error:
            sentry_sdk.capture_exception(error)
        text = json.dumps(sentry.events, ensure_ascii=False, default=str)
        for secret in (BODY, PHONE, TOKEN, MAIL, ADDRESS, '"vars"'):
            assert secret not in text
        assert "5511•••21" in text

    def test_gets_a_request_without_what_it_carried(self) -> None:
        request = {
            "method": "POST", "url": "https://x/w/calzado-sur/", "query_string": f"q={PHONE}", "data": {"text": BODY},
            "headers": {"Authorization": f"Bearer {TOKEN}"}, "cookies": {"session": "abc"}, "env": {},
        }  # fmt: skip
        assert telemetry.scrubbed({"request": request, "user": {"id": 1}})["request"] == {"method": "POST"}

    def test_gets_only_what_is_listed(self) -> None:
        event = {"message": "x", "extra": {"a": BODY}, "user": {"id": 1}, "contexts": {"trace": {}, "state": {"b": 1}}}
        kept = telemetry.scrubbed(event)
        assert kept.keys() == {"message", "contexts", "tags"}
        assert kept["contexts"] == {"trace": {}}

    def test_gets_what_is_logged_as_an_error_masked(self, sentry: Caught) -> None:
        import logging

        logging.getLogger("tests.sentry").error("cannot reach %s", PHONE)
        assert len(sentry.events) == 1
        assert PHONE not in json.dumps(sentry.events, default=str)


class TestOpenTelemetry:
    def spans(self, attributes: dict[str, Any], error: Exception | None = None, name: str = "POST") -> ReadableSpan:
        kept = Kept()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(telemetry.Discreet(kept)))  # type: ignore[arg-type]
        with provider.get_tracer("tests").start_as_current_span(name, attributes=attributes) as span:
            if error is not None:
                span.record_exception(error)
        provider.shutdown()
        (found,) = kept.spans
        return found

    def test_gets_name_time_and_the_attributes_that_are_listed(self) -> None:
        span = self.spans({"http.method": "POST", "http.status_code": 200, "http.route": "w/<slug>/"})
        assert span.attributes == {"http.method": "POST", "http.status_code": 200, "http.route": "w/<slug>/"}
        assert span.name == "POST"
        assert span.start_time is not None
        assert span.end_time is not None
        assert span.end_time >= span.start_time

    def test_gets_no_address_agent_or_body(self) -> None:
        attributes = {
            "http.url": f"https://x/?phone={PHONE}", "http.target": f"/?phone={PHONE}", "net.peer.ip": "203.0.113.9",
            "http.user_agent": "Firefox", "db.statement": f"SELECT '{BODY}'", "celery.task_args": f"('{BODY}',)",
        }  # fmt: skip
        assert self.spans(attributes).attributes == {}

    def test_gets_errors_masked(self) -> None:
        span = self.spans({}, error=ValueError(f"{PHONE}\nDETAIL:  Failing row contains ({BODY})"))
        text = span.to_json() + str([dict(event.attributes or {}) for event in span.events])
        assert "ValueError" in text
        assert PHONE not in text
        assert BODY not in text

    def test_gets_names_masked(self) -> None:
        assert PHONE not in self.spans({}, name=f"GET {PHONE}").name

    def test_keeps_who_called_whom(self) -> None:
        kept, provider = Kept(), TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(telemetry.Discreet(kept)))  # type: ignore[arg-type]
        tracer = provider.get_tracer("tests")
        with tracer.start_as_current_span("outer"), tracer.start_as_current_span("inner"):
            pass
        provider.shutdown()
        inner, outer = kept.spans
        assert inner.parent is not None
        assert outer.context is not None
        assert inner.parent.span_id == outer.context.span_id


class TestWithoutAddresses:
    def test_nothing_begins(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.SENTRY_DSN = settings.OTEL_ENDPOINT = ""
        for name in ("_report_errors", "_trace"):
            monkeypatch.setattr(telemetry, name, lambda *_: pytest.fail("began"))
        telemetry.begin("web")

    def test_neither_sdk_is_loaded(self) -> None:
        program = (
            "import config.asgi, sys; "
            "sought = ('sentry_sdk', 'opentelemetry.exporter', 'opentelemetry.instrumentation');"
            "print([name for name in sought if name in sys.modules])"
        )
        done = run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
        assert done.stdout.strip() == "[]", done.stderr

    def test_is_how_it_comes(self) -> None:
        assert (django_settings.SENTRY_DSN, django_settings.OTEL_ENDPOINT) == ("", "")


def test_with_both_addresses_the_web_traces_a_page_and_reports_its_error() -> None:
    """In a process of its own: what begins cannot be taken back."""
    program = """
import django, os
os.environ["SENTRY_DSN"] = "http://public@127.0.0.1:9/1"
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9"
django.setup()
from config import telemetry
from tests.operating.test_telemetry import Caught, Kept
caught, kept = Caught(), Kept()
telemetry.begin("web", transport=caught, exporter=kept)
from django.test import Client
from opentelemetry import trace
headers = {"User-Agent": "Firefox/5511987654321"}
answer = Client(SERVER_NAME="localhost").get("/healthz?phone=5511987654321", headers=headers)
trace.get_tracer_provider().force_flush()
(span,) = kept.spans
print(answer.status_code, span.resource.attributes["service.name"], "5511987654321" in span.to_json())
"""
    done = run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=90)
    assert done.stdout.split() == ["200", "plaza-web", "False"], done.stderr[-2000:]
