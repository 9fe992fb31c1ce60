"""Sockets follow rights: whoever may no longer hear something stops hearing it at once; who is here is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from config.sockets import sockets
from inbox.actions.assign import assign, assign_team
from inbox.actions.receive import receive
from inbox.models import Channel, Conversation
from tests.inbox.events import says
from workspaces import presence, rights, tenancy
from workspaces.actions.members import change_role, leave, remove, set_teams
from workspaces.actions.teams import create_team, remove_team, set_members
from workspaces.actions.workspace import change_profile, change_visibility
from workspaces.models import Availability, Membership, Role, Team, User, Visibility, Workspace
from workspaces.sockets import FORBIDDEN

BrowserOf = Callable[[User], Client]
INBOX = "/w/calzado-sur/live/inbox/"
PEOPLE = "/w/calzado-sur/live/people/"

pytestmark = pytest.mark.django_db(transaction=True)


async def _hear(path: str, cookie: str, then: Callable[[], Any], quiet: float) -> list[Any]:
    headers = [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())]
    scope = {"type": "websocket", "path": path, "headers": headers, "query_string": b"", "subprotocols": []}
    socket: Any = ApplicationCommunicator(sockets, scope)  # type: ignore[no-untyped-call]
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(timeout=5))["type"] == "websocket.accept"
    assert json.loads((await socket.receive_output(timeout=5))["text"]) == {"ready": True}
    await asyncio.get_running_loop().run_in_executor(None, _in_thread, then)
    heard: list[Any] = []
    while not await socket.receive_nothing(timeout=quiet):
        output = await socket.receive_output(timeout=1)
        heard.append(output["code"] if output["type"] == "websocket.close" else json.loads(output["text"]))
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait(timeout=5)
    return heard


def _in_thread(then: Callable[[], Any]) -> None:
    try:
        then()
    finally:
        connections.close_all()


def hear(path: str, client: Client, then: Callable[[], Any], quiet: float = 0.7) -> list[Any]:
    """All that this socket was sent after `then`, until it is quiet; the last may be the code it was closed with."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    heard: list[Any] = async_to_sync(_hear)(path, cookie, then, quiet)
    return heard


@pytest.fixture
def inside_of(calzado: Workspace) -> Callable[[Callable[[], Any]], Callable[[], None]]:
    """Makes of an action one that runs inside Calzado Sur."""

    def wrap(action: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            with tenancy.enter(Workspace.objects.get(pk=calzado.pk)):
                action()

        return run

    return wrap


Inside = Callable[[Callable[[], Any]], Callable[[], None]]


@pytest.fixture
def thread(ventas: Channel, bruno: Membership, ana: Membership) -> str:
    """The socket of a conversation that is Bruno's, in Ventas, where he is; agents see their own only."""
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says("Oi")])
        conversation = Conversation.objects.get()
        assign_team(conversation, create_team("Ventas", [bruno], by=ana), by=ana)
        assign(conversation, bruno, by=ana)
        change_visibility({"agent_visibility": Visibility.OWN}, by=ana)
    return f"/w/calzado-sur/live/conversations/{conversation.pk}/"


@pytest.mark.parametrize("path", [INBOX, PEOPLE])
@pytest.mark.parametrize("going", [lambda who, by: remove(who, by=by), lambda who, by: leave(who)])
def test_who_goes_hears_nothing_more(
    path: str, going: Any, ana: Membership, bruno: Membership, inside_of: Inside, browser_of: BrowserOf
) -> None:
    heard = hear(path, browser_of(bruno.user), inside_of(lambda: going(bruno, ana)))
    assert heard[-1] == FORBIDDEN


def test_who_is_removed_loses_the_open_thread(
    thread: str, ana: Membership, bruno: Membership, inside_of: Inside, browser_of: BrowserOf
) -> None:
    assert hear(thread, browser_of(bruno.user), inside_of(lambda: remove(bruno, by=ana)))[-1] == FORBIDDEN


def test_a_change_of_role_is_looked_at_and_the_list_asks_again(
    ana: Membership, bruno: Membership, inside_of: Inside, browser_of: BrowserOf
) -> None:
    heard = hear(INBOX, browser_of(bruno.user), inside_of(lambda: change_role(bruno, Role.SUPERVISOR, by=ana)))
    assert heard == [{"catch_up": True}]
    assert hear(INBOX, browser_of(ana.user), inside_of(lambda: change_role(bruno, Role.AGENT, by=ana))) == []


def test_an_assignment_closes_the_thread_of_who_no_longer_sees_it(
    thread: str, ana: Membership, bruno: Membership, carla: Membership, inside_of: Inside, browser_of: BrowserOf
) -> None:
    heard = hear(thread, browser_of(bruno.user), inside_of(lambda: assign(Conversation.objects.get(), carla, by=ana)))
    assert heard[-1] == FORBIDDEN


def test_an_assignment_leaves_the_thread_to_who_sees_it_still(
    thread: str, ana: Membership, carla: Membership, inside_of: Inside, browser_of: BrowserOf
) -> None:
    heard = hear(thread, browser_of(ana.user), inside_of(lambda: assign(Conversation.objects.get(), carla, by=ana)))
    assert FORBIDDEN not in heard
    assert {"header": True} in heard


@pytest.mark.parametrize(
    "action",
    [
        lambda bruno, ana: set_teams(bruno, [], by=ana),
        lambda bruno, ana: set_members(Team.objects.get(), [], by=ana),
        lambda bruno, ana: remove_team(Team.objects.get(), by=ana),
    ],
    ids=["his teams", "its members", "no team"],
)
def test_a_change_of_team_closes_the_thread_of_who_saw_it_by_the_team(
    action: Any, thread: str, ana: Membership, bruno: Membership, inside_of: Inside, browser_of: BrowserOf
) -> None:
    inside_of(lambda: assign(Conversation.objects.get(), None, by=ana))()
    assert hear(thread, browser_of(bruno.user), inside_of(lambda: action(bruno, ana)))[-1] == FORBIDDEN


def test_a_narrower_visibility_closes_threads_at_once(
    thread: str, ana: Membership, carla: Membership, inside_of: Inside, browser_of: BrowserOf
) -> None:
    inside_of(lambda: change_visibility({"agent_visibility": Visibility.ALL}, by=ana))()
    narrower = inside_of(lambda: change_visibility({"agent_visibility": Visibility.TEAM}, by=ana))
    assert hear(thread, browser_of(carla.user), narrower)[-1] == FORBIDDEN


def test_a_new_address_closes_the_sockets_of_the_old_one(
    ana: Membership, inside_of: Inside, browser_of: BrowserOf
) -> None:
    moved = inside_of(lambda: change_profile({"slug": "calzado-norte"}, by=ana))
    assert hear(INBOX, browser_of(ana.user), moved)[-1] == FORBIDDEN


def test_a_session_that_ended_stops_hearing_at_the_next_look(
    ana: Membership, bruno: Membership, inside_of: Inside, browser_of: BrowserOf
) -> None:
    client = browser_of(bruno.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    def log_out() -> None:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        client.post("/accounts/logout/")
        inside_of(lambda: rights.changed(bruno))()

    assert hear(INBOX, client, log_out)[-1] == FORBIDDEN


def test_a_telling_that_was_lost_is_made_good_by_the_next_beat(
    bruno: Membership, inside_of: Inside, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "BEAT_SECONDS", 0.3)
    quietly = inside_of(lambda: Membership.objects.filter(pk=bruno.pk).update(is_active=False))
    assert hear(INBOX, browser_of(bruno.user), quietly, quiet=2)[-1] == FORBIDDEN


class TestPresence:
    def test_an_open_socket_is_somebody_here_and_the_others_are_told(
        self, ana: Membership, bruno: Membership, inside_of: Inside, browser_of: BrowserOf
    ) -> None:
        heard = hear(PEOPLE, browser_of(ana.user), inside_of(lambda: presence.beat(bruno)))
        assert [f'data-presence="{bruno.pk}"' in frame["html"] for frame in heard] == [True]
        assert 'data-status="online"' in heard[0]["html"]
        assert self.status(ana) == self.status(bruno) == "online"

    def test_a_second_beat_tells_nobody(
        self, ana: Membership, bruno: Membership, inside_of: Inside, browser_of: BrowserOf
    ) -> None:
        inside_of(lambda: presence.beat(bruno))()
        assert hear(INBOX, browser_of(ana.user), inside_of(lambda: presence.beat(bruno))) == []

    def test_who_stopped_beating_is_offline_by_the_clock(
        self, ana: Membership, bruno: Membership, inside_of: Inside, browser_of: BrowserOf
    ) -> None:
        inside_of(lambda: presence.beat(bruno))()
        assert presence.time_out() == 0
        old = timezone.now() - presence.GONE - timedelta(seconds=1)
        inside_of(lambda: Membership.objects.filter(pk=bruno.pk).update(seen_at=old))()
        heard = hear(INBOX, browser_of(ana.user), presence.time_out)
        assert 'data-status="offline"' in heard[0]["html"]
        assert self.status(bruno) == "offline"
        assert self.status(ana) == "online"
        assert presence.time_out() == 0

    def test_what_one_says_of_oneself_is_shown_while_one_is_here(
        self, ana: Membership, bruno: Membership, inside_of: Inside, browser_of: BrowserOf
    ) -> None:
        inside_of(lambda: presence.beat(bruno))()

        def busy() -> None:
            browser_of(bruno.user).post("/w/calzado-sur/presence/", {"availability": "busy"})

        heard = hear(INBOX, browser_of(ana.user), busy)
        assert 'data-status="busy"' in heard[0]["html"]
        inside_of(lambda: Membership.objects.update(is_present=False))()
        assert self.status(bruno) == "offline"

    def test_a_page_that_missed_it_asks(self, ana: Membership, bruno: Membership, browser_of: BrowserOf) -> None:
        with tenancy.enter(bruno.workspace):
            presence.choose(bruno, Availability.AWAY)
            presence.beat(bruno)
        html = browser_of(ana.user).get("/w/calzado-sur/presence/").content.decode()
        assert html.count("data-presence") == 2
        assert f'data-presence="{bruno.pk}" data-status="away"' in html
        assert browser_of(ana.user).post("/w/calzado-sur/presence/", {"availability": "x"}).status_code == 422

    def test_who_was_removed_does_not_come_back_by_beating(self, ana: Membership, bruno: Membership) -> None:
        with tenancy.enter(ana.workspace):
            remove(bruno, by=ana)
            presence.beat(bruno)
        assert self.status(bruno) == "offline"

    @staticmethod
    def status(member: Membership) -> str:
        with tenancy.enter(member.workspace):
            return Membership.objects.get(pk=member.pk).status
