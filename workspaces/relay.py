"""What the sockets stand on. Async because each holds a connection open for hours."""

from __future__ import annotations

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer


class Relay(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """A consumer whose frames go straight through. Channels would look after the database's connections before each of
    them, in a thread, at several times the cost of the frame; ours touch it through `database_sync_to_async` only,
    which looks after them itself."""

    async def dispatch(self, message: dict[str, Any]) -> None:
        if message["type"] == "frame":
            await self.frame(message)
        else:
            await super().dispatch(message)

    async def frame(self, message: dict[str, Any]) -> None:
        await self.send(message["text"])
