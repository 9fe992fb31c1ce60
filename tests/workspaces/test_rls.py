"""What the database itself enforces, and the migration operations that make it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.house.files import ROOMS
from workspaces.grants import grant, revoke
from workspaces.rls import AddReference, EnableRLS, reference_sql, references
from workspaces.tenancy import WorkspaceModel

pytestmark = pytest.mark.django_db

# Tables that name a workspace and are not a tenant's: the door and the drain know none when they read them.
GLOBAL = {"inbox_channelroute"}
TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, WorkspaceModel)]


def ask(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


class TestTheWholeDatabase:
    def test_every_table_that_names_a_workspace_is_guarded_whoever_made_it(self) -> None:
        """Also one without a model of its own: a many-to-many's, a partition's."""
        named = ask("SELECT table_name FROM information_schema.columns WHERE column_name = 'workspace_id'")
        guarded = ask("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        assert {row[0] for row in named} - {row[0] for row in guarded} == GLOBAL

    def test_a_guarded_table_has_these_policies_and_no_other(self) -> None:
        rows = ask("SELECT tablename, policyname, cmd, permissive FROM pg_policies WHERE schemaname = 'public'")
        found = {(name, command) for _, name, command, _ in rows}
        assert found == {("tenant", "ALL"), ("across", "SELECT"), ("search_reads_all", "SELECT")}
        assert {row[0] for row in rows} == {model._meta.db_table for model in TENANT_MODELS}

    def test_what_search_may_read_over_all_is_nobodys_to_read_directly(self) -> None:
        """Its policy is for a role that owns the search function and that nobody can become."""
        named = ask("SELECT DISTINCT unnest(roles)::text FROM pg_policies WHERE policyname = 'search_reads_all'")
        assert named
        for (role,) in named:
            assert role not in ("public", ask("SELECT current_user")[0][0])
            assert (
                ask(
                    f"SELECT pg_has_role(current_user, '{role}', 'MEMBER'), rolcanlogin FROM pg_roles "
                    f"WHERE rolname = '{role}'"
                )[0][0]
                is False
            )

    def test_no_policy_lets_a_connection_without_a_workspace_in(self) -> None:
        for using, check in ask("SELECT qual, with_check FROM pg_policies WHERE policyname = 'tenant'"):
            assert using == check
            assert "NULLIF(current_setting('app.workspace'" in using

    def test_every_reference_between_tenants_tables_carries_the_workspace(self) -> None:
        rows = ask(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND conname LIKE '%_tenant'"
        )
        assert len(rows) >= 20
        for _table, definition in rows:
            assert definition.startswith("FOREIGN KEY (workspace_id, ")
            assert "(workspace_id, id)" in definition
            assert "DEFERRABLE INITIALLY DEFERRED" in definition

    def test_each_of_them_is_valid(self) -> None:
        assert ask("SELECT conname FROM pg_constraint WHERE NOT convalidated") == []

    def test_the_app_role_can_neither_bypass_nor_change_it(self) -> None:
        ((superuser, bypasses, creates),) = ask(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert (superuser, bypasses, creates) == (False, False, False)


class Schema:
    """What an operation would run."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.connection = SimpleNamespace(alias="default")

    def execute(self, statement: str) -> None:
        self.ran.append(statement)

    @staticmethod
    def quote_name(name: str) -> str:
        return f'"{name}"'


@pytest.fixture(scope="module")
def state() -> ProjectState:
    return MigrationLoader(None).project_state()


def run(operation: Any, state: ProjectState, app: str, *, backwards: bool = False) -> list[str]:
    schema: Any = Schema()
    (operation.database_backwards if backwards else operation.database_forwards)(app, schema, state, state)
    return list(schema.ran)


class TestEnabling:
    def test_forces_checks_and_refers(self, state: ProjectState) -> None:
        first, policy, unique, *foreign = run(EnableRLS("Identity"), state, "crm")
        assert "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY" in first
        assert "USING" in policy
        assert "WITH CHECK" in policy
        assert "UNIQUE (workspace_id, id)" in unique
        assert [line.split("FOREIGN KEY ")[1].split(" DEFERRABLE")[0] for line in foreign] == [
            '(workspace_id, "contact_id") REFERENCES "crm_contact" (workspace_id, id)'
        ]

    @pytest.mark.parametrize("across", [True, False])
    def test_lets_a_crossing_connection_read_where_that_is_spelt_out(self, state: ProjectState, across: bool) -> None:
        policies = [line for line in run(EnableRLS("EventRow", across=across), state, "workspaces") if "POLICY" in line]
        assert len(policies) == (2 if across else 1)
        assert all("FOR SELECT" in line and "WITH CHECK" not in line for line in policies[1:])

    def test_backwards_undoes_each_thing_it_did(self, state: ProjectState) -> None:
        undone = " ".join(run(EnableRLS("Identity", across=True), state, "crm", backwards=True))
        for thing in ("crm_identity_contact_id_tenant", '"crm_identity_tenant"', "across", "tenant ON", "NO FORCE"):
            assert thing in undone
        assert "DISABLE ROW LEVEL SECURITY" in undone

    def test_changes_no_state_and_says_what_it_is(self, state: ProjectState) -> None:
        operation = EnableRLS("Identity", across=True)
        before = state.clone()
        operation.state_forwards("crm", state)
        assert state == before
        assert operation.deconstruct() == ("EnableRLS", ["Identity"], {"across": True})
        assert EnableRLS("Identity").deconstruct() == ("EnableRLS", ["Identity"], {})
        assert "Identity" in operation.describe()


class TestAddingAReference:
    def test_validates_in_a_statement_of_its_own(self, state: ProjectState) -> None:
        add, validate = run(AddReference("Identity", "contact"), state, "crm")
        assert add.endswith("NOT VALID")
        assert validate == 'ALTER TABLE "crm_identity" VALIDATE CONSTRAINT "crm_identity_contact_id_tenant"'
        assert AddReference.atomic is False

    def test_backwards_drops_it(self, state: ProjectState) -> None:
        (dropped,) = run(AddReference("Identity", "contact"), state, "crm", backwards=True)
        assert dropped == 'ALTER TABLE "crm_identity" DROP CONSTRAINT IF EXISTS "crm_identity_contact_id_tenant"'

    def test_changes_no_state_and_says_what_it_is(self, state: ProjectState) -> None:
        operation = AddReference("Identity", "contact")
        before = state.clone()
        operation.state_forwards("crm", state)
        assert state == before
        assert operation.deconstruct() == ("AddReference", ["Identity", "contact"], {})
        assert "Identity.contact" in operation.describe()


class TestReferences:
    def test_are_those_to_rows_of_the_same_workspace(self) -> None:
        found = {
            model._meta.label: {field.name for field in references(model)}
            for model in TENANT_MODELS
            if references(model)
        }
        assert found["crm.Identity"] == {"contact"}
        assert found["inbox.Conversation"] == {"channel", "contact", "identity", "assignee", "team"}
        assert found["inbox.Message"] == {"conversation", "channel", "author", "reply_to"}
        assert "workspaces.Membership" not in found  # its user is nobody's tenant

    @pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
    def test_have_no_plain_constraint_beside_the_composite_one(self, model: Any) -> None:
        for field in references(model):
            assert vars(field)["db_constraint"] is False
            assert f'"{field.column}") REFERENCES' in reference_sql(model._meta.db_table, field)

    def test_every_tenant_model_is_of_a_room(self) -> None:
        assert {model._meta.app_label for model in TENANT_MODELS} <= set(ROOMS)


class TestGrants:
    def test_what_is_granted_is_revoked(self) -> None:
        given, taken = Schema(), Schema()
        grant(None, given)  # type: ignore[arg-type]
        revoke(None, taken)  # type: ignore[arg-type]
        assert {"TABLES", "SEQUENCES"} <= {word for line in taken.ran for word in line.split()}
        assert len(taken.ran) == len(given.ran) - 1  # the schema itself stays usable
        assert all("SUPERUSER" not in line and "TRUNCATE" not in line for line in given.ran)
