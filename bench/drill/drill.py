"""What a drill is, and playing one."""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.drill.database import copied
from bench.drill.ground import Ground
from bench.drill.processes import Log, Processes
from bench.drill.stage import Options, Stage
from bench.drill.verdict import Outcome, Verdict

Story = Callable[[Stage, Verdict], None]


@dataclass(frozen=True)
class Drill:
    """`story` arranges and acts; then the runner waits for calm and compares. `limit`: seconds for all of it,
    `calm` for the waiting. `browser`: it needs one."""

    name: str
    story: Story
    limit: float = 180
    calm: float = 60
    setting: Callable[[Options], str] = lambda options: "full" if not options.quick else "quick"
    browser: bool = False


def play(ground: Ground, drill: Drill, options: Options) -> Outcome:
    began = time.monotonic()
    verdict = Verdict()
    with copied(ground.postgres, f"drill_{drill.name}_{os.getpid()}") as data:
        env = ground.environment(data)
        log = Log(ground.var / "log" / f"{drill.name}.log")
        processes = Processes(ground.var, log, env, int(env["SANDBOX_PORT"]) - 1)
        stage = Stage(ground, data, processes, options)
        try:
            ground.valkey.stop()  # with it goes what an earlier drill's workers left unacknowledged
            ground.valkey.start()
            processes.start()
            _perform(stage, drill, verdict)
        finally:
            processes.stop()
            stage.close()
            log.close()
            ground.valkey.start()
            _forget(Path(env["SANDBOX_STATE"]))
    return Outcome(drill.name, verdict, time.monotonic() - began, drill.setting(options))


def _perform(stage: Stage, drill: Drill, verdict: Verdict) -> None:
    """The story in a thread of its own, so that the supervisor turns meanwhile."""
    teller = threading.Thread(target=_tell, args=(stage, drill, verdict), name=drill.name, daemon=True)
    deadline = time.monotonic() + drill.limit
    teller.start()
    while teller.is_alive() and not stage.processes.supervisor.stopping:
        if time.monotonic() > deadline:
            verdict.must(False, f"not finished within {drill.limit:g} s")
            return
        stage.turn()


def _tell(stage: Stage, drill: Drill, verdict: Verdict) -> None:
    try:
        stage.arrange()
        drill.story(stage, verdict)
        stage.bystanders_write()
        verdict.count("calm_after_s", round(stage.calm(drill.calm), 1))
        stage.compare(verdict)
    except Exception as error:  # noqa: BLE001 - whatever it was, the drill does not hold
        verdict.must(False, f"broke off: {type(error).__name__}: {error}")
        stage.processes.log.write(traceback.format_exc())


def _forget(state: Path) -> None:
    for path in state.parent.glob(f"{state.name}*"):
        path.unlink()
