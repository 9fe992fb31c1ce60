"""The cast, and the ground they stand on: an embedded PostgreSQL on which tests run as the app role.

Two workspaces and an outsider are always there: Calzado Sur (Ana, admin; Bruno and Carla, agents), Otra Tienda
(Olga, owner), and Zoe, who belongs to neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client

from inbox.actions.connect import Account, connect
from inbox.models import Channel
from inbox.port import adapters
from tests import database as test_database
from workspaces import tenancy
from workspaces.models import Membership, Role, User, Workspace

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A database of this run's own: made and migrated by the owner role, used by the app role."""
    with django_db_blocker.unblock(), test_database.made_for_this_run():
        yield


def make_user(name: str, email: str, **fields: Any) -> User:
    user = User(name=name, email=email, **fields)
    user.set_unusable_password()
    user.save()
    return user


@pytest.fixture
def calzado(db: None) -> Workspace:
    return Workspace.objects.create(name="Calzado Sur", slug="calzado-sur")


@pytest.fixture
def otra(db: None) -> Workspace:
    return Workspace.objects.create(name="Otra Tienda", slug="otra-tienda", language="pt-br", country="BR")


@pytest.fixture
def inside(calzado: Workspace) -> Iterator[Workspace]:
    """The test runs inside Calzado Sur."""
    with tenancy.enter(calzado):
        yield calzado


def member_of(workspace: Workspace, user: User, role: str) -> Membership:
    with tenancy.enter(workspace):
        return Membership.objects.create(user=user, role=role)


@pytest.fixture
def ana(calzado: Workspace) -> Membership:
    return member_of(calzado, make_user("Ana Beltrán", "ana@plaza.example"), Role.ADMIN)


@pytest.fixture
def bruno(calzado: Workspace) -> Membership:
    return member_of(calzado, make_user("Bruno Sosa", "bruno@plaza.example"), Role.AGENT)


@pytest.fixture
def carla(calzado: Workspace) -> Membership:
    return member_of(calzado, make_user("Carla Núñez", "carla@plaza.example", language="pt-br"), Role.AGENT)


@pytest.fixture
def olga(otra: Workspace) -> Membership:
    return member_of(otra, make_user("Olga Prado", "olga@otra.example"), Role.OWNER)


@pytest.fixture
def zoe(db: None) -> User:
    """The outsider: a person with a login and no workspace."""
    return make_user("Zoe Afuera", "zoe@afuera.example")


KIND = next(iter(adapters()))


def connected(workspace: Workspace, key: str, business: str, name: str) -> Channel:
    with tenancy.enter(workspace):
        return connect(Account(KIND, key, business, name, {"token": f"token-of-{key}"}))


@pytest.fixture
def ventas(calzado: Workspace) -> Channel:
    """Calzado Sur's number."""
    return connected(calzado, "110000000000009", "290000000000001", "Ventas Centro")


@pytest.fixture
def loja(otra: Workspace) -> Channel:
    """Otra Tienda's number."""
    return connected(otra, "110000000000777", "290000000000777", "Loja")


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """A logged-in test client of this person."""

    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return client_of


@pytest.fixture(autouse=True)
def _clean_scope() -> Iterator[None]:
    """No test leaks its workspace into the next."""
    yield
    assert not tenancy.is_entered(), "a scope was left open"


def count_queries(run: Callable[[], object]) -> int:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connections["default"]) as captured:
        run()
    return len([query for query in captured if "set_config" not in query["sql"]])


__all__ = ["call_command"]
