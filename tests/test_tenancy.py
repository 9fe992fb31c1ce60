"""Tenancy holds for every model, URL, stream and door: two workspaces and an outsider."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver

from config.urls_workspace import urlpatterns
from crm.models import Contact
from inbox.actions.receive import receive
from inbox.models import Channel, Conversation, Message
from tests.inbox.events import says
from workspaces import tenancy
from workspaces.actions import api_keys
from workspaces.actions.hours import add_holiday
from workspaces.actions.invitations import invite
from workspaces.actions.teams import create_team
from workspaces.models import ApiKey, Holiday, Invitation, Membership, Role, Team, User, Workspace
from workspaces.permissions import Capability
from workspaces.rls import references
from workspaces.tenancy import WorkspaceModel

ROOT = Path(__file__).resolve().parent.parent
TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, WorkspaceModel)]
BrowserOf = Callable[[User], Client]

# Who may open a scope. A new caller is a decision: add it here, with its reason beside the call.
CALLERS_OF_ENTER = {
    "channels_meta/demo.py",
    "channels_meta/drain.py",
    "channels_meta/management/commands/connect_channel.py",
    "inbox/demo/__init__.py",
    "inbox/tasks.py",
    "workspaces/actions/start.py",
    "workspaces/api/door.py",
    "workspaces/demo.py",
    "workspaces/events.py",
    "workspaces/live.py",
    "workspaces/management/commands/rotate_keys.py",
    "workspaces/middleware.py",
    "workspaces/pages/audit.py",
    "workspaces/pages/joining.py",
    "workspaces/presence.py",
    "workspaces/sockets.py",
    "workspaces/tasks.py",
}


def test_only_the_listed_places_open_a_scope() -> None:
    rooms = ("config", "workspaces", "crm", "inbox", "channels_meta")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    callers = {str(path.relative_to(ROOT)) for path in files if "tenancy.enter(" in code_of(path)}
    assert callers == CALLERS_OF_ENTER


def code_of(path: Path) -> str:
    return re.sub(r'"""[\s\S]*?"""|#.*|"[^"\n]*"', "", path.read_text())


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
class TestEveryTenantModel:
    def test_asks_for_a_scope(self, model: Any, db: None) -> None:
        query = model.objects.all()  # writing it is allowed
        with pytest.raises(tenancy.NoWorkspace):
            query.exists()
        with pytest.raises(tenancy.NoWorkspace):
            model.across_workspaces.exists()

    def test_has_forced_row_level_security_with_a_check(self, model: Any, db: None) -> None:
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table])
            assert cursor.fetchone() == (True, True)
            cursor.execute(
                "SELECT qual, with_check FROM pg_policies WHERE tablename = %s AND policyname = 'tenant'", [table]
            )
            using, check = cursor.fetchone() or ("", "")
        assert "workspace_id" in using
        assert "workspace_id" in check

    def test_carries_the_workspace_in_every_unique_constraint_and_reference(self, model: Any, db: None) -> None:
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                assert "workspace" in constraint.fields, constraint.name
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
                [model._meta.db_table],
            )
            names = {row[0] for row in cursor.fetchall()}
        for field in references(model):
            assert f"{model._meta.db_table}_{field.column}_tenant" in names

    def test_shows_no_row_to_a_connection_without_a_scope(self, model: Any, filled: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            row = cursor.fetchone()
        assert row == (0,)


@pytest.fixture
def filled(ventas: Channel, loja: Channel, ana: Membership, olga: Membership) -> None:
    """Something in both workspaces."""
    for channel in (ventas, loja):
        with tenancy.enter(channel.workspace):
            receive(channel, [says("Oi")])
    with tenancy.enter(ana.workspace):
        invite("nueva@plaza.example", Role.AGENT, [create_team("Ventas", [ana], by=ana)], by=ana)
        add_holiday(Holiday(date=date(2026, 12, 25), name="Navidad"), by=ana)
    for member in (ana, olga):
        with tenancy.enter(member.workspace):
            api_keys.create(api_keys.Plan("Shop", [Capability.CONTACTS_READ]), by=member)


@pytest.mark.django_db
class TestTheDatabase:
    def test_runs_the_tests_as_a_role_that_owns_nothing(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (False, False)
            cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
            assert cursor.fetchone() == (0,)

    def test_refuses_a_row_for_another_workspace(self, calzado: Workspace, otra: Workspace) -> None:
        with tenancy.enter(calzado), pytest.raises(ProgrammingError), transaction.atomic():
            Contact.objects.create(name="Lia", workspace=otra)

    def test_refuses_a_reference_into_another_workspace(
        self, filled: None, calzado: Workspace, otra: Workspace
    ) -> None:
        with tenancy.enter(otra):
            foreign = Contact.objects.get().pk
        with tenancy.enter(calzado), pytest.raises(IntegrityError), transaction.atomic():
            Conversation.objects.update(contact_id=foreign)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_crossing_reads_what_is_listed_and_writes_nothing(self, filled: None, calzado: Workspace) -> None:
        with tenancy.across():
            assert Membership.across_workspaces.count() == 2
            assert Contact.across_workspaces.count() == 0
            assert Membership.across_workspaces.update(role="owner") == 0

    def test_the_scope_survives_a_rollback_inside_it(self, calzado: Workspace, otra: Workspace) -> None:
        with tenancy.enter(calzado):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                Contact.objects.create(name="a")
                raise ZeroDivisionError
            Contact.objects.create(name="b")
        with tenancy.enter(otra):
            assert not Contact.objects.exists()

    def test_a_scope_opened_in_a_transaction_that_fails_does_not_stay(self, calzado: Workspace) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic(), tenancy.enter(calzado):
            Contact.objects.exists()
            raise ZeroDivisionError
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.workspace', true)")
            assert cursor.fetchone() == ("",)

    def test_another_workspace_cannot_be_entered_from_inside(self, calzado: Workspace, otra: Workspace) -> None:
        with tenancy.enter(calzado), pytest.raises(tenancy.WrongWorkspace), tenancy.enter(otra):
            pass


def workspace_paths(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from workspace_paths(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern)


PATHS = sorted(set(workspace_paths(urlpatterns)))


# What stands for each kind of id in a path: its model.
IDS: dict[str, Any] = {
    "<int:pk>": Conversation,
    "<int:message_pk>": Message,
    "<int:team_pk>": Team,
    "<int:invitation_pk>": Invitation,
    "<int:holiday_pk>": Holiday,
    "<int:member_pk>": Membership,
    "<int:key_pk>": ApiKey,
}


def filled_in(path: str) -> str:
    """The path with ids of the entered workspace."""
    for kind, model in IDS.items():
        if kind in path:
            path = path.replace(kind, str(model.objects.order_by("-pk").values_list("pk", flat=True)[0]))
    assert "<" not in path, f"teach this test about {path}"
    return path


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
class TestEveryUrl:
    def test_is_unknown_to_outsiders_and_other_workspaces(
        self,
        path: str,
        method: str,
        filled: None,
        calzado: Workspace,
        olga: Membership,
        zoe: User,
        browser_of: BrowserOf,
    ) -> None:
        with tenancy.enter(calzado):
            inside = filled_in(path)
        for stranger in (olga.user, zoe):
            response = getattr(browser_of(stranger), method)(f"/w/calzado-sur/{inside}")
            assert response.status_code == 404
        anonymous = getattr(Client(), method)(f"/w/calzado-sur/{inside}")
        assert anonymous.status_code == 302
        assert anonymous["Location"].startswith(settings.LOGIN_URL)

    def test_takes_no_id_of_another_workspace(
        self, path: str, method: str, filled: None, calzado: Workspace, olga: Membership, browser_of: BrowserOf
    ) -> None:
        with tenancy.enter(calzado):
            foreign = filled_in(path)
            before = list(Conversation.objects.values_list("clock", "status", "assignee"))
        if "<int:" in path:
            response = getattr(browser_of(olga.user), method)(f"/w/otra-tienda/{foreign}")
            assert response.status_code in (404, 405)
        with tenancy.enter(calzado):
            assert list(Conversation.objects.values_list("clock", "status", "assignee")) == before


def test_a_form_from_a_tab_of_another_workspace_is_refused(ana: Membership, browser_of: BrowserOf) -> None:
    response = browser_of(ana.user).get("/w/calzado-sur/inbox/", headers={"X-Plaza-Workspace": "otra-tienda"})
    assert response.status_code == 409


def test_a_member_who_was_removed_is_a_stranger(ana: Membership, calzado: Workspace, browser_of: BrowserOf) -> None:
    with tenancy.enter(calzado):
        Membership.objects.filter(pk=ana.pk).update(is_active=False)
    assert browser_of(ana.user).get("/w/calzado-sur/inbox/").status_code == 404
