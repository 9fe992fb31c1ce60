"""Group commit: the bodies that come while one statement is being committed go together in the next one.

Async, because the door is: one connection of its own, outside Django's pool, which every flush needs whole and no two
need at once. A connection that failed is thrown away and the next flush opens another, so nothing has to notice that
the database is back.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import psycopg

from channels_meta import sql
from channels_meta.parts import Part

logger = logging.getLogger(__name__)

FLUSH_BODIES = 200
FLUSH_BYTES = 16 * 1024 * 1024
FLUSH_SECONDS = 5.0
MAX_WAITING = 2_000
MAX_WAITING_BYTES = 64 * 1024 * 1024
MAX_STUCK = 4  # flushes that a silent server still holds; beyond them nothing is tried until one lets go

Connection = psycopg.AsyncConnection[Any]
Lane = tuple[str, str, str]  # platform, account key, lane


class Unavailable(Exception):
    """Not stored, as far as we know; the platform is to try again."""


class Entry(NamedTuple):
    platform: str
    app: str
    body: bytes
    parts: Sequence[Part]

    def lanes(self) -> Iterable[Lane]:
        return ((self.platform, part.account_key, part.lane) for part in self.parts)


class Ledger:
    """`on_stored(lanes, bodies)` is called after each COMMIT with what it brought."""

    def __init__(self, conninfo: Callable[[], str], on_stored: Callable[[set[Lane], int], None]) -> None:
        self._conninfo = conninfo
        self._on_stored = on_stored
        self._waiting: deque[tuple[Entry, asyncio.Future[None]]] = deque()
        self._waiting_bytes = 0
        self._some = asyncio.Event()
        self._connection: Connection | None = None
        self._stuck: set[asyncio.Task[None]] = set()
        self._runner: asyncio.Task[None] | None = None
        self._closing = False

    def open(self) -> None:
        self._runner = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stores what is waiting, then stops."""
        self._closing = True
        self._some.set()
        if self._runner is not None:
            await self._runner
        for task in self._stuck:
            task.cancel()
        await self._hang_up()

    async def write(self, entry: Entry) -> None:
        """Answers after COMMIT; raises Unavailable when it did not come to that."""
        full = len(self._waiting) >= MAX_WAITING or self._waiting_bytes >= MAX_WAITING_BYTES
        if full or self._closing or self._runner is None:
            raise Unavailable("full" if full else "closed")
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, stored))
        self._waiting_bytes += len(entry.body)
        self._some.set()
        await stored

    async def _run(self) -> None:
        while not (self._closing and not self._waiting):
            await self._some.wait()
            batch = self._next_batch()
            if not batch:
                self._some.clear()
                continue
            entries = [entry for entry, _ in batch]
            try:
                await self._flush(entries)
            except Exception as error:  # noqa: BLE001 - whatever it was, nobody may be told that it is stored
                logger.warning("webhooks not stored, %s of them: %s", len(batch), type(error).__name__)
                self._refuse([*batch, *self._waiting])
            else:
                self._settle(batch, entries)

    def _next_batch(self) -> list[tuple[Entry, asyncio.Future[None]]]:
        batch: list[tuple[Entry, asyncio.Future[None]]] = []
        size = 0
        while self._waiting and len(batch) < FLUSH_BODIES and size < FLUSH_BYTES:
            batch.append(self._waiting.popleft())
            size += len(batch[-1][0].body)
        self._waiting_bytes -= size
        return batch

    def _settle(self, batch: list[tuple[Entry, asyncio.Future[None]]], entries: list[Entry]) -> None:
        for _, stored in batch:
            if not stored.done():
                stored.set_result(None)
        try:
            self._on_stored({lane for entry in entries for lane in entry.lanes()}, len(entries))
        except Exception as error:  # noqa: BLE001 - stored it is, and what nobody heard of the clock finds
            logger.warning("nobody was told of %s webhooks: %s", len(entries), type(error).__name__)

    def _refuse(self, batch: list[tuple[Entry, asyncio.Future[None]]]) -> None:
        """Those behind the failed flush too: waiting for another one that fails would only be slower."""
        self._waiting.clear()
        self._waiting_bytes = 0
        for _, stored in batch:
            if not stored.done():
                stored.set_exception(Unavailable("the database did not answer"))

    async def _flush(self, entries: list[Entry]) -> None:
        """Not cancelled when it takes too long, since that waits for the server too: left behind, with its
        connection. Should it commit after all, the platform's second try is the duplicate that it may always send."""
        if len(self._stuck) >= MAX_STUCK:
            raise Unavailable("the database holds too many flushes")
        task = asyncio.create_task(self._store(entries))
        done, _ = await asyncio.wait({task}, timeout=FLUSH_SECONDS)
        if not done:
            self._stuck.add(task)
            task.add_done_callback(self._let_go)
            raise Unavailable("the database did not answer in time")
        task.result()

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._stuck.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.warning("a late flush failed: %s", type(task.exception()).__name__)

    async def _store(self, entries: list[Entry]) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await self._execute(connection, entries)
            except psycopg.OperationalError:
                if not connection.broken:
                    raise
                # The server restarted since the last flush. Should it have stored these after all, they are but the
                # duplicates that a platform's second try would be.
            else:
                return
        await self._execute(await self._connect(), entries)

    async def _connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(self._conninfo(), autocommit=True)

    async def _execute(self, connection: Connection, entries: list[Entry]) -> None:
        """One statement: its answer comes after COMMIT."""
        try:
            await connection.execute(sql.STORE, columns(entries))
        except BaseException:
            await connection.close()
            raise
        if asyncio.current_task() in self._stuck:
            await connection.close()  # another took its place
        else:
            self._connection = connection

    async def _hang_up(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


def columns(entries: list[Entry]) -> list[list[Any]]:
    parts = [(place, part) for place, entry in enumerate(entries, 1) for part in entry.parts]
    return [
        [entry.platform for entry in entries],
        [entry.app for entry in entries],
        [entry.body for entry in entries],
        [place for place, _ in parts],
        [part.account_key for _, part in parts],
        [part.lane for _, part in parts],
        [part.payload for _, part in parts],
    ]
