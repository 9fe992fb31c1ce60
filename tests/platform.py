"""The platform's stand-in for tests of sending: the sandbox over real HTTP, whose webhooks stay with it."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from channels_meta.sandbox.app import build_app
from channels_meta.sandbox.protocol import Droppable
from channels_meta.sandbox.settings import Settings
from tests.channels_meta.sandbox.world import free_port, until


class Platform:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def control(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/control/{path}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def knobs(self, **knobs: Any) -> None:
        self.control("knobs", knobs)

    def seen(self, phone: str) -> list[dict[str, Any]]:
        """What this customer's phone saw of ours, in order."""
        return [row for row in self.control(f"log?phone={phone}")["messages"] if row["direction"] == "out"]


@contextmanager
def running(folder: Path) -> Iterator[Platform]:
    settings = Settings(
        app_secret="test-app-secret",
        verify_token="test",
        webhook_url="http://127.0.0.1:9/nobody/",
        state=folder / "platform.sqlite3",
        port=free_port(),
        smtp_port=free_port(),
    )
    options = {"port": settings.port, "http": Droppable, "log_level": "error", "timeout_graceful_shutdown": 1}
    server = uvicorn.Server(uvicorn.Config(build_app(settings), **options))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield Platform(settings.port)
    server.should_exit = True
    thread.join()
