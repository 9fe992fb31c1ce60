"""kill -9 of each process, while it drains and while it sends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from bench.drill import judge, sql, talk
from bench.drill.desk import Desk
from bench.drill.drill import Drill
from bench.drill.sandbox import Sandbox
from bench.drill.stage import NotInTime, Stage
from bench.drill.verdict import Verdict

SEED = 20261122
KILLS = 6
CHATS = 12


class Kills:
    """Counts the blows and what they hit: deliveries that were on their way, and parts not yet drained."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.number = self.mid_drain = self.mid_send = 0
        self.in_flight: set[int] = set()

    def strike(self, blow: Callable[[], bool]) -> None:
        sending = self._sending()
        parts = self.stage.db.backlog().parts
        if not blow():
            return
        hit = sending | self._sending()
        self.in_flight |= hit
        self.number += 1
        self.mid_send += bool(hit)
        self.mid_drain += parts > 0

    def _sending(self) -> set[int]:
        return {pk for pk, state in self.stage.db.states().items() if state == judge.SENDING}

    def report(self, verdict: Verdict) -> None:
        verdict.count("kills", self.number)
        verdict.count("kills_mid_drain", self.mid_drain)
        verdict.count("kills_mid_send", self.mid_send)
        verdict.count("in_flight", len(self.in_flight))


@contextmanager
def traffic(stage: Stage, chats: list[int]) -> Iterator[None]:
    """Customers write and an agent answers, each from a thread of its own, whatever happens meanwhile."""
    done, troubles = threading.Event(), list[str]()
    writers = [
        threading.Thread(target=_guarded, args=(_customers_write, troubles, stage.port, done), daemon=True),
        threading.Thread(
            target=_guarded, args=(_agent_answers, troubles, stage.second_desk(), chats, done), daemon=True
        ),
    ]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        done.set()
        for writer in writers:
            writer.join(90)
    if troubles:
        raise RuntimeError(troubles[0])


def _guarded(act: Callable[..., None], troubles: list[str], *arguments: object) -> None:
    try:
        act(*arguments)
    except Exception as error:  # noqa: BLE001 - told to the story, which must not hold then
        troubles.append(f"{act.__name__}: {type(error).__name__}: {error}")


def _customers_write(port: int, done: threading.Event) -> None:
    sandbox = Sandbox(port + 1)
    while not done.is_set():
        sandbox.say(talk.chatter(CHATS, 2, began=int(time.time()) - 1))
        done.wait(0.25)
    sandbox.close()


def _agent_answers(desk: Desk, chats: list[int], done: threading.Event) -> None:
    nth = 0
    while not done.is_set():
        desk.reply(chats[nth % len(chats)], f"Respuesta número {nth}", patience=80)
        nth += 1
        done.wait(0.05)
    desk.close()


def web_killed(stage: Stage, verdict: Verdict) -> None:
    """The door and the pages die under load: what had its 200 is there, a reply asked for again is sent once."""
    chats = stage.open_chats(CHATS)
    stage.sandbox.turn(concurrency=16, answer_ms=100)
    random, kills = Random(SEED), Kills(stage)
    with traffic(stage, chats):
        for _ in range(KILLS):
            time.sleep(random.uniform(0.5, 2.0))
            kills.strike(lambda: stage.processes.kill("web"))
            stage.until(stage.is_up, 60, "web does not come back")
    kills.report(verdict)
    _ended(stage, verdict, kills)


def workers_killed(stage: Stage, verdict: Verdict) -> None:
    """The fast workers die, whole or one by one, as often while they send as while they drain."""
    chats = stage.open_chats(CHATS)
    stage.sandbox.turn(concurrency=16, answer_ms=250, sent_ms=1500, delivered_ms=2500)
    random, kills = Random(SEED), Kills(stage)
    with traffic(stage, chats):
        for nth in range(KILLS * 2):
            _await_work(stage, sql.SENDING if nth % 3 else sql.PENDING)
            if nth % 2:
                kills.strike(lambda: stage.processes.kill("fast"))
            else:
                kills.strike(lambda: stage.processes.kill_one_of("fast", random.randrange(4)))
            time.sleep(random.uniform(1.0, 4.0))
    kills.report(verdict)
    verdict.must(kills.mid_send > 0 and kills.mid_drain > 0, "no kill hit a send, or none a drain")
    _ended(stage, verdict, kills)


def clock_killed(stage: Stage, verdict: Verdict) -> None:
    """First the workers are frozen, so that the clock drains; then the broker is gone, so that it sends as well."""
    chats = stage.open_chats(CHATS)
    stage.sandbox.turn(concurrency=16, answer_ms=250)
    random, kills = Random(SEED), Kills(stage)
    _freeze_between_tasks(stage)
    for nth in range(3):
        stage.sandbox.say(talk.chatter(CHATS, 40))
        stage.until(lambda: stage.sandbox.waiting() == 0, 30, "the door does not take them")
        before = stage.db.backlog().parts
        stage.until(lambda most=before: stage.db.backlog().parts < most, 20, "the clock does not drain")  # type: ignore[misc]
        time.sleep(random.uniform(0, 0.1) * nth)
        kills.strike(lambda: stage.processes.kill("clock"))
    stage.processes.freeze("fast", frozen=False)
    stage.calm(60)
    stage.on_main(stage.ground.valkey.stop)
    for nth in range(3):
        for chat in chats:
            stage.desk.reply(chat, f"Sin campanilla {nth}")
        _await_work(stage, sql.SENDING, 20)
        kills.strike(lambda: stage.processes.kill("clock"))
    stage.on_main(stage.ground.valkey.start)
    kills.report(verdict)
    verdict.must(kills.mid_send > 0 and kills.mid_drain > 0, "no kill hit a send, or none a drain")
    _ended(stage, verdict, kills)


def _freeze_between_tasks(stage: Stage) -> None:
    """Frozen in the middle of a transaction a worker would keep its locks, until the database ends it after a minute:
    that is not what this drill asks about."""
    stage.calm(30)

    def frozen_idle() -> bool:
        stage.processes.freeze("fast", frozen=True)
        time.sleep(0.5)
        if stage.db.number(sql.HELD_TRANSACTIONS) == 0:
            return True
        stage.processes.freeze("fast", frozen=False)
        return False

    stage.until(frozen_idle, 30, "the workers are never between two tasks")


def _await_work(stage: Stage, what: str, seconds: float = 5) -> None:
    """Until something of it is under way; a blow into calm is one too."""
    try:
        stage.until(lambda: stage.db.number(what) > 0, seconds, "idle")
    except NotInTime:
        return


def _ended(stage: Stage, verdict: Verdict, kills: Kills) -> None:
    """After the leases ran out: what is unknown is no more than was under way, and the thread shows it as such. Then
    the agent decides: again."""
    stage.calm(150)
    replies = [row for row in stage.evidence().rows if row.direction == "out"]
    unknown = [row for row in replies if row.state == judge.UNKNOWN]
    verdict.count("unknown_before_retry", len(unknown))
    verdict.must(len(unknown) <= len(kills.in_flight), f"{len(unknown)} unknown, {len(kills.in_flight)} were in flight")
    for row in unknown:
        page = stage.desk.page(f"conversations/{row.conversation}/messages/?since={row.rev - 1}")
        verdict.must(
            f'data-id="{row.pk}"' in page.html and "unknown" in page.states(), f"message {row.pk} is not shown"
        )
        stage.desk.press(f"conversations/{row.conversation}/messages/{row.pk}/delivery/")


DRILLS = (
    Drill("web_killed", web_killed, limit=330, calm=90),
    Drill("workers_killed", workers_killed, limit=400, calm=90),
    Drill("clock_killed", clock_killed, limit=400, calm=90),
)
