"""WebSocket clients that cost little beside what they listen to, and a thread in which many of them listen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uvloop

from bench.load import HEAD_END

T = TypeVar("T")
Heard = Callable[[bytes], None]

KEY = b"x3JJHMbDL1EzLkh9GBhXDw=="
TEXT, CLOSE, PING = 0x1, 0x8, 0x9
PONG_HEAD = 0x8A
PATIENCE = 20.0


class Socket(asyncio.Protocol):
    """Calls `heard(text)` for each frame but the first, which says that it is `ready`. A server's frames are not
    masked, and ours come in one piece each."""

    def __init__(self, question: bytes, heard: Heard) -> None:
        self.question, self.heard = question, heard
        self.buffer = b""
        self.status = 0
        self.ready, self.closed = asyncio.Event(), asyncio.Event()
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.transport.write(self.question)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed.set()

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        if not self.status:
            head, found, rest = self.buffer.partition(HEAD_END)
            if not found:
                return
            self.status, self.buffer = int(head[9:12]), rest
        frames, self.buffer = frames_in(self.buffer)
        for opcode, payload in frames:
            self._take(opcode, payload)

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT and not self.ready.is_set():
            self.ready.set()
        elif opcode == TEXT:
            self.heard(payload)
        elif opcode == PING:  # answered under a mask of zeros
            self.transport.write(bytes([PONG_HEAD, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
        elif opcode == CLOSE:
            self.transport.close()


def frames_in(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """The whole frames at the start of `data`, and what is left of it."""
    frames = []
    at = 0
    while len(data) - at >= 2:
        length, start = data[at + 1], at + 2
        if length >= 126:
            start += 2 if length == 126 else 8
            length = int.from_bytes(data[at + 2 : start], "big")
        if len(data) < start + length:
            break
        frames.append((data[at] & 0x0F, data[start : start + length]))
        at = start + length
    return frames, data[at:]


async def listen(port: int, path: str, cookie: str, heard: Heard) -> Socket:
    """An open socket, after its first frame: from there on it is told everything."""
    lines = (
        f"GET {path} HTTP/1.1",
        "host: 127.0.0.1",
        "origin: http://127.0.0.1",
        "upgrade: websocket",
        "connection: Upgrade",
        "sec-websocket-version: 13",
        f"sec-websocket-key: {KEY.decode()}",
        f"cookie: {cookie}",
    )
    question = "\r\n".join(lines).encode() + HEAD_END
    _, socket = await asyncio.get_running_loop().create_connection(lambda: Socket(question, heard), "127.0.0.1", port)
    await asyncio.wait_for(socket.ready.wait(), PATIENCE)
    return socket


class Loop:
    """An event loop in a thread of its own, for what goes on while the main thread measures."""

    def __init__(self) -> None:
        self.loop = uvloop.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="listeners", daemon=True)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@contextmanager
def beside() -> Iterator[Loop]:
    beside = Loop()
    beside.thread.start()
    try:
        yield beside
    finally:
        beside.stop()


async def hang_up(sockets: list[Socket]) -> None:
    for socket in sockets:
        socket.transport.close()
    for socket in sockets:
        await asyncio.wait_for(socket.closed.wait(), PATIENCE)
