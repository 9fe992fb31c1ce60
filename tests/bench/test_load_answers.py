"""The load generator against a small server of the test's own: answers in any pieces, counted once, at their times."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bench import load
from bench.load import NO_ANSWER, Connection, Result, _Pacer, request

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


class TestRequests:
    def test_are_whole_and_say_their_length(self) -> None:
        made = request("POST", "/webhooks/x/", "ñ".encode(), [(b"x-a", b"1")])
        head, _, body = made.partition(b"\r\n\r\n")
        assert head.split(b"\r\n") == [
            b"POST /webhooks/x/ HTTP/1.1",
            b"host: 127.0.0.1",
            b"content-length: 2",
            b"x-a: 1",
        ]
        assert body == "ñ".encode()

    def test_without_a_body_end_with_their_head(self) -> None:
        assert request("GET", "/").endswith(b"content-length: 0\r\n\r\n")


def answers(*pieces: bytes) -> list[int]:
    """What a connection makes of these pieces."""
    found: list[int] = []
    line = Connection()
    line.answered = found.append
    for piece in pieces:
        line.data_received(piece)
    return found


class TestAnswers:
    @pytest.mark.parametrize("size", [1, 2, 7, len(OK) - 1, len(OK)])
    def test_are_one_in_whatever_pieces_they_come(self, size: int) -> None:
        assert answers(*(OK[at : at + size] for at in range(0, len(OK), size))) == [200]

    @pytest.mark.parametrize(
        ("answer", "status"),
        [
            (OK, 200),
            (BUSY, 503),
            (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
            (b"HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n", 302),
            (b"HTTP/1.1 404 Not Found\r\ndate: x\r\ncontent-length:    3\r\nserver: y\r\n\r\nabc", 404),
        ],
    )
    def test_say_their_status(self, answer: bytes, status: int) -> None:
        assert answers(answer) == [status]

    def test_are_not_there_before_their_end(self) -> None:
        assert answers(OK[:-1]) == []
        assert answers(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n") == []

    def test_one_after_the_other_on_one_line(self) -> None:
        assert answers(OK, BUSY[:10], BUSY[10:], OK) == [200, 503, 200]

    def test_a_line_that_was_lost_says_so(self) -> None:
        line = Connection()
        line.connection_lost(None)
        assert line.lost


class TestResults:
    def test_count_every_answer_and_time_the_good_ones(self) -> None:
        result = Result(seconds=2.0)
        for status, latency in ((200, 0.1), (503, 0.001), (200, 0.3), (NO_ANSWER, 9.0)):
            result.add(status, latency)
        assert result.statuses == Counter({200: 2, 503: 1, NO_ANSWER: 1})
        assert (result.latencies, result.per_second) == ([0.1, 0.3], 1.0)


class Line:
    """A connection that answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.answered: Callable[[int], None] = lambda status: None

    def ask(self, question: bytes) -> None:
        self.asked.append(question)


class TestThePacer:
    def pacer(self, lines: int) -> tuple[Any, list[Any]]:
        free: list[Any] = [Line() for _ in range(lines)]
        return _Pacer([b"q"], list(free)), free

    def test_asks_at_once_where_a_line_is_free_and_else_waits(self) -> None:
        pacer, lines = self.pacer(2)
        for due in (0.0, 0.1, 0.2):
            pacer.plan(due)
        assert (pacer.planned, len(pacer.waiting), sum(len(line.asked) for line in lines)) == (3, 1, 2)

    def test_waiting_for_a_line_counts_as_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pacer, (line,) = self.pacer(1)
        monkeypatch.setattr(time, "perf_counter", lambda: 10.0)
        pacer.plan(due=4.0)
        pacer.plan(due=5.0)
        line.answered(200)
        assert (line.asked, list(pacer.waiting), pacer.free) == ([b"q", b"q"], [], [])
        line.answered(200)
        assert pacer.result.latencies == [6.0, 5.0]
        assert pacer.free == [line]

    def test_is_at_rest_when_the_last_is_answered(self) -> None:
        pacer, (line,) = self.pacer(1)

        async def resting() -> None:
            pacer.plan(time.perf_counter())
            asyncio.get_running_loop().call_soon(line.answered, 200)
            await pacer.rest(patience=5)

        asyncio.run(resting())
        assert pacer.result.statuses == Counter({200: 1})

    def test_does_not_wait_for_an_answer_that_never_comes(self) -> None:
        pacer, _ = self.pacer(1)
        pacer.plan(time.perf_counter())
        began = time.perf_counter()
        asyncio.run(pacer.rest(patience=0.05))
        assert 0.04 <= time.perf_counter() - began < 2
        assert pacer.result.statuses == Counter()


@contextmanager
def served(answer: Callable[[int], bytes]) -> Iterator[Callable[[Callable[[int], Awaitable[Any]]], Any]]:
    """Runs a coroutine that is given the port of a server; `answer(nth)` is the nth request's answer."""

    def run(main: Callable[[int], Awaitable[Any]]) -> Any:
        async def beside() -> Any:
            count = 0

            async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                nonlocal count
                while await reader.readline():
                    while await reader.readline() not in (b"\r\n", b""):
                        pass
                    count += 1
                    writer.write(answer(count))
                writer.close()

            server = await asyncio.start_server(talk, "127.0.0.1", 0)
            result = await main(server.sockets[0].getsockname()[1])
            server.close()
            return result, count

        return load.run(beside())

    yield run


GET = [request("GET", "/")]


class TestAgainstAServer:
    def test_saturating_counts_what_was_answered_and_no_more(self) -> None:
        with served(lambda nth: OK) as run:
            result, count = run(lambda port: load.saturate(port, GET, 4, 0.3))
        assert set(result.statuses) == {200}
        assert count - 4 <= result.statuses.total() <= count
        assert result.per_second == pytest.approx(len(result.latencies) / result.seconds)
        assert result.seconds >= 0.3
        assert 0 < min(result.latencies) <= max(result.latencies) < 0.5

    def test_a_refusal_is_counted_and_is_no_throughput(self) -> None:
        with served(lambda nth: BUSY if nth % 2 else OK) as run:
            result, _ = run(lambda port: load.saturate(port, GET, 1, 0.2))
        assert set(result.statuses) == {200, 503}
        assert len(result.latencies) == result.statuses[200]

    def test_pacing_asks_as_often_as_it_was_told(self) -> None:
        with served(lambda nth: OK) as run:
            result, count = run(lambda port: load.pace(port, GET, 200, 4, 0.5))
        assert 95 <= count <= 101
        assert result.statuses == Counter({200: count})

    def test_pacing_tells_what_was_never_answered(self) -> None:
        class Impatient(_Pacer):
            async def rest(self, patience: float) -> None:
                await super().rest(0.1)

        with pytest.MonkeyPatch.context() as patch, served(lambda nth: OK if nth <= 5 else b"") as run:
            patch.setattr(load, "_Pacer", Impatient)
            result, _ = run(lambda port: load.pace(port, GET, 100, 2, 0.3))
        assert result.statuses[200] == 5
        assert result.statuses[NO_ANSWER] >= 20

    def test_two_loads_run_beside_each_other(self) -> None:
        with served(lambda nth: OK) as run:
            (one, other), _ = run(
                lambda port: load.both(load.saturate(port, GET, 1, 0.2), load.saturate(port, GET, 1, 0.2))
            )
        assert one.statuses[200] > 0
        assert other.statuses[200] > 0
