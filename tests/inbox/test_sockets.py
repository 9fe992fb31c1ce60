"""Who may listen to what, and that a frame arrives."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import connections
from django.test import Client

from config.sockets import sockets
from inbox import streams
from inbox.actions.receive import receive
from inbox.consumers import FORBIDDEN
from inbox.models import Channel, Conversation
from tests.inbox.events import says
from workspaces import live, tenancy
from workspaces.models import Membership, User

BrowserOf = Callable[[User], Client]

pytestmark = pytest.mark.django_db(transaction=True)


async def _open(path: str, cookie: str, then: Callable[[], Any] | None) -> Any:
    headers = [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())] if cookie else []
    scope = {"type": "websocket", "path": path, "headers": headers, "query_string": b"", "subprotocols": []}
    socket: Any = ApplicationCommunicator(sockets, scope)  # type: ignore[no-untyped-call]
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(timeout=5))["type"] == "websocket.accept"
    first = await socket.receive_output(timeout=5)
    if first["type"] == "websocket.close":
        return first["code"]
    assert json.loads(first["text"]) == {"ready": True}
    heard: Any = "open"
    if then is not None:
        await asyncio.get_running_loop().run_in_executor(None, _in_thread, then)
        heard = json.loads((await socket.receive_output(timeout=5))["text"])
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait(timeout=5)
    return heard


def _in_thread(then: Callable[[], Any]) -> None:
    try:
        then()
    finally:
        connections.close_all()


def listen(path: str, client: Client | None, then: Callable[[], Any] | None = None) -> Any:
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value if client else ""
    return async_to_sync(_open)(path, cookie, then)


@pytest.fixture
def conversation(ventas: Channel) -> Conversation:
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says("Oi")])
        return Conversation.objects.get()


def test_members_listen_to_their_inbox_and_strangers_to_nothing(
    conversation: Conversation, ana: Membership, olga: Membership, zoe: User, browser_of: BrowserOf
) -> None:
    inbox, thread = "/w/calzado-sur/live/inbox/", f"/w/calzado-sur/live/conversations/{conversation.pk}/"
    for path in (inbox, thread):
        assert listen(path, browser_of(ana.user)) == "open"
        assert [listen(path, client) for client in (None, browser_of(zoe), browser_of(olga.user))] == [FORBIDDEN] * 3
    assert listen(f"/w/otra-tienda/live/conversations/{conversation.pk}/", browser_of(olga.user)) == FORBIDDEN
    assert listen("/w/nowhere/live/inbox/", browser_of(ana.user)) == FORBIDDEN


def test_a_member_who_was_removed_hears_nothing(ana: Membership, browser_of: BrowserOf) -> None:
    client = browser_of(ana.user)
    with tenancy.enter(ana.workspace):
        Membership.objects.update(is_active=False)
    assert listen("/w/calzado-sur/live/inbox/", client) == FORBIDDEN


def test_a_message_that_arrives_is_a_nudge_to_the_list_and_a_drawing_to_the_thread(
    ventas: Channel, conversation: Conversation, ana: Membership, browser_of: BrowserOf
) -> None:
    def arrives() -> None:
        with tenancy.enter(ventas.workspace):
            receive(ventas, [says("chegou agora", minute=3)])

    client = browser_of(ana.user)
    assert listen("/w/calzado-sur/live/inbox/", client, arrives) == {"nudge": [conversation.pk]}
    heard = listen(f"/w/calzado-sur/live/conversations/{conversation.pk}/", client, arrives)
    assert "chegou agora" in heard["html"]


def test_a_flood_is_one_word_to_catch_up(
    ventas: Channel, conversation: Conversation, ana: Membership, browser_of: BrowserOf
) -> None:
    def flood() -> None:
        with tenancy.enter(ventas.workspace):
            receive(ventas, [says(str(n)) for n in range(21)])

    heard = listen(f"/w/calzado-sur/live/conversations/{conversation.pk}/", browser_of(ana.user), flood)
    assert heard == {"catch_up": True}


def test_each_hears_their_own_language(
    conversation: Conversation, ana: Membership, carla: Membership, browser_of: BrowserOf
) -> None:
    def published() -> None:
        from django.utils.translation import get_language

        with tenancy.enter(conversation.workspace):
            live.publish(live.Fragment(streams.conversation_stream(conversation.pk), lambda: str(get_language())))

    path = f"/w/calzado-sur/live/conversations/{conversation.pk}/"
    assert listen(path, browser_of(ana.user), published) == {"html": "es"}
    assert listen(path, browser_of(carla.user), published) == {"html": "pt-br"}
