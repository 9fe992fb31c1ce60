"""The webhook door, `/webhooks/<platform>/[<app>/]`: takes what a platform signs, answers 200 once it is committed.

A raw ASGI app, and async, because hundreds of platform connections wait here for one COMMIT that they share; Django's
handlers cost several times the work that is done. Nobody's payload makes it answer 500, and nothing here logs a body,
a token or a secret.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from psycopg.conninfo import make_conninfo

from channels_meta import metrics
from channels_meta.jsonsplit import NotJSON
from channels_meta.ledger import Entry, Lane, Ledger, Unavailable
from channels_meta.parts import parts_of, salvaged
from channels_meta.platforms import PLATFORMS
from channels_meta.tasks import drain
from channels_meta.waker import Waker
from workspaces import doorbell

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY = 4 * 1024 * 1024
RETRY_AFTER = b"5"
PATH = re.compile(r"/webhooks/(?P<platform>[a-z_]{1,20})(?:/(?P<app>[A-Za-z0-9_-]{1,40}))?/?\Z")
CHALLENGE = re.compile(r"[A-Za-z0-9_.\-]{1,200}\Z")
SIGNED = re.compile(rb"sha256=[0-9a-f]{64}\Z")
TEXT = (b"content-type", b"text/plain; charset=utf-8")
CLOSE = (b"connection", b"close")


class Refused(Exception):
    def __init__(self, status: int, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class Disconnected(Exception):
    """The platform hung up before its body was whole: nobody is there to answer."""


class Door:
    def __init__(self) -> None:
        self.waker: Waker | None = None
        self.ledger: Ledger | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        began = time.perf_counter()
        try:
            status, headers, body = await self._answer(scope, receive)
        except Disconnected:
            return
        except Refused as refusal:
            status, headers, body = refusal.status, refusal.headers, b""
        except Unavailable:
            status, headers, body = 503, ((b"retry-after", RETRY_AFTER),), b""
        except Exception as error:  # noqa: BLE001 - whatever we did not think of: the platform tries again
            logger.warning("webhook door: %s", type(error).__name__)  # no traceback: it may quote the body
            status, headers, body = 503, ((b"retry-after", RETRY_AFTER),), b""
        await _send(send, status, headers, body)
        metrics.answered(status, time.perf_counter() - began)

    def open(self) -> None:
        self.waker = Waker(_ring)
        self.ledger = Ledger(_conninfo, self.waker.wake)
        self.waker.start()
        self.ledger.open()

    async def close(self) -> None:
        if self.ledger is not None:
            await self.ledger.close()
        if self.waker is not None:
            self.waker.stop()

    async def _live(self, receive: Receive, send: Send) -> None:
        """The database need not be there at the start: until it is, webhooks are answered 503."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.open()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, Iterable[tuple[bytes, bytes]], bytes]:
        path = PATH.match(scope["path"])
        if path is None or path["platform"] not in PLATFORMS:
            raise Refused(404)
        if scope["method"] == "POST":
            await self._take(path["platform"], path["app"] or "", await _signed_body(scope, receive))
            return 200, (), b""
        if scope["method"] == "GET":
            return 200, (TEXT, (b"x-content-type-options", b"nosniff")), _challenge(scope["query_string"])
        raise Refused(405, (b"allow", b"GET, POST"))

    async def _take(self, name: str, app: str, body: bytes) -> None:
        platform = PLATFORMS[name]
        try:
            parts = parts_of(platform, body)
        except NotJSON:
            parts = await asyncio.to_thread(salvaged, platform, body)  # rare, and may take a while
        if self.ledger is None:
            raise Unavailable("not open")
        await self.ledger.write(Entry(name, app, body, parts))


def _challenge(query: bytes) -> bytes:
    """The platform's handshake: its challenge, if it knows one of our tokens."""
    try:
        asked = parse_qs(query.decode("latin-1"), max_num_fields=20, errors="replace")
    except ValueError:  # more fields than that
        raise Refused(403) from None
    mode, token, challenge = (asked.get(f"hub.{name}", [""])[0] for name in ("mode", "verify_token", "challenge"))
    if mode != "subscribe" or not _is_any(token.encode(), settings.META_VERIFY_TOKENS):
        raise Refused(403)
    if not CHALLENGE.match(challenge):
        raise Refused(403)
    return challenge.encode()


async def _signed_body(scope: Scope, receive: Receive) -> bytes:
    signature = length = b""
    for name, value in scope["headers"]:
        if name == b"x-hub-signature-256":
            signature = value
        elif name == b"content-length":
            length = value
    if length.isdigit() and int(length[:20]) > MAX_BODY:
        raise Refused(413, CLOSE)
    if not SIGNED.match(signature):
        raise Refused(403, CLOSE)
    body = await _body(receive)
    digests = (hmac.digest(secret.encode(), body, "sha256").hex() for secret in settings.META_APP_SECRETS if secret)
    if not _is_any(signature[7:], digests):
        raise Refused(403)
    return body


def _is_any(given: bytes, known: Iterable[str]) -> bool:
    """In constant time, whichever of them it is."""
    matches = [hmac.compare_digest(given, one.encode()) for one in known if one]
    return any(matches)


async def _body(receive: Receive) -> bytes:
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > MAX_BODY:
            raise Refused(413, CLOSE)
        return body
    chunks = bytearray()
    while True:
        if message["type"] != "http.request":
            raise Disconnected
        chunks += message.get("body", b"")
        if len(chunks) > MAX_BODY:
            raise Refused(413, CLOSE)
        if not message.get("more_body"):
            return bytes(chunks)
        message = await receive()


async def _send(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


def _ring(lane: Lane) -> None:
    doorbell.ring(drain, *lane)


def _conninfo() -> str:
    """Django's own database and role, on a connection that answers soon or not at all."""
    database = settings.DATABASES["default"]
    options = {name: value for name, value in database["OPTIONS"].items() if name not in ("pool", "options")}
    return make_conninfo(
        **{**options, "connect_timeout": 3, "application_name": "plaza-door"},
        dbname=database["NAME"],
        user=database["USER"],
        password=database["PASSWORD"],
        host=database["HOST"],
        port=database["PORT"],
        options="-c synchronous_commit=on -c statement_timeout=4s -c lock_timeout=2s",
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=5000,
    )


door = Door()
