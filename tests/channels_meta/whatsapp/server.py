"""A small HTTP server on loopback that answers, or fails, as a test tells it to."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Behaviour = Callable[[socket.socket, "Server"], None]


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: Any


@dataclass
class Server:
    """`requests` holds what arrived whole. `done` lets a silent server go at the end of the test."""

    behaviour: Behaviour
    listener: socket.socket
    requests: list[Request] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # closed: the test is over
            with connection, suppress(ConnectionError, TimeoutError):  # the client went first
                connection.settimeout(5)
                self.behaviour(connection, self)


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(behaviour, listener)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        yield server
        server.done.set()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def some(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionError("closed")
    return received


def read_request(connection: socket.socket) -> Request:
    received = b""
    while b"\r\n\r\n" not in received:
        received += some(connection)
    head, _, rest = received.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
    while len(rest) < int(headers.get("content-length", 0)):
        rest += some(connection)
    return Request(line, headers, json.loads(rest))


def answering(body: object, status: int = 200, **headers: str) -> Behaviour:
    """`body`: bytes as they are, anything else as JSON."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(payload)}\r\nConnection: close\r\n{more}\r\n"

    def behave(connection: socket.socket, server: Server) -> None:
        server.requests.append(read_request(connection))
        connection.sendall(head.encode() + payload)

    return behave


def reset(connection: socket.socket) -> None:
    """Closes with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_amid_the_request(connection: socket.socket, server: Server) -> None:
    connection.recv(1)
    reset(connection)


def reset_after_the_request(connection: socket.socket, server: Server) -> None:
    server.requests.append(read_request(connection))
    reset(connection)


def close_amid_the_answer(connection: socket.socket, server: Server) -> None:
    server.requests.append(read_request(connection))
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"messages":[{"id":"wam')


def close_without_an_answer(connection: socket.socket, server: Server) -> None:
    server.requests.append(read_request(connection))


def say_nothing(connection: socket.socket, server: Server) -> None:
    server.requests.append(read_request(connection))
    server.done.wait(5)


def read_nothing(connection: socket.socket, server: Server) -> None:
    server.done.wait(5)


def speak_gibberish(connection: socket.socket, server: Server) -> None:
    server.requests.append(read_request(connection))
    connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")
