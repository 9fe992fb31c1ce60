"""Whether a database is prepared: never believed of another one, of other files or of half the work."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from devtool import prepared
from devtool.errors import Stop
from devtool.postgres import Postgres
from devtool.prepared import PreparedStamp, forget, preparing_digest, stamp_path


class Database:
    """As much of a server as the stamp asks."""

    def __init__(self, applied: str = "abc") -> None:
        self.applied = applied

    def psql(self, *arguments: str, database: str) -> str:
        assert database == "plaza"
        if not self.applied:
            raise Stop("relation django_migrations does not exist")
        return f"{self.applied}\n"


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def stamp(tmp_path: Path, database: Database) -> PreparedStamp:
    return PreparedStamp(tmp_path, cast("Postgres", database))


def test_without_a_stamp_nothing_is_prepared(stamp: PreparedStamp) -> None:
    assert not stamp.holds()


def test_after_it_is_written_it_is(stamp: PreparedStamp) -> None:
    stamp.write()
    assert stamp.holds()
    assert stamp_path(stamp.path.parent.parent) == stamp.path


@pytest.mark.parametrize("applied", ["other", ""])
def test_another_database_in_the_same_folder_is_not(stamp: PreparedStamp, database: Database, applied: str) -> None:
    stamp.write()
    database.applied = applied
    assert not stamp.holds()


def test_a_database_without_migrations_is_never(stamp: PreparedStamp, database: Database) -> None:
    database.applied = ""
    stamp.write()
    assert not stamp.holds()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"files": 1}', '"x"', "3"])
def test_a_spoilt_stamp_is_none(stamp: PreparedStamp, text: str) -> None:
    stamp.write()
    stamp.path.write_text(text)
    assert not stamp.holds()


def test_forgetting_it_twice(stamp: PreparedStamp, tmp_path: Path) -> None:
    stamp.write()
    forget(tmp_path)
    forget(tmp_path)
    assert not stamp.holds()


class TestDigest:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        for name in (
            "requirements.lock",
            "config/settings.py",
            "inbox/migrations/0001_initial.py",
            "inbox/demo.py",
            "crm/demo/people.py",
            "inbox/models.py",
        ):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        return tmp_path

    @pytest.mark.parametrize(
        ("change", "counts"),
        [
            (lambda root: (root / "inbox/migrations/0001_initial.py").write_text("changed"), True),
            (lambda root: (root / "inbox/migrations/0002_more.py").write_text("new"), True),
            (lambda root: (root / "inbox/migrations/0001_initial.py").unlink(), True),
            (lambda root: (root / "inbox/demo.py").write_text("changed"), True),
            (lambda root: (root / "crm/demo/people.py").write_text("changed"), True),
            (lambda root: (root / "config/settings.py").write_text("changed"), True),
            (lambda root: (root / "requirements.lock").write_text("changed"), True),
            (lambda root: (root / "inbox/demo.py").rename(root / "crm/demo.py"), True),
            (lambda root: (root / "inbox/models.py").write_text("changed"), False),
            (lambda root: (root / "inbox/migrations/notes.txt").write_text("x"), False),
        ],
    )
    def test_it_is_of_what_migrate_and_demo_are_made_of(
        self, root: Path, change: Callable[[Path], object], counts: bool
    ) -> None:
        before = preparing_digest(root)
        assert preparing_digest(root) == before
        change(root)
        assert (preparing_digest(root) != before) is counts

    def test_other_files_are_another_preparation(self, stamp: PreparedStamp, monkeypatch: pytest.MonkeyPatch) -> None:
        stamp.write()
        monkeypatch.setattr(prepared, "preparing_digest", lambda: "other")
        assert not stamp.holds()
        assert json.loads(stamp.path.read_text())["applied"] == "abc"
