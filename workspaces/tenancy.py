"""Tenancy, whole: the scope, the managers that filter by it, the field that carries it, the migration operation that
makes the database enforce it.

`enter(workspace)` is the only way into a scope; `tests/test_tenancy.py` lists its callers. Inside it every
`WorkspaceModel.objects` query is filtered by the workspace, and row-level security refuses what slips past; outside
it such a query raises when it runs. `across()` reads over all workspaces through `Model.across_workspaces`, writes
nothing, and is spelt out where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.sql.compiler import SQLCompiler
from django.urls import get_script_prefix, get_urlconf, reverse, set_script_prefix, set_urlconf

from workspaces import lookups, scope

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from workspaces.models import Workspace

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)

lookups.register()

_entered: ContextVar[Workspace | None] = ContextVar("entered", default=None)


class NoWorkspace(RuntimeError):
    """A tenant's rows were asked for outside every workspace."""


class WrongWorkspace(RuntimeError):
    """A scope was opened inside another workspace's scope."""


def current_id() -> int:
    workspace = scope.current.get()
    if workspace is None:
        raise NoWorkspace("no workspace is entered: tenancy.enter(workspace) opens the scope")
    if workspace == scope.CROSSING:
        raise NoWorkspace("reading across workspaces: use Model.across_workspaces, or enter one workspace to write")
    return workspace


def current() -> Workspace:
    """The workspace whose scope is open."""
    current_id()
    workspace = _entered.get()
    assert workspace is not None
    return workspace


def is_entered() -> bool:
    workspace = scope.current.get()
    return workspace is not None and workspace != scope.CROSSING


@contextmanager
def enter(workspace: Workspace) -> Iterator[Workspace]:
    """Works for `workspace` until the block ends: queries, the database setting, `reverse()` and its URLs."""
    held = scope.current.get()
    if held not in (None, scope.CROSSING, workspace.pk):
        raise WrongWorkspace(f"workspace {held} is entered already; {workspace.pk} was asked for")
    token, entered = scope.current.set(workspace.pk), _entered.set(workspace)
    prefix, urlconf = get_script_prefix(), get_urlconf()
    set_script_prefix(f"/w/{workspace.slug}/")
    set_urlconf(settings.WORKSPACE_URLCONF)
    try:
        yield workspace
    finally:
        set_urlconf(urlconf)
        set_script_prefix(prefix)
        _entered.reset(entered)
        scope.current.reset(token)


@contextmanager
def across() -> Iterator[None]:
    """Reads over all workspaces until the block ends, through `Model.across_workspaces` only."""
    token = scope.current.set(scope.CROSSING)
    try:
        yield
    finally:
        scope.current.reset(token)


def global_reverse(name: str, *args: Any) -> str:
    """The path of a page outside every workspace (login, webhooks, OAuth returns), also from inside one."""
    prefix = get_script_prefix()
    set_script_prefix("/")
    try:
        return reverse(name, urlconf=settings.ROOT_URLCONF, args=args)
    finally:
        set_script_prefix(prefix)


class _Bound(models.Expression):
    """A number decided when the query runs, not when it is written."""

    output_field = models.BigIntegerField()

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        return "%s", (self.number(),)

    def number(self) -> int:
        raise NotImplementedError


class CurrentWorkspace(_Bound):
    def number(self) -> int:
        return current_id()


class Anywhere(_Bound):
    """A floor under every id that exists only while crossing is spelt out."""

    def number(self) -> int:
        if scope.current.get() != scope.CROSSING:
            raise NoWorkspace("across_workspaces is read inside tenancy.across() only")
        return 0


class ScopedManager(models.Manager[Row_co]):
    def get_queryset(self) -> models.QuerySet[Row_co]:
        return super().get_queryset().filter(workspace_id=CurrentWorkspace())


class CrossingManager(models.Manager[Row_co]):
    def get_queryset(self) -> models.QuerySet[Row_co]:
        return super().get_queryset().filter(workspace_id__gt=Anywhere())


class WorkspaceForeignKey(models.ForeignKey[Any, Any]):
    """A reference between two rows of one workspace. Its constraint is the composite one that `EnableRLS` adds."""

    def __init__(self, to: Any, on_delete: Any, **options: Any) -> None:
        options.setdefault("db_index", False)
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)


class WorkspaceModel(models.Model):
    """A row of one workspace. No constraint to the workspace's row: each insert would lock that one row, and the
    policy's WITH CHECK already pins the value to the workspace that was entered."""

    workspace = models.ForeignKey(
        "workspaces.Workspace",
        models.CASCADE,
        default=current_id,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()
    across_workspaces: ClassVar[CrossingManager[Self]] = CrossingManager()

    class Meta:
        abstract = True
