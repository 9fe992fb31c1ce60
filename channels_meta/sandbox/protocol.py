from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Droppable(HttpToolsProtocol):
    """Lets a handler cut its connection without a byte of answer: ASGI itself has no word for that."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)["sandbox.drop"] = self.transport.abort
