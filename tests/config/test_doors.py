"""Which door a connection goes to, and that all three stand behind the one port."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from config.doors import Doors, Receive, Scope, Send

Messages = list[MutableMapping[str, Any]]


class Room:
    def __init__(self) -> None:
        self.visits: Messages = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.visits.append(scope)


async def nothing() -> MutableMapping[str, Any]:
    raise AssertionError("nobody reads here")


async def nowhere(message: MutableMapping[str, Any]) -> None:
    raise AssertionError("nobody answers here")


@pytest.mark.parametrize(
    ("scope", "room"),
    [
        ({"type": "http", "path": "/webhooks/whatsapp/", "headers": []}, "webhooks"),
        ({"type": "http", "path": "/webhooks/", "headers": []}, "webhooks"),
        ({"type": "http", "path": "/webhooks/../admin", "headers": []}, "webhooks"),
        ({"type": "lifespan"}, "webhooks"),
        ({"type": "websocket", "path": "/w/calzado-sur/live/inbox/", "headers": []}, "sockets"),
        ({"type": "websocket", "path": "/webhooks/whatsapp/", "headers": []}, "sockets"),
        ({"type": "http", "path": "/webhooks", "headers": []}, "pages"),
        ({"type": "http", "path": "/webhooksx/", "headers": []}, "pages"),
        ({"type": "http", "path": "/w/webhooks/", "headers": []}, "pages"),
        ({"type": "http", "path": "//webhooks/whatsapp/", "headers": []}, "pages"),
        ({"type": "http", "path": "/", "headers": []}, "pages"),
        ({"type": "http", "path": "/w/calzado-sur/live/inbox/", "headers": []}, "pages"),
        ({"type": "http", "path": "", "headers": []}, "pages"),
    ],
)
def test_each_connection_goes_to_one_door(scope: dict[str, Any], room: str) -> None:
    rooms = {name: Room() for name in ("webhooks", "sockets", "pages")}
    asyncio.run(Doors(**rooms)(scope, nothing, nowhere))
    assert {name: len(one.visits) for name, one in rooms.items() if one.visits} == {room: 1}
    assert rooms[room].visits == [scope]


def exchange(scope: dict[str, Any], *given: dict[str, Any]) -> Messages:
    """What the real application says to a connection."""
    from config.asgi import application

    async def play() -> Messages:
        said: Messages = []
        pending = list(given)

        async def receive() -> MutableMapping[str, Any]:
            if pending:
                return pending.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: MutableMapping[str, Any]) -> None:
            said.append(message)

        await asyncio.wait_for(application(scope, receive, send), 10)
        return said

    return asyncio.run(play())


def http(method: str, path: str, **headers: str) -> Messages:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), *pairs],
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 5000),
    }
    return exchange(scope, {"type": "http.request", "body": b"", "more_body": False})


class TestTheApplication:
    def test_a_page_comes_through_the_bridge(self) -> None:
        start, *rest = http("GET", "/healthz")
        assert (start["type"], start["status"]) == ("http.response.start", 200)
        assert b"".join(message.get("body", b"") for message in rest) == b'{"status": "ok"}'

    def test_a_webhook_does_not(self) -> None:
        """The raw door's own answer to a stranger: no cookie, no page, no policy headers."""
        start, *_ = http("POST", "/webhooks/whatsapp/")
        assert start["status"] == 403
        assert {name for name, _ in start["headers"]} == {b"content-length", b"connection", b"x-request-id"}

    def test_an_unknown_platform_is_the_doors_404(self) -> None:
        start, *_ = http("POST", "/webhooks/fax/")
        assert start["status"] == 404
        assert [name for name, _ in start["headers"]] == [b"content-length", b"x-request-id"]

    @pytest.mark.parametrize("origin", [[], [(b"origin", b"https://evil.example")], [(b"origin", b"null")]])
    def test_a_socket_from_another_site_is_refused(self, origin: list[tuple[bytes, bytes]]) -> None:
        scope = {
            "type": "websocket",
            "path": "/w/calzado-sur/live/inbox/",
            "query_string": b"",
            "headers": [(b"host", b"localhost"), *origin],
            "subprotocols": [],
        }
        said = exchange(scope, {"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006})
        assert [message["type"] for message in said] == ["websocket.close"]
