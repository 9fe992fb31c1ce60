from types import FrameType
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Droppable(HttpToolsProtocol):
    """Lets a handler cut its connection without a byte of answer: ASGI itself has no word for that."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)["sandbox.drop"] = self.transport.abort


class Server(uvicorn.Server):
    """Ends the pages' open event streams first, which a shutdown would otherwise have to cut."""

    def __init__(self, app: Starlette, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if hasattr(self.app.state, "platform"):
            self.app.state.platform.store.leave()


class OwnPagesOnly:
    """No other site's page may press buttons here; callers that are no browsers do not send the header."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] != "GET":
            foreign = Headers(scope=scope).get("sec-fetch-site", "none") not in ("same-origin", "none")
            if foreign:
                await PlainTextResponse("from this site only", 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)
