"""Valkey and PostgreSQL go away, and come back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis

from bench.drill import talk
from bench.drill.desk import Desk
from bench.drill.drill import Drill
from bench.drill.stage import Options, Stage
from bench.drill.verdict import Verdict

SLOWEST_PAGE = 5.0
SLOWEST_503 = 12.0  # it waits for a connection first
ROUNDS, ROUNDS_QUICK = 50, 15  # of flushing, a good second each


def valkey_emptied(stage: Stage, verdict: Verdict) -> None:
    """FLUSHALL five times a second while customers write and the team answers."""
    chats = stage.open_chats(10)
    client = redis.Redis.from_url(stage.ground.valkey.url())
    flushes = 0
    with _agent_looks(stage, verdict):
        for nth in range(int(stage.options.seconds(ROUNDS, ROUNDS_QUICK))):
            stage.sandbox.say(talk.chatter(10, 2, began=int(time.time()) - 1))
            stage.desk.reply(chats[nth % len(chats)], f"Ya le digo ({nth})")
            for _ in range(5):
                client.flushall()
                flushes += 1
                time.sleep(0.1)
    client.close()
    verdict.count("flushes", flushes)
    _first_answers(stage, verdict)


def valkey_stopped(stage: Stage, verdict: Verdict) -> None:
    """No broker, no cache, no channel layer: pages and webhooks are answered, messages stored, and seen on reload."""
    away = stage.options.seconds(60, 10)
    chats = stage.open_chats(10)
    stage.on_main(stage.ground.valkey.stop)
    until = time.monotonic() + away
    with _agent_looks(stage, verdict):
        nth = 0
        while time.monotonic() < until:
            stage.sandbox.say(talk.chatter(10, 1, began=int(time.time()) - 1))
            stage.desk.reply(chats[nth % len(chats)], f"Un momento ({nth})")
            nth += 1
            time.sleep(0.8)
        newest = _seen_while_away(stage, chats)
    verdict.count("visible_after_s", round(newest, 1))
    stage.on_main(stage.ground.valkey.start)
    verdict.count("away_s", away)
    _first_answers(stage, verdict)
    verdict.count("prompt_again_s", round(_prompt_again(stage), 1))


def _seen_while_away(stage: Stage, chats: list[int]) -> float:
    """How long until a message written now stands in the thread that is loaded again and again."""
    message = talk.text(0, "¿Siguen ahí?", int(time.time()))
    stage.sandbox.say([message])
    return stage.until(lambda: "¿Siguen ahí?" in stage.desk.thread(chats[0]).html, 30, "not visible on reload")


def _prompt_again(stage: Stage) -> float:
    """Until the workers hear the bell again, a message waits for the clock (5 s)."""

    def prompt() -> bool:
        began = time.monotonic()
        stage.stored(stage.sandbox.say([talk.text(1, "¿Y ahora?", int(time.time()))]))
        return time.monotonic() - began < 2

    return stage.until(prompt, 90, "the workers do not hear the bell again")


def postgres_stopped(stage: Stage, verdict: Verdict) -> None:
    """The truth itself is away: the door says 503, the platform comes again, and nothing is missing in the end."""
    away = stage.options.seconds(90, 15)
    chats = stage.open_chats(10)
    stage.desk.reply(chats[0], "antes")
    stage.on_main(stage.ground.postgres.stop)
    until, nth = time.monotonic() + away, 0
    pages: Counter[int] = Counter()
    slowest = 0.0
    while time.monotonic() < until:
        stage.sandbox.say(talk.chatter(10, 1, began=int(time.time()) - 1))
        page = stage.desk.inbox()
        pages[page.status] += 1
        slowest = max(slowest, page.seconds)
        nth += 1
        time.sleep(0.5)
    stage.on_main(stage.ground.postgres.start)
    verdict.count("away_s", away)
    stage.calm(90)
    answers = stage.sandbox.answers(one["id"] for one in stage.sandbox.webhooks() if one["attempts"] > 1)
    verdict.count("answers_503", answers["503"])
    verdict.must(answers["503"] > 0, "the door never said 503")
    others = set(answers) - {"503", "200"}
    verdict.none("other_answers", (f"{answers[http]} times {http}" for http in others))
    verdict.count("pages_503", pages[503])
    verdict.count("slowest_page_s", round(slowest, 2))
    verdict.must(slowest <= SLOWEST_503, f"a page took more than {SLOWEST_503:g} s to say that it cannot")
    verdict.none("other_pages", (f"{n} times HTTP {http}" for http, n in pages.items() if http != 503))
    stage.until(lambda: stage.desk.inbox().status == 200, 30, "no page after the outage")
    stage.desk.reply(chats[0], "después")


def _first_answers(stage: Stage, verdict: Verdict) -> None:
    """Webhooks are answered 200, each the first time."""
    again = [one["id"] for one in stage.sandbox.webhooks() if one["attempts"] > 1]
    answers = stage.sandbox.answers(again)
    verdict.none("other_answers", (f"{n} times {http}" for http, n in answers.items() if http != "200"))


@contextmanager
def _agent_looks(stage: Stage, verdict: Verdict) -> Iterator[None]:
    """An agent loads their inbox all the while: each answer is 200, and soon."""
    pages: Counter[int] = Counter()
    slowest = [0.0]
    done = threading.Event()
    looker = threading.Thread(target=_look, args=(stage.second_desk(), done, pages, slowest), daemon=True)
    looker.start()
    try:
        yield
    finally:
        done.set()
        looker.join(30)
    verdict.count("pages", pages.total())
    verdict.count("slowest_page_s", round(slowest[0], 2))
    verdict.must(pages.total() > 0, "no page was loaded")
    verdict.must(slowest[0] <= SLOWEST_PAGE, f"a page took more than {SLOWEST_PAGE:g} s")
    verdict.none("other_pages", (f"{n} times HTTP {http}" for http, n in pages.items() if http != 200))


def _look(desk: Desk, done: threading.Event, pages: Counter[int], slowest: list[float]) -> None:
    while not done.is_set():
        page = desk.inbox()
        pages[page.status] += 1
        slowest[0] = max(slowest[0], page.seconds)
        done.wait(1)
    desk.close()


def _lasting(full: int, quick: int, unit: str = "s") -> Callable[[Options], str]:
    return lambda options: f"quick: {quick} {unit}" if options.quick else f"full: {full} {unit}"


DRILLS = (
    Drill("valkey_emptied", valkey_emptied, limit=240, setting=_lasting(ROUNDS, ROUNDS_QUICK, "rounds")),
    Drill("valkey_stopped", valkey_stopped, limit=300, calm=90, setting=_lasting(60, 10)),
    Drill("postgres_stopped", postgres_stopped, limit=300, calm=90, setting=_lasting(90, 15)),
)
