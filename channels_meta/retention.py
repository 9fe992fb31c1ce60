"""What of the raw bodies is kept, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from channels_meta import sql

BATCH = 1_000


def forget_old_bodies() -> int:
    """Bodies and finished parts older than settings.WEBHOOK_RETENTION_DAYS, in small transactions. Dead letters stay,
    and what no channel took stays with its body. Answers how many bodies went."""
    age = settings.WEBHOOK_RETENTION_DAYS * 86_400
    forgotten = sum(_counted(sql.FORGET_BODIES, ids) for ids in _old(sql.OLD_BODIES, age))
    for ids in _old(sql.OLD_PARTS, age):
        with connection.cursor() as cursor:
            cursor.execute(sql.FORGET_PARTS, [ids])
    return forgotten


def _old(statement: str, age: int) -> Iterator[list[int]]:
    """Batches of ids, oldest first; `age` in seconds."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [last, age, BATCH])
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return
        yield ids
        last = ids[-1]


def _counted(statement: str, ids: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids])
        return int(cursor.fetchone()[0])
