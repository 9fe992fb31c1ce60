"""One drill's stage: a fresh database, Plaza running on it, the sandbox, and what a story needs to act and to wait."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg

from bench.drill import judge, talk
from bench.drill.database import Backlog, Database
from bench.drill.desk import Desk
from bench.drill.ground import NUMBER, OTHER_ACCOUNT, OTHER_NUMBER, OTHER_TOKEN, Ground
from bench.drill.processes import Log, Processes
from bench.drill.records import Evidence, Said
from bench.drill.sandbox import Sandbox
from bench.drill.verdict import Verdict
from devtool.up import is_ready

START_SECONDS = 90.0
BYSTANDERS = 3  # customers of the other workspace, who write in every drill


class NotInTime(Exception):
    """Something that was waited for did not come."""


@dataclass(frozen=True)
class Options:
    quick: bool = False

    def seconds(self, full: float, quick: float) -> float:
        return quick if self.quick else full


class Stage:
    def __init__(self, ground: Ground, data: Database, processes: Processes, options: Options) -> None:
        self.ground, self.db, self.processes, self.options = ground, data, processes, options
        self.port = processes.port
        self.sandbox, self.desk = Sandbox(self.port + 1), Desk(self.port)
        self.extra: list[Said] = []  # what was said by raw bodies, which the sandbox's log does not know
        self.judged = {NUMBER, OTHER_NUMBER}
        self.strict_order = False
        self.ladder = judge.Ladder()
        self._calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self._watching = threading.Event()

    # --- the main thread's part

    def turn(self) -> None:
        """One round of the supervisor, and what a story asked the main thread to do."""
        self.processes.supervisor.turn(0.05)
        while not self._calls.empty():
            self._calls.get()()

    def close(self) -> None:
        self._watching.clear()
        self.sandbox.close()
        self.desk.close()

    # --- the story's part

    def on_main(self, act: Callable[[], Any]) -> None:
        """Servers are started by the main thread: the kernel ends them when their starting thread ends."""
        done: queue.Queue[BaseException | None] = queue.Queue()

        def run() -> None:
            try:
                act()
            except BaseException as error:  # noqa: BLE001 - handed to who asked
                done.put(error)
            else:
                done.put(None)

        self._calls.put(run)
        error = done.get(timeout=120)
        if error is not None:
            raise error

    def arrange(self) -> None:
        """Everything answers, both companies have a number, an agent is logged in."""
        self.until(self.is_up, START_SECONDS, "the processes are not ready")
        account = {"waba": OTHER_ACCOUNT, "phone_number_id": OTHER_NUMBER, "token": OTHER_TOKEN}
        self.sandbox.post("accounts", {**account, "display_phone_number": "+55 11 4000-0777", "name": "Otra Tienda"})
        self.sandbox.turn(retry_base_ms=200, retry_cap_ms=2000)
        self.desk.log_in()
        self._watching.set()
        threading.Thread(target=self._watch, name="ladder", daemon=True).start()
        self.bystanders_write()

    def second_desk(self) -> Desk:
        """The same agent in another browser, logged in: a client is one thread's."""
        desk = Desk(self.port)
        desk.log_in()
        return desk

    def is_up(self) -> bool:
        log: Log = self.processes.log
        return {"fast", "slow"} <= log.ready and is_ready(self.port, self.processes.env) and self.sandbox.is_up()

    def bystanders_write(self) -> None:
        """The other workspace takes part in each drill; nothing of it may be lost or come here."""
        now = int(time.time())
        self.sandbox.say(
            [talk.text(n, f"Oi da outra loja {now}", now, channel=OTHER_NUMBER) for n in range(BYSTANDERS)]
        )

    def until(self, holds: Callable[[], bool], seconds: float, otherwise: str) -> float:
        """Seconds it took; raises NotInTime. A server that is away meanwhile is no reason to break off."""
        began = time.monotonic()
        while not _holds(holds):
            if time.monotonic() - began > seconds:
                raise NotInTime(f"{otherwise} after {seconds:g} s")
            time.sleep(0.1)
        return time.monotonic() - began

    def stored(self, wamids: Sequence[str], seconds: float = 30) -> list[int]:
        """Waits for these messages; the conversations they stand in."""
        self.until(lambda: bool(self.db.conversations(wamids)), seconds, "the messages are not stored")
        return self.db.conversations(wamids)

    def open_chats(self, people: int) -> list[int]:
        """So many customers write once; the conversations that this opens."""
        return self.stored(self.sandbox.say(talk.chatter(people, 1)))

    def calm(self, seconds: float) -> float:
        """Waits until nothing is pending anywhere (I9); how long that took."""
        try:
            return self.until(self._is_calm, seconds, "there is still work")
        except NotInTime as late:
            raise NotInTime(f"{late}: {self.db.backlog()}, {self.sandbox.waiting()} webhooks or updates") from late

    def _is_calm(self) -> bool:
        return self.sandbox.waiting() == 0 and self.db.backlog().waiting == 0 and self.sandbox.waiting() == 0

    def evidence(self) -> Evidence:
        found = self.db.evidence([*self.sandbox.log(), *self.extra])
        found.said = [said for said in found.said if said.channel in self.judged]
        return found

    def compare(self, verdict: Verdict) -> None:
        """Both witnesses side by side, by every invariant."""
        found = self.evidence()
        judge.tenancy(verdict, found)
        judge.counters(verdict, found, self.judged)
        found.rows = [row for row in found.rows if row.channel in self.judged]
        judge.inbound(verdict, found)
        judge.threads(verdict, found)
        judge.order(verdict, found, strict=self.strict_order)
        judge.outbound(verdict, found)
        judge.receipts(verdict, found)
        judge.bodies(verdict, self.sandbox.delivered(), self.db.bodies())
        verdict.none("fell_back", self.ladder.falls)
        self._left(verdict, self.db.backlog())

    def _left(self, verdict: Verdict, left: Backlog) -> None:
        verdict.equal("backlog", left.waiting, 0)
        verdict.equal("dead_events", left.dead_events, 0)
        verdict.equal("given_up", self.sandbox.given_up(), 0)

    def _watch(self) -> None:
        while self._watching.is_set():
            try:
                self.ladder.look(self.db.states())
            except psycopg.Error:
                time.sleep(0.5)  # stopped by the drill
            time.sleep(0.2)


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except (psycopg.Error, httpx.HTTPError, KeyError):
        return False
