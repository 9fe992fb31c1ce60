"""The sandbox's own HTTP client: a status, or an error that says why there was none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from channels_meta.sandbox import wire as module
from channels_meta.sandbox.wire import Wire, WireError

T = TypeVar("T")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Server:
    """Answers each request with the next of `answers`; an empty one hangs up."""

    answers: list[bytes]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")), 0)
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0)
                writer.write(answer)
                await writer.drain()
                if not answer or b"close" in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


def against(answers: list[bytes], scenario: Callable[[Wire], Awaitable[T]], path: str = "/hook") -> tuple[T, Server]:
    async def play() -> tuple[T, Server]:
        server = Server(answers)
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        wire = Wire(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}{path}")
        try:
            return await asyncio.wait_for(scenario(wire), 5), server
        finally:
            wire.close()
            listening.close()
            await asyncio.sleep(0.01)

    return asyncio.run(play())


async def post(wire: Wire, body: bytes = b"{}", timeout_ms: int = 1_000) -> int:
    return await wire.post(body, {"X-Hub-Signature-256": "sha256=x"}, timeout_ms)


class TestRequests:
    def test_what_travels(self) -> None:
        status, server = against([OK], lambda wire: post(wire, b"\xff\x00body"))
        assert status == 200
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        line, *headers = head.decode().split("\r\n")
        assert line == "POST /hook HTTP/1.1"
        assert headers[0].startswith("Host: 127.0.0.1:")
        assert "X-Hub-Signature-256: sha256=x" in headers
        assert body == b"\xff\x00body"

    @pytest.mark.parametrize(
        ("path", "target"),
        [("", "/?a=1"), ("/hook/", "/hook/?a=1"), ("/hook?app=x", "/hook?app=x&a=1")],
    )
    def test_a_question_joins_what_the_address_holds(self, path: str, target: str) -> None:
        (status, body), server = against([OK], lambda wire: wire.get("a=1", 1_000), path)
        assert (status, body) == (200, b"ok")
        assert server.requests[0].startswith(f"GET {target} HTTP/1.1".encode())

    @pytest.mark.parametrize(
        ("url", "host", "port", "tls"),
        [
            ("http://localhost/hook", "localhost", 80, False),
            ("https://plaza.example/hook", "plaza.example", 443, True),
            ("http://[::1]:9000/", "::1", 9000, False),
        ],
    )
    def test_where_it_goes(self, url: str, host: str, port: int, tls: bool) -> None:
        wire = Wire(url)
        assert (wire.host, wire.port, wire.tls) == (host, port, tls)


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "status"),
        [
            (OK, 200),
            (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
            (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nConnection: close\r\n\r\n", 403),
            (b"HTTP/1.1 503\r\nCONTENT-LENGTH: 0\r\n\r\n", 503),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200),
            (b"HTTP/1.0 500 Oops\r\n\r\nuntil I close", 500),
        ],
    )
    def test_a_status_is_read(self, answer: bytes, status: int) -> None:
        assert against([answer], post)[0] == status

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"SSH-2.0-OpenSSH\r\n\r\n",
            b"HTTP/1.1\r\n\r\n",
            b"HTTP/1.1 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nshort",
            b"x" * 200_000 + b"\r\n\r\n",
        ],
        ids=lambda answer: repr(answer[:40]),
    )
    def test_what_is_no_answer_is_an_error(self, answer: bytes) -> None:
        async def scenario(wire: Wire) -> str:
            with pytest.raises(WireError) as caught:
                await post(wire)
            return str(caught.value)

        said, _ = against([answer], scenario)
        assert said
        assert len(said) <= 200

    def test_nobody_there(self) -> None:
        async def play() -> None:
            with pytest.raises(WireError, match="Connect"):
                await post(Wire("http://127.0.0.1:1/"))

        asyncio.run(play())

    def test_one_that_is_too_slow(self) -> None:
        async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()  # until the client gives up
            writer.close()

        async def play() -> None:
            silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
            with pytest.raises(WireError, match="Timeout"):
                await post(Wire(f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/"), timeout_ms=30)
            silent.close()
            await asyncio.sleep(0.01)

        asyncio.run(play())


class TestConnections:
    @pytest.mark.parametrize(
        ("answer", "connections"),
        [
            (OK, 1),
            (b"HTTP/1.1 204 No Content\r\n\r\n", 1),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 3),
        ],
    )
    def test_one_is_used_again_where_it_may_be(self, answer: bytes, connections: int) -> None:
        async def scenario(wire: Wire) -> list[int]:
            return [await post(wire) for _ in range(3)]

        _, server = against([answer] * 3, scenario)
        assert server.connections == connections

    def test_an_old_one_is_not_trusted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Servers drop idle connections; a POST into a closed one would count as a failed attempt."""
        monkeypatch.setattr(module, "STALE", 0.0)

        async def scenario(wire: Wire) -> list[int]:
            return [await post(wire), await post(wire)]

        statuses, server = against([OK, OK], scenario)
        assert (statuses, server.connections) == ([200, 200], 2)

    def test_one_that_the_server_closed_is_not_used(self) -> None:
        async def scenario(wire: Wire) -> list[int]:
            first = await post(wire)
            await asyncio.sleep(0.02)
            return [first, await post(wire)]

        statuses, server = against([b"HTTP/1.1 200 close\r\nContent-Length: 0\r\n\r\n", OK], scenario)
        assert (statuses, server.connections) == ([200, 200], 2)

    def test_several_at_once_have_one_each(self) -> None:
        async def scenario(wire: Wire) -> list[int]:
            return list(await asyncio.gather(*[post(wire) for _ in range(5)]))

        statuses, server = against([OK] * 5, scenario)
        assert (statuses, server.connections) == ([200] * 5, 5)
