"""The drill's own database: a copy of a migrated and seeded one, read by the superuser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.drill import sql
from bench.drill.records import Attempt, Evidence, Row, Said, Thread
from devtool.postgres import Postgres

TEMPLATE = "drill_template"


@dataclass(frozen=True)
class Backlog:
    """I9: what is still to be done. Dead event rows are done badly."""

    parts: int
    deliveries: int
    events: int
    dead_events: int

    @property
    def waiting(self) -> int:
        return self.parts + self.deliveries + self.events


class Database:
    """Every question opens a connection of its own: the server may have been away in between."""

    def __init__(self, postgres: Postgres, name: str) -> None:
        self.postgres, self.name = postgres, name

    def url(self, role: str) -> str:
        return self.postgres.url(role, self.name)

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url("postgres"), connect_timeout=5, autocommit=True) as connection:
            return connection.execute(statement, values or None).fetchall()

    def number(self, statement: str, *values: Any) -> int:
        return int(self.ask(statement, *values)[0][0])

    def backlog(self) -> Backlog:
        return Backlog(*self.ask(sql.BACKLOG)[0])

    def evidence(self, said: Sequence[Said]) -> Evidence:
        return Evidence(
            said=list(said),
            rows=[Row(*row) for row in self.ask(sql.MESSAGES)],
            attempts=[Attempt(*row) for row in self.ask(sql.DELIVERIES)],
            threads=[Thread(*row) for row in self.ask(sql.THREADS)],
            owners=dict(self.ask(sql.OWNERS)),
        )

    def bodies(self) -> Counter[str]:
        return Counter(dict(self.ask(sql.BODIES)))

    def parts(self) -> dict[int, int]:
        return dict(self.ask(sql.PARTS))

    def states(self) -> dict[int, int]:
        return dict(self.ask(sql.STATES))

    def conversations(self, wamids: Sequence[str]) -> list[int]:
        """In which conversation each of these messages stands."""
        found = dict(self.ask(sql.CONVERSATIONS, list(wamids)))
        return [found[wamid] for wamid in wamids]


@contextmanager
def copied(postgres: Postgres, name: str) -> Iterator[Database]:
    _administer(postgres, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _administer(postgres, f'CREATE DATABASE "{name}" OWNER plaza_owner TEMPLATE "{TEMPLATE}"')
    try:
        yield Database(postgres, name)
    finally:
        postgres.start()  # a drill that broke off may have left it stopped
        _administer(postgres, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def make_template(postgres: Postgres) -> Database:
    """Empty, of the owner's; who calls migrates and seeds it."""
    _administer(postgres, f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
    _administer(postgres, f'CREATE DATABASE "{TEMPLATE}" OWNER plaza_owner')
    return Database(postgres, TEMPLATE)


def drop_template(postgres: Postgres) -> None:
    _administer(postgres, f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')


def _administer(postgres: Postgres, statement: str) -> None:
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(statement)
