"""Migration operations that make PostgreSQL enforce tenancy: row-level security and composite foreign keys."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

SCOPE = "NULLIF(current_setting('app.workspace', true), '')::bigint"


def references(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    """The model's foreign keys to other rows of the same workspace."""
    return [
        field
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and field.name != "workspace"
        and any(other.name == "workspace" for other in field.related_model._meta.local_fields)
    ]


class EnableRLS(Operation):
    """Row-level security for a model's table, forced for its owner too, and a composite foreign key
    (workspace_id, x_id) → (workspace_id, id) for each reference, so that no row can point into another workspace.

    across: whether a connection that reads across workspaces (see `tenancy.across`) may SELECT from it."""

    reversible = True

    def __init__(self, model_name: str, *, across: bool = False) -> None:
        self.model_name = model_name
        self.across = across

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name], {"across": self.across} if self.across else {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table
        run = schema_editor.execute
        run(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')
        run(f'CREATE POLICY tenant ON "{table}" USING (workspace_id = {SCOPE}) WITH CHECK (workspace_id = {SCOPE})')
        if self.across:
            crossing = "current_setting('app.workspace', true) = '-1'"
            run(f'CREATE POLICY across ON "{table}" FOR SELECT USING ({crossing})')
        run(f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_tenant" UNIQUE (workspace_id, id)')
        for field in references(model):
            run(reference_sql(table, field))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table
        run = schema_editor.execute
        for field in references(model):
            run(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table}_{field.column}_tenant"')
        run(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table}_tenant" CASCADE')
        run(f'DROP POLICY IF EXISTS across ON "{table}"')
        run(f'DROP POLICY IF EXISTS tenant ON "{table}"')
        run(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY')

    def describe(self) -> str:
        return f"Row-level security for {self.model_name}"


class AddReference(Operation):
    """The composite constraint for a foreign key added after its table: validated in a statement of its own, so that
    a live table is not locked while its rows are checked."""

    reversible = True
    atomic = False

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name, self.name], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table
        field = next(field for field in references(model) if field.name == self.name)
        schema_editor.execute(f"{reference_sql(table, field)} NOT VALID")
        schema_editor.execute(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{table}_{field.column}_tenant"')

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        table, column = model._meta.db_table, model._meta.get_field(self.name).column
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table}_{column}_tenant"')

    def describe(self) -> str:
        return f"Composite foreign key for {self.model_name}.{self.name}"


def reference_sql(table: str, field: models.ForeignKey[Any, Any]) -> str:
    target = field.related_model._meta.db_table
    return (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{field.column}_tenant" '
        f'FOREIGN KEY (workspace_id, "{field.column}") REFERENCES "{target}" (workspace_id, id) '
        "DEFERRABLE INITIALLY DEFERRED"
    )
