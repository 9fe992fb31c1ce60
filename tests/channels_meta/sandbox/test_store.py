"""The sandbox's one file: what one turn of the loop writes is committed together, and durable when it says so."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from channels_meta.sandbox.store import Store

T = TypeVar("T")


def with_store(tmp_path: Path, scenario: Callable[[Store], Awaitable[T]]) -> T:
    async def play() -> T:
        store = Store(tmp_path / "folder" / "store.sqlite3")
        try:
            return await scenario(store)
        finally:
            store.close()

    return asyncio.run(play())


def seen_by_others(tmp_path: Path) -> list[str]:
    with sqlite3.connect(tmp_path / "folder" / "store.sqlite3") as other:
        found = [row[0] for row in other.execute("SELECT scope FROM knobs ORDER BY scope")]
    other.close()
    return found


def write(store: Store, scope: str) -> None:
    store.write("INSERT INTO knobs VALUES (?, '{}')", scope)


def test_nothing_is_seen_before_the_turn_ends_and_all_of_it_after(tmp_path: Path) -> None:
    async def scenario(store: Store) -> tuple[list[str], list[str]]:
        write(store, "a")
        write(store, "b")
        during = seen_by_others(tmp_path)
        await store.committed()
        return during, seen_by_others(tmp_path)

    assert with_store(tmp_path, scenario) == ([], ["a", "b"])


def test_nothing_written_is_committed_at_once(tmp_path: Path) -> None:
    async def scenario(store: Store) -> int:
        await asyncio.wait_for(store.committed(), 1)
        return store.rev

    assert with_store(tmp_path, scenario) == 0


def test_each_commit_is_a_change(tmp_path: Path) -> None:
    async def scenario(store: Store) -> list[int]:
        revs = []
        for scope in "abc":
            waiting = asyncio.ensure_future(store.changed())
            await asyncio.sleep(0)
            write(store, scope)
            await store.committed()
            await asyncio.wait_for(waiting, 1)
            revs.append(store.rev)
        return revs

    assert with_store(tmp_path, scenario) == [1, 2, 3]


def test_closing_writes_what_is_open(tmp_path: Path) -> None:
    async def scenario(store: Store) -> None:
        write(store, "last")

    with_store(tmp_path, scenario)
    assert seen_by_others(tmp_path) == ["last"]


def test_who_waits_for_durability_is_told_when_there_is_none(tmp_path: Path) -> None:
    async def scenario(store: Store) -> None:
        write(store, "a")
        store.db.execute("ROLLBACK")  # as a full disk does
        with pytest.raises(sqlite3.Error):
            await store.committed()
        write(store, "b")
        await store.committed()

    with_store(tmp_path, scenario)
    assert seen_by_others(tmp_path) == ["b"]


def test_leaving_ends_every_wait(tmp_path: Path) -> None:
    async def scenario(store: Store) -> bool:
        waiting = asyncio.ensure_future(store.changed())
        await asyncio.sleep(0)
        await asyncio.to_thread(store.leave)
        await asyncio.wait_for(waiting, 1)
        return store.leaving

    assert with_store(tmp_path, scenario)


def test_clearing_leaves_no_row(tmp_path: Path) -> None:
    async def scenario(store: Store) -> list[int]:
        write(store, "a")
        store.write("INSERT INTO mails (at, sender, recipients, subject, raw) VALUES (1, 's', 'r', 't', x'00')")
        store.clear()
        await store.committed()
        tables = [row[0] for row in store.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ours = [name for name in tables if not name.startswith("sqlite_")]
        return [store.number(f"SELECT count(*) FROM {name}") for name in ours]

    assert set(with_store(tmp_path, scenario)) == {0}


@pytest.mark.parametrize(
    ("query", "found"),
    [("SELECT 7", 7), ("SELECT NULL", 0), ("SELECT scope FROM knobs", 0), ("SELECT max(at) FROM mails", 0)],
)
def test_a_number_or_zero(tmp_path: Path, query: str, found: int) -> None:
    async def scenario(store: Store) -> int:
        return store.number(query)

    assert with_store(tmp_path, scenario) == found


@pytest.mark.parametrize("number", [2**63, -(2**70), 10**30])
def test_no_row_has_a_number_that_large(tmp_path: Path, number: int) -> None:
    async def scenario(store: Store) -> tuple[object, list[object]]:
        asked = "SELECT * FROM mails WHERE id = ?"
        return store.one(asked, number), list(store.all(asked, number))

    assert with_store(tmp_path, scenario) == (None, [])
