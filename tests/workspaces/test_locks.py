"""Advisory locks, seen from two connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from workspaces import locks, sql

Other = Any


@pytest.fixture
def other(db: None) -> Iterator[Other]:
    """Another process's connection, in a transaction of its own."""
    values = connection.get_connection_params()
    with psycopg.connect(**{key: values[key] for key in ("dbname", "user", "host") if key in values}) as held:
        yield held


def held_by(other: Other, statement: str, family: str, name: str) -> Any:
    return other.execute(statement, [locks._family(family), name]).fetchone()[0]


@given(st.text())
def test_a_family_is_a_number_that_postgres_takes(name: str) -> None:
    assert -(2**31) <= locks._family(name) < 2**31


def test_families_of_the_house_do_not_collide() -> None:
    names = ["events", "receipts", "people", "clock", "drain", "test"]
    assert len({locks._family(name) for name in names}) == len(names)


class TestExclusive:
    @pytest.mark.parametrize(
        ("family", "name", "given"), [("a", "1", False), ("a", "2", True), ("b", "1", True), ("a", "", True)]
    )
    def test_it_is_given_once_by_family_and_name(self, other: Other, family: str, name: str, given: bool) -> None:
        assert locks.try_lock("a", "1")
        assert held_by(other, sql.TRY_LOCK, family, name) is given

    def test_it_ends_with_the_others_transaction(self, other: Other) -> None:
        assert held_by(other, sql.TRY_LOCK, "a", "1")
        assert not locks.try_lock("a", "1")
        other.rollback()
        assert locks.try_lock("a", "1")

    def test_it_ends_with_a_savepoint_that_is_rolled_back(self, other: Other) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            assert locks.try_lock("a", "1")
            raise ZeroDivisionError
        assert held_by(other, sql.TRY_LOCK, "a", "1")

    def test_who_holds_it_is_given_it_again(self, db: None) -> None:
        assert [locks.try_lock("a", "1") for _ in range(3)] == [True] * 3

    def test_who_must_have_it_waits(self, other: Other) -> None:
        assert held_by(other, sql.TRY_LOCK, "a", "1")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            locks.lock("a", "1")
        other.rollback()
        locks.lock("a", "1")
        assert not held_by(other, sql.TRY_LOCK, "a", "1")


class TestShared:
    def test_many_share_it_and_nobody_has_it_alone_meanwhile(self, other: Other) -> None:
        locks.share("a", "1")
        other.execute(sql.LOCK_SHARED, [locks._family("a"), "1"])
        assert not locks.try_lock("a", "1")
        other.rollback()
        assert locks.try_lock("a", "1")

    def test_it_waits_for_who_has_it_alone(self, other: Other) -> None:
        assert held_by(other, sql.TRY_LOCK, "a", "1")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            locks.share("a", "1")


class TestOfTheSession:
    def test_it_outlives_the_transaction(self, other: Other) -> None:
        assert held_by(other, sql.TRY_SESSION_LOCK, "a", "session")
        other.commit()
        assert not locks.try_session_lock("a", "session")
        other.execute("SELECT pg_advisory_unlock_all()")
        assert locks.try_session_lock("a", "session")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
