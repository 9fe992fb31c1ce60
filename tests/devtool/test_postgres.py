"""The real server, in a folder with a blank in its name, through everything that can happen to it."""

from __future__ import annotations

import os
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from devtool import places
from devtool.errors import Stop
from devtool.places import SOCKET_NAME, socket_folder
from devtool.postgres import Postgres
from devtool.process import Identity, wait_until

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture
def postgres(var: Path) -> Iterator[Postgres]:
    server = Postgres(var)
    try:
        yield server
    finally:
        server.stop()


def one(server: Postgres, statement: str, role: str = "plaza_app") -> object:
    with psycopg.connect(server.url(role), autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def test_from_nothing_through_a_power_cut_and_back(postgres: Postgres) -> None:
    postgres.start()
    with psycopg.connect(postgres.url("plaza_owner")) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS n")
    postgres.kill()
    assert not postgres.running()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.url())
    postgres.start()
    assert one(postgres, "SELECT n FROM kept", "plaza_owner") == 7


def test_only_the_postmaster_dies(postgres: Postgres) -> None:
    """Its backends hold the shared memory: the next start has to end them."""
    postgres.start()
    identity = postgres.record.read()
    assert identity
    with psycopg.connect(postgres.url()) as busy:
        os.kill(identity.pid, signal.SIGKILL)
        assert wait_until(lambda: not identity.alive(), 5)
        postgres.start()
        assert one(postgres, "SELECT 1") == 1
        with pytest.raises(psycopg.OperationalError):
            busy.execute("SELECT 1")


def test_starting_twice_starts_once(postgres: Postgres) -> None:
    postgres.start()
    first = postgres.record.read()
    postgres.start()
    assert postgres.record.read() == first
    other = Postgres(postgres.var)
    assert other.running()
    other.start()
    assert other.record.read() == first


def test_another_handle_can_stop_it(postgres: Postgres) -> None:
    postgres.start()
    Postgres(postgres.var).stop()
    assert not postgres.running()


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(postgres: Postgres) -> None:
    postgres.start()
    postgres.kill()
    stale = postgres.place.data / "postmaster.pid"
    stale.write_text(
        f"{os.getpid()}\n{postgres.place.data}\n{int(time.time())}\n5432\n{postgres.socket}\n\n0 0\nready\n"
    )
    assert not postgres.running()
    postgres.start()
    assert Identity.of(os.getpid())
    assert one(postgres, "SELECT 1") == 1


def test_half_a_cluster_is_made_anew(postgres: Postgres) -> None:
    draft = postgres.place.data.with_name("draft")
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    postgres.start()
    assert not draft.exists()
    assert one(postgres, "SELECT current_database()") == "plaza"


def test_the_roles_are_what_row_level_security_needs(postgres: Postgres) -> None:
    postgres.start()
    found = postgres.psql(
        "--command",
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles"
        " WHERE rolname LIKE 'plaza%' ORDER BY 1",
    )
    assert found.splitlines() == ["plaza_app|f|f|f|f|t", "plaza_owner|f|f|f|t|t"]
    assert one(postgres, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'plaza'") == "plaza_owner"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        one(postgres, "CREATE TABLE nobody_asked (id int)")


def test_what_the_benches_rely_on(postgres: Postgres) -> None:
    postgres.start()
    for name, value in {"fsync": "on", "synchronous_commit": "on", "max_connections": "200"}.items():
        assert one(postgres, f"SHOW {name}") == value
    assert one(postgres, "SHOW listen_addresses") == ""


def test_a_server_that_cannot_start_says_why(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    (postgres.place.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(Stop, match="contains errors"):
        postgres.start()


class TestTheSocket:
    def test_its_path_is_short_and_its_folder_private(self, postgres: Postgres) -> None:
        postgres.start()
        assert len(os.fsencode(postgres.socket_path())) <= 100
        assert stat.S_IMODE(postgres.socket.stat().st_mode) == 0o700
        assert postgres.socket_path().is_socket()

    def test_the_same_folder_at_every_start(self, var: Path) -> None:
        assert socket_folder(var, None) == socket_folder(var, None)

    def test_a_folder_that_somebody_else_opened_is_not_used_again(self, var: Path) -> None:
        first = socket_folder(var, None)
        first.chmod(0o777)
        assert socket_folder(var, None) != first

    def test_a_long_or_odd_temporary_folder_is_avoided(self, var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for temporary in ("/tmp/" + "x" * 90, "/tmp/a b"):
            monkeypatch.setattr(tempfile, "gettempdir", lambda path=temporary: path)
            folder = places._short_folder()
            assert folder.parent == Path("/tmp")
            folder.rmdir()
        assert len(SOCKET_NAME) == len(".s.PGSQL.5432")


@needs_root
class TestAsRoot:
    def test_it_runs_as_somebody_else(self, postgres: Postgres) -> None:
        postgres.start()
        identity = postgres.record.read()
        assert identity
        assert Path(f"/proc/{identity.pid}").stat().st_uid != 0
        assert stat.S_IMODE(postgres.place.data.stat().st_mode) == 0o700

    def test_below_a_closed_folder_it_lives_outside(self, var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        outside = var.parent / "outside"
        outside.mkdir()
        monkeypatch.setattr(places, "CLOSED_HOME", outside)
        closed = var / "closed"
        closed.mkdir(parents=True)
        closed.chmod(0o700)
        server = Postgres(closed / "var")
        try:
            server.start()
            assert outside in server.place.data.parents
            assert one(server, "SELECT 1") == 1
            assert stat.S_IMODE(closed.stat().st_mode) == 0o700, "nothing was opened for it"
        finally:
            server.stop()

    def test_it_stays_with_the_user_who_made_it(self, var: Path) -> None:
        data = var / "postgres" / "data"
        data.mkdir(parents=True)
        os.chown(data, 65534, 65534)
        account = Postgres(var).place.account
        assert account is not None
        assert account.uid == 65534
