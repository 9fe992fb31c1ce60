"""Knocking at the door as a platform does: the ASGI app itself, with its own connection to the test database."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import orjson

from channels_meta.door import Door, Message

T = TypeVar("T")
Pairs = Iterable[tuple[bytes, bytes]]

SECRET, OLD_SECRET = "app-secret-one", "app-secret-two"
TOKEN, OLD_TOKEN = "verify-token-one", "verify-token-two"
PATH = "/webhooks/whatsapp/"


def signature(body: bytes, secret: str = SECRET) -> tuple[bytes, bytes]:
    return b"x-hub-signature-256", b"sha256=" + hmac.digest(secret.encode(), body, "sha256").hex().encode()


def raw(body: bytes | Mapping[str, Any]) -> bytes:
    return body if isinstance(body, bytes) else orjson.dumps(body)


@dataclass
class Answer:
    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    read: int = 0  # how many messages of the request the door asked for


class Visitor:
    def __init__(self, door: Door) -> None:
        self.door = door

    async def post(self, body: bytes | Mapping[str, Any], path: str = PATH, secret: str = SECRET) -> Answer:
        return await self.request("POST", path, [signature(raw(body), secret)], [raw(body)])

    async def shake_hands(self, path: str = PATH, **asked: str) -> Answer:
        query = urlencode({f"hub.{name}": value for name, value in asked.items()})
        return await self.request("GET", path, query=query.encode())

    async def request(
        self,
        method: str,
        path: str = PATH,
        headers: Pairs = (),
        chunks: Iterable[bytes] = (b"",),
        *,
        query: bytes = b"",
        hangs_up: bool = False,
    ) -> Answer:
        answer = Answer()
        pending = list(chunks)

        async def receive() -> Message:
            answer.read += 1
            if not pending:
                assert hangs_up, "the door read on after the end"
                return {"type": "http.disconnect"}
            chunk = pending.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(pending) or hangs_up}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], dict(message["headers"])
            else:
                answer.body += message["body"]

        scope = {"type": "http", "method": method, "path": path, "headers": list(headers), "query_string": query}
        await self.door(scope, receive, send)
        return answer


def at_the_door(scenario: Callable[[Visitor], Awaitable[T]]) -> T:
    """Opens a door, plays the scenario, closes it."""

    async def play() -> T:
        door = Door()
        door.open()
        try:
            return await scenario(Visitor(door))
        finally:
            await door.close()

    return asyncio.run(play())


def posted(*bodies: bytes | Mapping[str, Any], path: str = PATH) -> list[Answer]:
    """Each after the other."""

    async def scenario(visitor: Visitor) -> list[Answer]:
        return [await visitor.post(body, path) for body in bodies]

    return at_the_door(scenario)
