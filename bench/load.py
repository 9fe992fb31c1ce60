"""A load generator that costs little beside what it loads: prebuilt bytes on kept-alive raw connections (uvloop)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import uvloop

T = TypeVar("T")
HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
NO_ANSWER = 0
CLOCK_STEP = 0.001  # of the loop: without it a sleep may end up to a step too early


def request(method: str, path: str, body: bytes = b"", headers: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    lines = [f"{method} {path} HTTP/1.1".encode(), b"host: 127.0.0.1", b"content-length: %d" % len(body)]
    return b"\r\n".join([*lines, *(name + b": " + value for name, value in headers)]) + HEAD_END + body


@dataclass(slots=True)
class Result:
    """Latencies in seconds, of the answers with 200; `statuses` counts them all."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def add(self, status: int, latency: float) -> None:
        self.statuses[status] += 1
        if status == 200:
            self.latencies.append(latency)


class Connection(asyncio.Protocol):
    """One request after the other; `answered(status)` is called at the end of each answer."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answered: Callable[[int], None] = lambda status: None
        self.buffer = b""
        self.body = b""  # of the last answer
        self.lost, self.port = False, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]
        self.port, self.lost = transport.get_extra_info("peername")[1], False

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        end = self.buffer.find(HEAD_END)
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(LENGTH)
        length = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.buffer) >= end + len(HEAD_END) + length:
            self.body, self.buffer = self.buffer[end + len(HEAD_END) :], b""
            self.answered(int(head[9:12]))

    def ask(self, question: bytes) -> None:
        assert self.transport is not None
        self.transport.write(question)

    async def answer(self, question: bytes) -> int:
        """Asks and waits; answers the status. What was said is in `body`. A server hangs up on who was idle."""
        loop = asyncio.get_running_loop()
        if self.lost:
            await loop.create_connection(lambda: self, "127.0.0.1", self.port)
        answered: asyncio.Future[int] = loop.create_future()
        self.answered = answered.set_result
        self.ask(question)
        return await answered

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


async def connect(port: int, count: int) -> list[Connection]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(count)]


async def saturate(port: int, questions: Sequence[bytes], connections: int, seconds: float) -> Result:
    """Every connection asks again as soon as it is answered."""
    result = Result()
    lines = await connect(port, connections)
    start = time.perf_counter()
    until = start + seconds
    _keep_asking(lines, questions, until, result)
    await asyncio.sleep(seconds + CLOCK_STEP)
    result.seconds = time.perf_counter() - start
    await _hang_up(lines)
    return result


def _keep_asking(lines: list[Connection], questions: Sequence[bytes], until: float, result: Result) -> None:
    asked = 0

    def again(line: Connection) -> None:
        nonlocal asked
        question = questions[asked % len(questions)]
        asked += 1
        began = time.perf_counter()

        def answered(status: int) -> None:
            now = time.perf_counter()
            if now < until:
                result.add(status, now - began)
                again(line)

        line.answered = answered
        line.ask(question)

    for line in lines:
        again(line)


async def pace(port: int, questions: Sequence[bytes], per_second: float, connections: int, seconds: float) -> Result:
    """Questions at their times, whatever the answers do: what waits for a free connection counts as waiting."""
    lines = await connect(port, connections)
    pacer = _Pacer(questions, list(lines))
    start = time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        while pacer.planned < elapsed * per_second:
            pacer.plan(start + pacer.planned / per_second)
        await asyncio.sleep(0.001)
    await pacer.rest(patience=10.0)
    pacer.result.statuses[NO_ANSWER] += pacer.planned - pacer.result.statuses.total()
    pacer.result.statuses += Counter()  # drops what was not counted
    pacer.result.seconds = time.perf_counter() - start
    await _hang_up(lines)
    return pacer.result


class _Pacer:
    def __init__(self, questions: Sequence[bytes], free: list[Connection]) -> None:
        self.result = Result()
        self.questions, self.free = questions, free
        self.waiting: deque[float] = deque()
        self.planned = 0
        self.idle = asyncio.Event()

    def plan(self, due: float) -> None:
        self.planned += 1
        if self.free:
            self.ask(self.free.pop(), due)
        else:
            self.waiting.append(due)

    def ask(self, line: Connection, due: float) -> None:
        line.answered = partial(self.answered, line, due)
        line.ask(self.questions[self.planned % len(self.questions)])

    def answered(self, line: Connection, due: float, status: int) -> None:
        self.result.add(status, time.perf_counter() - due)
        if self.waiting:
            self.ask(line, self.waiting.popleft())
            return
        self.free.append(line)
        if self.result.statuses.total() == self.planned:
            self.idle.set()

    async def rest(self, patience: float) -> None:
        """Until the last is answered, or will not be."""
        if self.result.statuses.total() < self.planned:
            self.idle.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.idle.wait(), patience)


async def both(first: Awaitable[T], second: Awaitable[T]) -> tuple[T, T]:
    one, other = await asyncio.gather(first, second)
    return one, other


async def _hang_up(lines: list[Connection]) -> None:
    for line in lines:
        line.close()
    await asyncio.sleep(0.02)


def run(main: Awaitable[T]) -> T:
    async def awaited() -> T:
        return await main

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(awaited())
