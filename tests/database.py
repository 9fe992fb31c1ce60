"""The test database: one a run (and one a worker of a parallel run), made by the owner role."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from config.env import database


@contextmanager
def made_for_this_run() -> Iterator[None]:
    name = f"test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    owner = database("DATABASE_OWNER_URL", pool=0)
    default = settings.DATABASES["default"]
    app = {key: default[key] for key in ("NAME", "USER", "PASSWORD", "OPTIONS")}
    _administer(owner, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    try:
        _use({**owner, "NAME": name})
        call_command("migrate", verbosity=0, interactive=False)
        with connections["default"].cursor() as cursor:  # tests that commit are cleaned up after
            cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{app["USER"]}"')
        options = {key: value for key, value in app["OPTIONS"].items() if key != "pool"}
        _use({**app, "NAME": name, "OPTIONS": options})
        yield
    finally:
        connections.close_all()
        _administer(owner, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _use(values: dict[str, object]) -> None:
    connections.close_all()
    connections["default"].settings_dict.update(values)


def _administer(owner: dict[str, str], *statements: str) -> None:
    conninfo: dict[str, Any] = {"dbname": "postgres", "user": owner["USER"], "host": owner["HOST"]}
    if owner["PASSWORD"]:
        conninfo["password"] = owner["PASSWORD"]
    if owner["PORT"]:
        conninfo["port"] = owner["PORT"]
    with psycopg.connect(**conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
