"""Bodies that kill what is not careful: they stand alone, their neighbours go on."""

from __future__ import annotations

import time
from random import Random

from bench.drill import bodies, sql
from bench.drill.drill import Drill
from bench.drill.ground import NUMBER, OTHER_NUMBER
from bench.drill.stage import Stage
from bench.drill.verdict import Verdict

TOGETHER = 200
SEED = 20261122
GENERATED, GENERATED_QUICK = 10_000, 2_000


def poison(stage: Stage, verdict: Verdict) -> None:
    """Each poison twice amid 199 good ones: in one body of 200 messages, and as one body of 200."""
    random = Random(SEED)
    stage.sandbox.turn(concurrency=32)
    bad: dict[str, str] = {}
    for name, (field, raw) in bodies.POISONS.items():
        for form in ("one_body", "own_bodies"):
            at = int(time.time()) - 300
            messages = [bodies.message(n, f"wamid.{name}.{form}.{n}", at) for n in range(TOGETHER)]
            victim = random.randrange(TOGETHER)
            bad[messages[victim]["id"]] = name
            messages[victim] = bodies.poisoned(messages[victim], field)
            for some in [messages] if form == "one_body" else [[one] for one in messages]:
                stage.sandbox.send_raw(bodies.body_of(some, raw), channel=NUMBER)
            stage.extra += bodies.as_said([one for n, one in enumerate(messages) if n != victim])
    stage.calm(120)
    _first_tries(stage, verdict)
    _buried(stage, verdict, bad)


def _buried(stage: Stage, verdict: Verdict, bad: dict[str, str]) -> None:
    """One dead letter for each, with nothing of its neighbours, and a reason."""
    letters = [(bytes(payload), error) for _, payload, error in stage.db.ask(sql.DEAD)]
    verdict.equal("dead_letters", len(letters), len(bad))
    holding = {wamid: [p for p, _ in letters if b'"%s"' % wamid.encode() in p] for wamid in bad}
    verdict.none("not_buried", (f"{wamid} is in {len(p)} dead letters" for wamid, p in holding.items() if len(p) != 1))
    crowded = (p[:60] for p, _ in letters if p.count(b'"id":"wamid.') + p.count(b'"id": "wamid.') != 1)
    verdict.none("buried_alive", (f"a dead letter holds other messages: {p!r}" for p in crowded))
    verdict.none("without_reason", (f"{p[:60]!r}" for p, error in letters if not error))


def _first_tries(stage: Stage, verdict: Verdict) -> None:
    """Everything signed is answered 200 the first time: no 5xx, no hang-up."""
    tries = stage.sandbox.attempts()
    made = stage.sandbox.get("health")["made"]
    verdict.count("bodies", made)
    verdict.equal("tries", tries, made)
    again = [one["id"] for one in stage.sandbox.webhooks() if one["attempts"] != 1] if tries != made else []
    verdict.none("other_answers", (f"HTTP {http}, {n} times" for http, n in stage.sandbox.answers(again).items()))


def generated(stage: Stage, verdict: Verdict) -> None:
    """Ten thousand bodies of a seeded generator, signed: stored byte for byte; drained, dead or nobody's."""
    count = int(stage.options.seconds(GENERATED, GENERATED_QUICK))
    stage.sandbox.turn(concurrency=32)
    stage.judged = {OTHER_NUMBER}  # what these bodies say is nobody's word; the other company's is still judged
    workers = stage.processes.pid("fast"), stage.processes.pid("web"), stage.processes.pid("clock")
    for body in bodies.generated(count, SEED):
        stage.sandbox.send_raw(body, channel=NUMBER, tries=3)
    stage.calm(180)
    _first_tries(stage, verdict)
    after = stage.processes.pid("fast"), stage.processes.pid("web"), stage.processes.pid("clock")
    verdict.must(workers == after, "a process died of them")
    states = stage.db.parts()
    for name, state in (("parts_stored", 1), ("parts_dead", 2), ("parts_unrouted", 3)):
        verdict.count(name, states.get(state, 0))
    verdict.must(states.get(1, 0) > count / 4, "hardly any of them could be read: the generator makes nothing of use")
    page = stage.desk.inbox()
    verdict.equal("inbox_answers", page.status, 200)


DRILLS = (
    Drill("poison", poison, limit=240),
    Drill("generated", generated, limit=420, calm=120),
)
