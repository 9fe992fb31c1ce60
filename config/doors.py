"""Which door a connection goes to. ASGI, because it is the one place where all three meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from workspaces import logs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Doors:
    """`webhooks` also gets the lifespan: it is the only one with something to open and close."""

    def __init__(self, *, webhooks: App, sockets: App, pages: App) -> None:
        self.webhooks = webhooks
        self.sockets = sockets
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Each request gets its id here (it runs in a task, so in a context, of its own), and answers with it."""
        if scope["type"] == "lifespan":
            await self.webhooks(scope, receive, send)
            return
        name = logs.id_from(scope["headers"])
        logs.request.set(name)
        await self._door(scope)(scope, receive, answering(send, (logs.HEADER, name.encode())))

    def _door(self, scope: Scope) -> App:
        if scope["type"] == "websocket":
            return self.sockets
        return self.webhooks if scope["path"].startswith("/webhooks/") else self.pages


def answering(send: Send, header: tuple[bytes, bytes]) -> Send:
    """A `send` whose answers carry this header."""

    async def with_header(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], header]
        await send(message)

    return with_header
