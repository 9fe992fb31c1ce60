"""Every URL and every socket, with every role, against the matrix in workspaces/permissions.py. Outsiders and other
workspaces: tests/test_tenancy.py for URLs, here for sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver

from config.sockets import sockets
from config.urls_workspace import urlpatterns
from inbox.actions.receive import receive
from inbox.consumers import FORBIDDEN
from inbox.models import Channel, Conversation
from tests import test_tenancy
from tests.conftest import make_user, member_of
from tests.inbox.events import says
from tests.inbox.test_sockets import listen
from workspaces import tenancy
from workspaces.models import Membership, Role, User, Workspace
from workspaces.permissions import Capability, allows

BrowserOf = Callable[[User], Client]
filled = test_tenancy.filled

# Open to every member, since they concern nobody but who asks. A new one is a decision: add it with its reason.
EVERYBODYS = {
    "start": "leads to the start page",
    "preferences": "one's own language and theme",
    "switcher": "one's own workspaces",
}
METHODS = ("get", "post", "put", "delete")


def views(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern


VIEWS = dict(views(urlpatterns))


def test_every_view_says_what_it_needs() -> None:
    silent = {view.name for view in VIEWS.values() if not hasattr(view.callback, "needs")}
    assert silent == set(EVERYBODYS)


def test_pages_ask_for_every_capability_that_they_have_a_use_for() -> None:
    """A capability that no page asks for is one of the API, or of what is to come: it is named here."""
    asked = {
        view.callback.needs(method.upper())
        for view in VIEWS.values()
        if hasattr(view.callback, "needs")
        for method in METHODS
    }
    later = {name for name in Capability if name.startswith(("contacts.", "channels.", "api_keys."))}
    assert set(Capability) - asked <= later


@pytest.fixture
def people(calzado: Workspace) -> dict[str, Membership]:
    """One of each role; the newest member of all, whose id stands in the paths, is an agent."""
    made: dict[str, Membership] = {
        role: member_of(calzado, make_user(str(role.label), f"{role}@x.example"), role) for role in Role
    }
    member_of(calzado, make_user("Último", "ultimo@x.example"), Role.AGENT)
    return made


@pytest.mark.parametrize("path", [path for path, view in VIEWS.items() if hasattr(view.callback, "needs")])
def test_a_page_opens_to_the_roles_of_the_matrix_and_to_no_other(
    path: str, filled: None, people: dict[str, Membership], calzado: Workspace, browser_of: BrowserOf
) -> None:
    view: Any = VIEWS[path].callback
    needs: Callable[[str], Capability] = view.needs
    with tenancy.enter(calzado):
        url = f"/w/calzado-sur/{test_tenancy.filled_in(path)}"
    clients = {role: browser_of(member.user) for role, member in people.items()}
    for method in METHODS:
        answers = {role: _answer(client, method, url) for role, client in clients.items()}
        assert all(status < 500 for status in answers.values()), answers
        if answers[Role.OWNER] != 405:
            refused = {role for role, status in answers.items() if status == 403}
            assert refused == {role for role in Role if not allows(role, needs(method.upper()))}, (method, answers)


def _answer(client: Client, method: str, url: str) -> int:
    """What the page answers; whatever it did is taken back."""
    with transaction.atomic():
        status: int = getattr(client, method)(url).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.django_db
def test_the_navigation_offers_the_pages_that_open(
    people: dict[str, Membership], calzado: Workspace, browser_of: BrowserOf
) -> None:
    for role, member in people.items():
        client = browser_of(member.user)
        home = client.get("/w/calzado-sur/settings/")
        assert home.status_code == 302
        html = client.get(home["Location"]).content.decode()
        for path in VIEWS:
            url = f"/w/calzado-sur/{path}"
            if f'href="{url}"' in html:
                assert client.get(url).status_code in (200, 302), (role, url)
        shown = 'href="/w/calzado-sur/settings/audit/"' in html
        assert shown is allows(role, Capability.AUDIT_READ)


def routes(application: Any) -> list[str]:
    while not hasattr(application, "routes"):
        application = application.inner
    return [str(route.pattern) for route in application.routes]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", routes(sockets))
def test_a_socket_opens_to_every_role_and_to_no_stranger(
    route: str, ventas: Channel, people: dict[str, Membership], olga: Membership, zoe: User, browser_of: BrowserOf
) -> None:
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says("Oi")])
        pk = Conversation.objects.get().pk
    path = "/" + route.replace("<slug:slug>", "calzado-sur").replace("<int:pk>", str(pk))
    assert "<" not in path, f"teach this test about {path}"
    assert {listen(path, browser_of(member.user)) for member in people.values()} == {"open"}
    assert {listen(path, client) for client in (None, browser_of(zoe), browser_of(olga.user))} == {FORBIDDEN}
