"""The door behind a real server, on a real socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import psycopg
import pytest
import uvicorn

from channels_meta.door import MAX_BODY, Door
from tests.channels_meta.knocking import SECRET, TOKEN, signature
from tests.channels_meta.poison import message, whole
from workspaces import doorbell

Connection = psycopg.Connection[tuple[Any, ...]]
BODY = orjson.dumps(whole([message(1)]))


@pytest.fixture
def port(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    settings.META_APP_SECRETS, settings.META_VERIFY_TOKENS = [SECRET], [TOKEN]
    monkeypatch.setattr(doorbell, "ring", lambda *_: True)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Door(), loop="uvloop", http="httptools", log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()
    listening.close()


def stored(rows: Connection) -> int:
    found = rows.execute("SELECT count(*) FROM channels_meta_webhookbody").fetchone()
    assert found is not None
    return int(found[0])


def url(port: int, rest: str = "") -> str:
    return f"http://127.0.0.1:{port}/webhooks/whatsapp/{rest}"


def headers(body: bytes) -> dict[str, str]:
    name, value = signature(body)
    return {name.decode(): value.decode(), "content-type": "application/json"}


def test_handshake(port: int) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "42"}
    assert httpx.get(url(port), params=asked).text == "42"


def test_many_on_one_connection(port: int, rows: Connection) -> None:
    with httpx.Client() as client:
        statuses = [client.post(url(port), content=BODY, headers=headers(BODY)).status_code for _ in range(20)]
    assert statuses == [200] * 20
    assert stored(rows) == 20


def test_a_body_without_a_length(port: int, rows: Connection) -> None:
    def chunks() -> Iterator[bytes]:
        yield BODY[:40]
        yield BODY[40:]

    assert httpx.post(url(port), content=chunks(), headers=headers(BODY)).status_code == 200
    assert stored(rows) == 1


def test_too_long_is_said_before_it_is_sent(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
        raw.sendall(f"POST /webhooks/whatsapp/ HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n".encode())
        assert raw.recv(1000).startswith(b"HTTP/1.1 413 ")
        assert raw.recv(1000) == b""


def test_who_hangs_up_leaves_nothing(port: int, rows: Connection) -> None:
    name, value = signature(BODY)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
        head = f"POST /webhooks/whatsapp/ HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n"
        raw.sendall(head.encode() + name + b": " + value + b"\r\n\r\n" + BODY[:20])
        time.sleep(0.05)
    assert httpx.post(url(port), content=BODY, headers=headers(BODY)).status_code == 200
    assert stored(rows) == 1
