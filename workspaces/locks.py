"""Advisory locks by name. A name is hashed to 32 bits: two names that collide wait for each other, no more."""

from __future__ import annotations

import zlib

from django.db import connection

from workspaces import sql


def _family(name: str) -> int:
    return zlib.crc32(name.encode()) - 2**31


def try_lock(family: str, name: str) -> bool:
    """Held until the transaction ends. Take it in a statement of its own, before the rows it guards are read."""
    return _ask(sql.TRY_LOCK, family, name)


def try_session_lock(family: str, name: str) -> bool:
    """Held until the connection closes."""
    return _ask(sql.TRY_SESSION_LOCK, family, name)


def lock(family: str, name: str) -> None:
    """Waits for the lock; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK, [_family(family), name])


def share(family: str, name: str) -> None:
    """Waits while somebody holds the lock alone, not for others who share it; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_SHARED, [_family(family), name])


def _ask(statement: str, family: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_family(family), name])
        row = cursor.fetchone()
    return bool(row and row[0])
