import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from channels_meta.sandbox import compose
from channels_meta.sandbox.modes import EVERYWHERE, Knobs, Modes
from channels_meta.sandbox.people import Account, People
from channels_meta.sandbox.settings import Settings
from channels_meta.sandbox.store import Store, now_ms
from channels_meta.sandbox.wire import Wire, WireError

FOREVER = 1_000_000
HELD_MS = 20  # how often held updates are looked at again
SCAN = 2000
LANDING_S = 2.0
DUE = (
    "SELECT * FROM webhooks WHERE state = 'pending' AND due_at <= ?"
    " AND account NOT IN (SELECT value FROM json_each(?)) ORDER BY due_at, id LIMIT ?"
)
LARGEST = 3 * 1024 * 1024


class Outbox:
    """Updates (a message, a receipt) fall due, are packed in webhooks, and those are delivered until they get a 200.

    Both queues are rows: a restart goes on where it was, so a webhook may arrive twice, as from Meta.
    """

    def __init__(self, store: Store, modes: Modes, people: People, settings: Settings) -> None:
        self.store, self.modes, self.people, self.settings = store, modes, people, settings
        self.wire = Wire(settings.webhook_url)
        self._bell = asyncio.Event()
        self._grounded = False
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._settled: dict[int, asyncio.Future[None]] = {}

    def add(self, account: Account, value: dict[str, Any], due_at: int) -> None:
        if not account.subscribed:
            return
        self.store.write(
            "INSERT INTO updates (account, due_at, value) VALUES (?, ?, ?)",
            account.phone_number_id,
            due_at,
            json.dumps(value),
        )
        self._bell.set()

    def make(self, account_id: str, body: bytes, signature: str = "", max_attempts: int = FOREVER) -> int:
        """A webhook with exactly this body, due now; its id."""
        now = now_ms()
        made = self.store.write(
            "INSERT INTO webhooks (account, body, signature, made_at, due_at, max_attempts) VALUES (?, ?, ?, ?, ?, ?)",
            account_id,
            body,
            signature or compose.signature(self.settings.app_secret, body),
            now,
            now,
            max_attempts,
        )
        self._bell.set()
        return made

    async def settle(self, webhook_ids: list[int], timeout_s: float) -> None:
        """Waits until each has got its 200, or the time is over."""
        waiting = [self._settled.setdefault(i, asyncio.get_running_loop().create_future()) for i in webhook_ids]
        if waiting:
            await asyncio.wait(waiting, timeout=timeout_s)
        for i in webhook_ids:
            self._settled.pop(i, None)

    def ring(self) -> None:
        self._bell.set()

    async def run(self) -> None:
        while True:
            self._bell.clear()
            now = now_ms()  # one for all: what falls due in between must count as still to come
            held = self.pack(now)
            self._launch(now)
            await self.store.committed()
            try:
                async with asyncio.timeout(self._pause(now, held)):
                    await self._bell.wait()
            except TimeoutError:
                continue  # something fell due

    async def stop(self) -> None:
        for task in list(self._flying.values()):
            task.cancel()
        await asyncio.gather(*self._flying.values(), return_exceptions=True)
        self.wire.close()

    @asynccontextmanager
    async def grounded(self) -> AsyncIterator[None]:
        """Nothing is under way inside: what a reset forgets must not arrive after it."""
        self._grounded = True
        try:
            if self._flying:
                await asyncio.wait(list(self._flying.values()), timeout=LANDING_S)
            for task in self._flying.values():
                task.cancel()
            yield
        finally:
            self._grounded = False
            self._bell.set()

    def pack(self, now: int) -> bool:
        """Turns what is due into webhooks; True while some is held back for a batch or a shuffle."""
        due: dict[str, list[Any]] = defaultdict(list)
        for row in self.store.all("SELECT * FROM updates WHERE due_at <= ? ORDER BY due_at, id LIMIT ?", now, SCAN):
            due[row["account"]].append(row)
        held = False
        for account_id, rows in due.items():
            knobs = self.modes.of(account_id)
            group = max(knobs.batch, knobs.hold, 1)
            patience = max(knobs.batch_ms if knobs.batch > 1 else 0, knobs.hold_ms if knobs.hold else 0)
            start = 0
            while start < len(rows) and (len(rows) - start >= group or now - rows[start]["due_at"] >= patience):
                self._wrap(account_id, rows[start : start + group], knobs)
                start += group
            held = held or start < len(rows)
        return held

    def _wrap(self, account_id: str, rows: list[Any], knobs: Knobs) -> None:
        account = self.people.accounts.get(account_id)
        first = rows[0]["id"]
        self.store.write_many("DELETE FROM updates WHERE id = ?", [(row["id"],) for row in rows])
        if account is None:
            return
        if knobs.hold:
            Random(f"{knobs.seed}:{first}").shuffle(rows)
        for start in range(0, len(rows), knobs.batch):
            values = [json.loads(row["value"]) for row in rows[start : start + knobs.batch]]
            for body in _bodies(account, values):
                self._make_copies(account_id, body, knobs.copies)

    def _make_copies(self, account_id: str, body: bytes, copies: int) -> None:
        for _ in range(copies):
            self.make(account_id, body)

    def _launch(self, now: int) -> None:
        everywhere = self.modes.of(EVERYWHERE)
        free = everywhere.concurrency - len(self._flying)
        if free <= 0 or everywhere.paused or self._grounded:
            return
        paused = [scope for scope, values in self.modes.set_by_scope.items() if values.get("paused")]
        rows = self.store.all(DUE, now, json.dumps(paused), free + len(self._flying))
        ready = [row for row in rows if row["id"] not in self._flying]
        for row in ready[:free]:
            self._flying[row["id"]] = asyncio.create_task(self._deliver(row))

    async def _deliver(self, row: Any) -> None:
        knobs, began = self.modes.of(row["account"]), time.monotonic()
        at, http, error = now_ms(), None, None
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": row["signature"],
        }
        try:
            await self.store.committed()
            http = await self.wire.post(row["body"], headers, knobs.timeout_ms)
        except WireError as failure:
            error = str(failure)
        finally:
            self._flying.pop(row["id"], None)
        self.store.write(
            "INSERT INTO attempts VALUES (?, ?, ?, ?, ?)",
            row["id"],
            at,
            int((time.monotonic() - began) * 1000),
            http,
            error,
        )
        self._outcome(row, http == 200, knobs)
        self._bell.set()

    def _outcome(self, row: Any, delivered: bool, knobs: Knobs) -> None:
        attempts, now = row["attempts"] + 1, now_ms()
        state = "delivered" if delivered else "gave up" if attempts >= row["max_attempts"] else "pending"
        wait = min(knobs.retry_cap_ms, knobs.retry_base_ms * 2 ** min(attempts - 1, 30))
        self.store.write(
            "UPDATE webhooks SET attempts = ?, state = ?, due_at = ?, settled_at = ? WHERE id = ?",
            attempts,
            state,
            now + wait,
            None if state == "pending" else now,
            row["id"],
        )
        waiting = self._settled.get(row["id"]) if delivered else None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def _pause(self, now: int, held: bool) -> float | None:
        """Seconds until the next thing falls due; None: sleep until the bell."""
        everywhere = self.modes.of(EVERYWHERE)
        due = [self.store.one("SELECT min(due_at) FROM updates WHERE due_at > ?", now)]
        if not everywhere.paused and len(self._flying) < everywhere.concurrency:
            due.append(self.store.one("SELECT min(due_at) FROM webhooks WHERE state = 'pending' AND due_at > ?", now))
        times = [row[0] for row in due if row is not None and row[0] is not None]
        if held:
            times.append(now + HELD_MS)
        return max(0.0, (min(times) - now_ms()) / 1000) if times else None


def _bodies(account: Account, values: list[dict[str, Any]]) -> list[bytes]:
    """One body, or several where one would be larger than Meta sends."""
    body = compose.to_bytes(compose.envelope(account.waba, values))
    if len(body) <= LARGEST or len(values) == 1:
        return [body]
    half = len(values) // 2
    return _bodies(account, values[:half]) + _bodies(account, values[half:])
