"""Which workspace this thread or task is working for: one context variable, read by the managers, the database backend
and the logs. Only `workspaces.tenancy` sets it."""

from contextvars import ContextVar

CROSSING = -1  # reading over all workspaces; the database lets such a connection read a few tables and write none

current: ContextVar[int | None] = ContextVar("workspace", default=None)


def as_setting() -> str:
    """The value of the database's `app.workspace` for the scope now open; empty outside every scope."""
    workspace = current.get()
    return "" if workspace is None else str(workspace)
