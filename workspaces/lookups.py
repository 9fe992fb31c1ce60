"""Lookups that every model has (registered by `workspaces.tenancy`, which every model comes by)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.sql.compiler import SQLCompiler


class AnyOf(models.Lookup):
    """`field__any_of=[…]`: like `in`, but one parameter for the whole list. A statement with hundreds of placeholders
    costs more to write and to read than to run."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*parameters, list(self.rhs))


def register() -> None:
    for field in (models.Field, models.ForeignObject):
        field.register_lookup(AnyOf)
