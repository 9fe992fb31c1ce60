"""The load generators, against servers of a few lines: what they ask, what they count, what they wait for."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable

import pytest

from bench import load, sockets

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"


async def served(handler: Handler, then: Callable[[int], Awaitable[object]]) -> object:
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        return await then(server.sockets[0].getsockname()[1])


def answering(answers: list[bytes], heads: list[bytes] | None = None) -> Handler:
    """These answers in turn, the last one for ever; hangs up after an empty one."""
    left = list(answers)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(load.HEAD_END)
            except asyncio.IncompleteReadError:
                break
            if heads is not None:
                heads.append(head)
            answer = left.pop(0) if len(left) > 1 else left[0]
            if not answer:
                break
            for piece in (answer[:20], answer[20:]):
                writer.write(piece)
                await writer.drain()
        writer.close()

    return handle


def test_a_request_is_the_bytes_of_one() -> None:
    assert load.request("POST", "/x/", b"{}", [(b"a", b"b")]) == (
        b"POST /x/ HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\na: b\r\n\r\n{}"
    )


def test_an_answer_that_comes_in_pieces_is_one() -> None:
    async def ask(port: int) -> object:
        (line,) = await load.connect(port, 1)
        status = await line.answer(load.request("GET", "/"))
        line.close()
        return status, line.body

    assert load.run(served(answering([OK]), ask)) == (200, b"fine")


def test_who_was_hung_up_on_connects_again() -> None:
    async def ask(port: int) -> object:
        (line,) = await load.connect(port, 1)
        line.ask(load.request("GET", "/"))
        await asyncio.sleep(0.1)
        assert line.lost
        status = await line.answer(load.request("GET", "/"))
        line.close()
        return status

    assert load.run(served(answering([b"", OK]), ask)) == 200


def test_saturating_counts_every_answer_and_times_the_good_ones() -> None:
    refused = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"

    async def ask(port: int) -> object:
        return await load.saturate(port, [load.request("GET", "/")], connections=3, seconds=0.2)

    result = load.run(served(answering([refused, refused, OK]), ask))
    assert isinstance(result, load.Result)
    assert result.statuses[503] == 2
    assert result.statuses[200] == len(result.latencies) > 3
    assert result.per_second == len(result.latencies) / result.seconds


def test_pacing_asks_at_its_times_and_counts_who_is_not_answered() -> None:
    async def ask(port: int) -> object:
        return await load.pace(port, [load.request("GET", "/")], per_second=100, connections=4, seconds=0.3)

    result = load.run(served(answering([OK]), ask))
    assert isinstance(result, load.Result)
    assert 25 <= result.statuses[200] <= 31
    assert result.statuses[load.NO_ANSWER] == 0


@pytest.mark.parametrize("length", [0, 5, 125, 126, 300, 70_000])
def test_frames_of_every_length_are_read(length: int) -> None:
    payload = b"x" * length
    if length < 126:
        head = bytes([0x81, length])
    elif length < 65_536:
        head = bytes([0x81, 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([0x81, 127]) + length.to_bytes(8, "big")
    frame = head + payload
    assert sockets.frames_in(frame + frame + frame[:-1] if length else frame + frame)[0] == [(1, payload)] * 2
    if length:
        assert sockets.frames_in(frame[:-1]) == ([], frame[:-1])


async def _socket_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(load.HEAD_END)
    assert b"cookie: a=b" in head
    key = next(line.split(b": ")[1] for line in head.split(b"\r\n") if line.startswith(b"sec-websocket-key"))
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324
    writer.write(b"HTTP/1.1 101 Switching\r\nsec-websocket-accept: " + accept + load.HEAD_END)
    writer.write(b"\x81\x05ready\x89\x02hi")  # and a ping,
    pong = await reader.readexactly(8)  # which a client must answer under a mask
    writer.write(b"\x81\x04" + (b"pong" if pong == b"\x8a\x82\0\0\0\0hi" else b"what"))
    await writer.drain()
    await reader.read()
    writer.close()


def test_a_socket_is_ready_after_its_first_frame_and_answers_pings() -> None:
    async def listen(port: int) -> object:
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        socket = await sockets.listen(port, "/live/", "a=b", heard.put_nowait)
        text = await asyncio.wait_for(heard.get(), 5)
        await sockets.hang_up([socket])
        return socket.status, text

    assert load.run(served(_socket_server, listen)) == (101, b"pong")


def test_a_loop_beside_runs_and_ends() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    with sockets.beside() as beside:
        assert beside.run(work()) == 7
    assert not beside.thread.is_alive()
