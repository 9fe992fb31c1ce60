"""The benchmarks' own databases, beside the one that the servers bring: made once, kept with what fills them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit, urlunsplit

import psycopg

from devtool.errors import UNAVAILABLE, Stop
from devtool.paths import PYTHON, ROOT
from devtool.prepared import preparing_digest

Connection = psycopg.Connection[tuple[object, ...]]


def url_of(name: str, role: str = "DATABASE_URL") -> str:
    """The same server and role with another database."""
    return urlunsplit(urlsplit(os.environ[role])._replace(path=f"/{name}"))


def environment(name: str) -> dict[str, str]:
    """For a process that works on this database, as in production."""
    urls = {role: url_of(name, role) for role in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    return {**os.environ, **urls, "DEBUG": "0", "LOG_LEVEL": "WARNING"}


def owner(name: str) -> Connection:
    return psycopg.connect(url_of(name, "DATABASE_OWNER_URL"), autocommit=True)


def filled(name: str, version: str, fill: Callable[[str], None]) -> str:
    """A migrated database that `fill(name)` has filled; made again when the migrations or `version` changed."""
    wanted = f"{preparing_digest()} {version}"
    with owner("postgres") as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if row is not None and row[0] == wanted:
            return name
        _run(connection, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
        migrate(environment(name))
        fill(name)
        _run(connection, f"COMMENT ON DATABASE \"{name}\" IS '{wanted}'")
    return name


def fresh(name: str, template: str) -> str:
    """A copy of a filled database, to be written to."""
    with owner("postgres") as connection:
        _run(
            connection,
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
            f'CREATE DATABASE "{name}" TEMPLATE "{template}"',
        )
    return name


def drop(name: str) -> None:
    with owner("postgres") as connection:
        _run(connection, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def migrate(env: Mapping[str, str]) -> None:
    manage(env, "migrate", "--no-input", "-v", "0")


def manage(env: Mapping[str, str], *arguments: str) -> None:
    argv = [str(PYTHON), "manage.py", *arguments]
    done = subprocess.run(argv, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(f"manage {arguments[0]} failed: {done.stderr.strip().splitlines()[-1]}", UNAVAILABLE)


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(statement)
