"""A day's work is logged: a webhook, a forged one, a login that fails and one that does not, a send that is refused, a
listener that breaks. Every line is whose it is; none holds a body, a token, a password or a whole phone number."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import httpx
import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client

from channels_meta import metrics
from channels_meta.door import Door
from channels_meta.drain import drain
from config.doors import Doors
from config.wsgi import application as pages
from inbox.actions.deliver import deliver
from inbox.actions.send import Draft, send
from inbox.models import Channel, Conversation
from inbox.tasks import tell_read
from tests.channels_meta.knocking import SECRET, signature
from workspaces import events, logs, tenancy
from workspaces.events import Happened
from workspaces.models import EventRow, User, Workspace

BODY_TEXT = "mi tarjeta es de Banco Marrón"
ANSWER_TEXT = "le mando el azulejo turquesa"
PHONE = "5511955501234"
CHANNEL_TOKEN = "EAAGm0PX4ZCpsBOxyz"
PASSWORD, WRONG = "correct horse battery", "correct mule battery"

Message = MutableMapping[str, Any]


class Log:
    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(logs.AsJson())
        self.handler.addFilter(logs.Discreet())

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """All of it, from DEBUG up: what production leaves out must be clean too."""
    found, root = Log(), logging.getLogger()
    before, quiet = root.level, logging.getLogger("django.db.backends")
    root.addHandler(found.handler)
    root.setLevel(logging.DEBUG)
    quiet.setLevel(logging.INFO)  # statements hold what is stored; logged with DEBUG=1 only
    yield found
    quiet.setLevel(logging.NOTSET)
    root.setLevel(before)
    root.removeHandler(found.handler)


def webhook(text: str, **fields: Any) -> bytes:
    message = {"from": PHONE, "id": f"wamid.{uuid.uuid4().hex}", "timestamp": "1795000000", "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001234", "phone_number_id": "110000000000009"},
        "contacts": [{"profile": {"name": "Lia Prado"}, "wa_id": PHONE}],
        "messages": [{**message, "text": {"body": text}, **fields}],
    }
    change = {"value": value, "field": "messages"}
    entry = {"id": "290000000000001", "changes": [change]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


async def through_the_doors(path: str, body: bytes, *headers: tuple[bytes, bytes]) -> tuple[int, dict[bytes, bytes]]:
    """The whole application's front, with a door of its own."""
    from a2wsgi import WSGIMiddleware

    door = Door()
    door.open()
    app = Doors(webhooks=door, sockets=_nobody, pages=WSGIMiddleware(pages, workers=1))  # type: ignore[arg-type]
    scope = {
        "type": "http", "method": "POST" if body else "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1",
        "server": ("localhost", 80), "client": ("127.0.0.1", 1), "headers": [(b"host", b"localhost"), *headers],
    }  # fmt: skip
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def keep(message: Message) -> None:
        answers.append(message)

    try:
        await asyncio.create_task(_called(app, scope, receive, keep))
    finally:
        await door.close()
    return answers[0]["status"], dict(answers[0]["headers"])


async def _called(app: Doors, scope: Message, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
    await app(scope, receive, send)


async def _nobody(*_: Any) -> None:
    raise AssertionError("no socket is opened here")


def breaks(rows: list[EventRow]) -> None:
    raise IntegrityError(f"no\nDETAIL:  Failing row contains ({BODY_TEXT}, {PHONE}).")


@pytest.fixture
def shop(ventas: Channel, ana: Any, settings: Any) -> Workspace:
    settings.META_APP_SECRETS = [SECRET]
    settings.GRAPH_URL = "http://127.0.0.1:9"  # nobody is there: every send fails
    workspace = ventas.workspace
    with tenancy.enter(workspace):
        ventas.secrets = {"token": CHANNEL_TOKEN}
        ventas.save()
    user = User.objects.get(email="ana@plaza.example")
    user.set_password(PASSWORD)
    user.save()
    return workspace


def customer_writes(log: Log) -> None:
    body = webhook(BODY_TEXT)
    given = (b"x-request-id", b"hook-1")
    status, headers = asyncio.run(through_the_doors("/webhooks/whatsapp/", body, signature(body), given))
    assert (status, headers[b"x-request-id"]) == (200, b"hook-1")
    forged = asyncio.run(through_the_doors("/webhooks/whatsapp/", body, signature(body, "wrong"), given))
    assert forged[0] == 403


def drained(shop: Workspace) -> None:
    with logs.named("drain-1"):
        drain("whatsapp", "110000000000009", "chat")
    with tenancy.enter(shop):
        assert Conversation.objects.count() == 1


def logged_in(log: Log) -> None:
    for password in (WRONG, PASSWORD):
        with logs.named("login-1"):
            answer = Client().post("/accounts/login/", {"login": "ana@plaza.example", "password": password})
            assert answer.status_code == (302 if password == PASSWORD else 200)


def answered(shop: Workspace, member: Any) -> None:
    with logs.named("send-1"), tenancy.enter(shop):
        conversation = Conversation.objects.get()
        Conversation.objects.update(window_from="2100-01-01T00:00:00Z")
        send(conversation, Draft(ANSWER_TEXT), by=member, client_id=uuid.uuid4())
        deliver(conversation)
    with logs.named("task-1"):
        tell_read.run(shop.pk, conversation.pk)


def broken(shop: Workspace, settings: Any) -> None:
    path = f"{__name__}.breaks"
    settings.EVENT_LISTENERS = {"test.happened": [path]}
    with logs.named("event-1"), tenancy.enter(shop):
        events.publish(Happened("test.happened", "test:1", {"text": BODY_TEXT}))
        events.drain(path)


@pytest.mark.django_db(transaction=True)
def test_a_days_work_says_whose_it_is_and_nothing_it_must_not(
    log: Log, shop: Workspace, ana: Any, settings: Any
) -> None:
    customer_writes(log)
    drained(shop)
    logged_in(log)
    answered(shop, ana)
    broken(shop, settings)
    with logs.named("other-1"):
        logging.getLogger("httpx").warning("POST https://x/?access_token=%s to %s", CHANNEL_TOKEN, PHONE)

    text = log.text
    for secret in (BODY_TEXT, ANSWER_TEXT, CHANNEL_TOKEN, PASSWORD, WRONG, SECRET, PHONE, PHONE[4:-2], "Marr"):
        assert secret not in text, f"{secret!r} stands in the log"
    lines = [line for line in log.lines if line["logger"].split(".")[0] in ("inbox", "workspaces", "channels_meta")]
    assert {line["request"] for line in lines} >= {"event-1", "task-1"}
    (event,) = (line for line in lines if line["request"] == "event-1" and line["level"] == "error")
    assert event["workspace"] == shop.pk
    assert "IntegrityError" in event["error"]
    assert "5511•••34" in text


@pytest.mark.django_db(transaction=True)
class TestTheId:
    def test_of_a_page_is_returned_too(self) -> None:
        status, headers = asyncio.run(through_the_doors("/healthz", b"", (b"x-request-id", b"page-1")))
        assert (status, headers[b"x-request-id"]) == (200, b"page-1")

    def test_is_made_where_none_came(self) -> None:
        first = asyncio.run(through_the_doors("/healthz", b""))[1][b"x-request-id"]
        second = asyncio.run(through_the_doors("/healthz", b""))[1][b"x-request-id"]
        assert len(first) == 16
        assert first != second

    def test_reaches_what_a_page_logs(self, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
        """Through the bridge, into the thread that Django runs in."""

        def away() -> None:
            raise OperationalError("gone")

        monkeypatch.setattr(metrics, "read", away)
        answer = asyncio.run(through_the_doors("/metrics", b"", (b"x-request-id", b"page-7")))
        assert answer[0] == 200
        assert [line["message"] for line in log.lines if line["request"] == "page-7"] == [
            "metrics without the database: OperationalError"
        ]


def test_httpx_is_what_speaks_to_the_platform() -> None:
    """The log of it is kept at WARNING: at INFO it would write each address."""
    assert logging.getLogger("httpx").level == logging.WARNING
    assert httpx.__version__
