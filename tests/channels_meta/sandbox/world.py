"""The sandbox served on loopback, and a door that receives its webhooks."""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Json = dict[str, Any]
SECRET = "app-secret"
PHONE, WABA, TOKEN = "110000000000009", "290000000000001", "sandbox-token"
CUSTOMER = "5511955501234"
DROP = -1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@dataclass
class Hit:
    body: bytes
    signature: str
    at: float

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.body)
        return found

    @property
    def values(self) -> list[Json]:
        return [change["value"] for entry in self.json["entry"] for change in entry["changes"]]

    @property
    def signed(self) -> bool:
        digest = hmac.new(SECRET.encode(), self.body, hashlib.sha256).hexdigest()
        return self.signature == f"sha256={digest}"


class Threads(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # the default of 5 makes the eighth connection at once wait a second


@dataclass
class Door:
    """Answers with the statuses in `answers` (DROP: none at all), then with 200."""

    port: int = field(default_factory=free_port)
    hits: list[Hit] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    delay: float = 0.0

    def clear(self) -> None:
        self.answers.clear()
        self.hits.clear()
        self.delay = 0.0

    def wait(self, count: int) -> list[Hit]:
        until(lambda: len(self.hits) >= count)
        return self.hits[:count]

    def messages(self) -> list[Json]:
        return [message for hit in list(self.hits) for value in hit.values for message in value.get("messages", [])]

    def statuses(self) -> list[Json]:
        return [status for hit in list(self.hits) for value in hit.values for status in value.get("statuses", [])]

    def serve(self) -> ThreadingHTTPServer:
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(door.delay)
                door.hits.append(Hit(body, self.headers["X-Hub-Signature-256"], time.monotonic()))
                answer = door.answers.popleft() if door.answers else 200
                if answer == DROP:
                    self.close_connection = True
                    return
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                asked = httpx.QueryParams(self.path.partition("?")[2])
                right = asked["hub.verify_token"] == "verify" and asked["hub.mode"] == "subscribe"
                challenge = (asked["hub.challenge"] if right else "no").encode()
                self.send_response(200 if right else 403)
                self.send_header("Content-Length", str(len(challenge)))
                self.end_headers()
                self.wfile.write(challenge)

            def log_message(self, *args: object) -> None:
                """Silence: pytest shows what matters."""

        server = Threads(("127.0.0.1", self.port), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server


@dataclass
class Box:
    """The sandbox as its callers see it."""

    client: httpx.Client
    door: Door
    smtp_port: int = 0

    def control(self, path: str, body: Json | None = None, method: str = "POST") -> Json:
        answer = self.client.request(method, f"/control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def knobs(self, **changes: Any) -> None:
        self.control("knobs", changes)

    def say(self, text: str | None = "oi", **more: Any) -> str:
        """A customer writes; the message's id."""
        ids = self.control("messages", {"from": CUSTOMER, "name": "Lia Prado", "text": text} | more)["ids"]
        return str(ids[0])

    def post(self, body: Any, token: str = TOKEN, phone: str = PHONE) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return self.client.post(f"/v25.0/{phone}/messages", json=body, headers=headers)

    def send(self, text: str = "olá", **more: Any) -> httpx.Response:
        return self.post(message({"type": "text", "text": {"body": text}} | more))

    def log(self, **filters: Any) -> list[Json]:
        found: list[Json] = self.client.get("/control/log", params=filters).json()["messages"]
        return found

    def rejects(self) -> list[Json]:
        found: list[Json] = self.client.get("/control/log").json()["rejects"]
        return found

    def counts(self) -> Json:
        return self.control("webhooks", method="GET")

    def quiet(self) -> None:
        """Waits until every webhook has been delivered."""
        until(lambda: (c := self.counts())["pending"] + c["updates_waiting"] == 0)


def message(part: Json, to: str = f"+{CUSTOMER}") -> Json:
    return {"messaging_product": "whatsapp", "to": to} | part
