import asyncio
import sqlite3
import time
from pathlib import Path

Value = str | int | float | bytes | None
TABLES = (
    "accounts",
    "customers",
    "chats",
    "messages",
    "statuses",
    "rejects",
    "updates",
    "webhooks",
    "attempts",
    "knobs",
    "mails",
)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Store:
    """The sandbox's one SQLite file. All writes of one turn of the event loop are committed together.

    `synchronous=NORMAL` keeps every commit through `kill -9` of the process, which is what the drills do; only a power
    cut of the machine could lose the last ones.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript((Path(__file__).parent / "schema.sql").read_text())
        self.rev = 0
        self.leaving = False
        self._loop = asyncio.get_running_loop()
        self._committed: asyncio.Future[None] | None = None
        self._changed = asyncio.Event()

    def all(self, sql: str, *values: Value) -> list[sqlite3.Row]:
        try:
            return self.db.execute(sql, values).fetchall()
        except OverflowError:  # no row has a number that large
            return []

    def one(self, sql: str, *values: Value) -> sqlite3.Row | None:
        return next(iter(self.all(sql, *values)), None)

    def number(self, sql: str, *values: Value) -> int:
        row = self.one(sql, *values)
        return int(row[0] or 0) if row else 0

    def write(self, sql: str, *values: Value) -> int:
        """Returns the id of the row inserted; durable once `committed()` has returned."""
        self._open()
        return self.db.execute(sql, values).lastrowid or 0

    def write_many(self, sql: str, rows: list[tuple[Value, ...]]) -> None:
        self._open()
        self.db.executemany(sql, rows)

    async def committed(self) -> None:
        if self._committed is not None:
            await asyncio.shield(self._committed)

    async def changed(self) -> None:
        await self._changed.wait()

    def leave(self) -> None:
        """The process is about to stop: whoever waits for a change has waited enough."""
        self.leaving = True
        self._loop.call_soon_threadsafe(self._changed.set)

    def clear(self) -> None:
        for table in TABLES:
            self.write(f"DELETE FROM {table}")  # noqa: S608 (names of our own)

    def close(self) -> None:
        self._flush()
        self.db.close()

    def _open(self) -> None:
        if self._committed is None:
            self.db.execute("BEGIN")
            self._committed = self._loop.create_future()
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        done, self._committed = self._committed, None
        if done is None:
            return
        try:
            self.db.execute("COMMIT")
        except sqlite3.Error as error:
            done.set_exception(error)  # whoever waits for durability must not be told that it is there
            return
        self.rev += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        done.set_result(None)
