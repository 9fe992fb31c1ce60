"""Frames go straight through; everything else goes Channels' way."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels import consumer

from workspaces.relay import Relay


class Told(Relay):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []

    async def send(self, text_data: str) -> None:
        self.heard.append(text_data)

    async def other(self, message: dict[str, Any]) -> None:
        self.heard.append(message["type"])


def test_a_frame_touches_no_database_and_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_after = []

    async def close() -> None:
        looked_after.append(True)

    monkeypatch.setattr(consumer, "aclose_old_connections", close)
    socket = Told()
    async_to_sync(socket.dispatch)({"type": "frame", "text": "{}"})
    assert (socket.heard, looked_after) == (["{}"], [])
    async_to_sync(socket.dispatch)({"type": "other"})
    assert (socket.heard, looked_after) == (["{}", "other"], [True])


def test_what_nobody_handles_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown"):
        async_to_sync(Told().dispatch)({"type": "unknown"})
