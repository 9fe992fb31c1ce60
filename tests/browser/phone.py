"""A customer at the sandbox's phone."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

CHANNEL = "110000000000009"


class Phone:
    def __init__(self, sandbox: str, number: str, name: str) -> None:
        self.sandbox = sandbox
        self.number = number
        self.name = name

    def control(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.sandbox}/control/{path}"
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=15) as answer:
            return json.load(answer)

    def says(self, text: str, **fields: Any) -> str:
        """Sends a text; answers its id."""
        return self.sends(type="text", text={"body": text}, **fields)

    def sends(self, **fields: Any) -> str:
        body = {"channel": CHANNEL, "from": self.number, "name": self.name, **fields}
        return str(self.control("messages", body)["ids"][0])

    def opens_the_chat(self) -> None:
        self.control("opened", {"channel": CHANNEL, "from": self.number})

    def seen(self) -> list[dict[str, Any]]:
        messages = self.control(f"log?phone={self.number}")["messages"]
        return [message for message in messages if message["direction"] == "out"]

    def knobs(self, **knobs: Any) -> None:
        self.control("knobs", knobs)


def until(true: Callable[[], bool], *, seconds: float = 10, what: str = "it") -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen in {seconds} s"
        time.sleep(0.1)
