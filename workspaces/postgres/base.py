"""Django's PostgreSQL backend, with the open workspace told to the database before the first statement that needs it.

The setting belongs to the connection, not to a transaction, so that pages outside a transaction are covered too. It is
applied when a cursor is made and the connection's last known value differs; whatever may have undone it (a rollback,
a return to the pool) makes that value unknown, so it is applied again. A new connection starts unknown.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from workspaces import scope


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: str | None = None) -> Any:
        self._apply_scope()
        return super().create_cursor(name)

    def _apply_scope(self) -> None:
        wanted = scope.as_setting()
        if getattr(self.connection, "plaza_scope", None) == wanted:
            return
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return  # only a rollback can be said now, and it makes the value unknown anyway
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.workspace', %s, false)", [wanted])
        self.connection.plaza_scope = wanted

    def _forget_scope(self) -> None:
        if self.connection is not None:
            self.connection.plaza_scope = None

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]  # private to Django, so not in its types
        self._forget_scope()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # private to Django, so not in its types
        self._forget_scope()

    def _close(self) -> None:
        self._forget_scope()
        super()._close()  # type: ignore[misc]  # private to Django, so not in its types
