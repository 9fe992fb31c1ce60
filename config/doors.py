"""Which door a connection goes to. ASGI, because it is the one place where all three meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

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
        await self._door(scope)(scope, receive, send)

    def _door(self, scope: Scope) -> App:
        if scope["type"] == "websocket":
            return self.sockets
        if scope["type"] == "lifespan" or scope["path"].startswith("/webhooks/"):
            return self.webhooks
        return self.pages
