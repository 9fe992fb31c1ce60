"""`live`: fifty messages a second through the whole product, from the webhook's POST to the frame at fifty sockets and
to the fresh row in fifty lists, while each of these does what the page does on a nudge."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from bench import load, people, set_sql, sql
from bench.ack import SECRET, post
from bench.broker import forget_rings
from bench.databases import drop, environment, fresh
from bench.options import Options
from bench.page import Page, Seen
from bench.report import Figure, median, percentile
from bench.traffic import Writer, body_of, text
from bench.web import serving, working
from devtool.paths import var_folder

DATABASE = "bench_live"
SOCKETS = 50
PER_SECOND = 50
LINES = 16  # on which the platform posts
LONGER = 2.0  # than other measurements: a list is asked for once a second
WARM_UP = 2.0
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Ground:
    port: int
    customers: list[tuple[str, int]]
    cookies: list[str]
    seconds: float


def run(options: Options) -> Iterator[Figure]:
    fresh(DATABASE, people.busy_company())
    people.use(DATABASE)
    cookies = people.cookies(people.BUSY.slug)
    people.leave()
    forget_rings()
    env = environment(DATABASE) | {"META_APP_SECRET": SECRET}
    logs = var_folder() / "log"
    with ExitStack() as stack:
        web = stack.enter_context(serving(env, logs / "bench-live-web.log"))
        for name in ("fast", "clock"):
            stack.enter_context(working(name, env, logs / f"bench-live-{name}.log"))
        connection, workspace = set_sql.enter(DATABASE, people.BUSY.slug)
        with connection:
            customers = [(str(phone), int(pk)) for phone, pk in connection.execute(sql.PHONES, [workspace])]
        ground = Ground(web.port, customers, cookies[:SOCKETS], options.seconds * LONGER)
        rounds = load.run(_measure(ground, options.rounds))
    yield from _figures(rounds)
    drop(DATABASE)


def _figures(rounds: list[Seen]) -> Iterator[Figure]:
    for name, bar, part, times in (
        ("p50_ms", 40, 50, [seen.framed for seen in rounds]),
        ("p99_ms", 150, 99, [seen.framed for seen in rounds]),
        ("list_p95_ms", 1_500, 95, [seen.drawn for seen in rounds]),
    ):
        each = [percentile(list(one.values()), part) * 1_000 for one in times]
        yield Figure(bench="live", figure=name, ours=median(each), bar=bar, at_most=True, spread=each)
    lost = sum(seen.lost() for seen in rounds)
    yield Figure(bench="live", figure="lost", ours=lost, bar=0, at_most=True)


async def _measure(ground: Ground, count: int) -> list[Seen]:
    pages = [Page(people.BUSY.slug, cookie, random.Random(nth)) for nth, cookie in enumerate(ground.cookies)]
    for page in pages:
        await page.open(ground.port)
    lines = await load.connect(ground.port, LINES)
    customers = iter(ground.customers)  # each writes once, so that a frame and a row are one message's
    await _round(pages, lines, [next(customers) for _ in range(round(WARM_UP * PER_SECOND))])
    some = round(ground.seconds * PER_SECOND)
    rounds = [await _round(pages, lines, [next(customers) for _ in range(some)]) for _ in range(count)]
    for page in pages:
        await page.close()
    for line in lines:
        line.close()
    return rounds


async def _round(pages: list[Page], lines: list[load.Connection], customers: list[tuple[str, int]]) -> Seen:
    seen = Seen(len(pages))
    for nth, page in enumerate(pages):
        page.follow(seen, nth)
    writer = Writer([phone for phone, _ in customers], f"live{customers[0][1]}.", random.Random(7))
    free: asyncio.Queue[load.Connection] = asyncio.Queue()
    for line in lines:
        free.put_nowait(line)
    start = time.perf_counter()
    async with asyncio.TaskGroup() as posting:
        for nth, (phone, pk) in enumerate(customers):
            due = start + nth / PER_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            seen.posted[pk] = due
            body = body_of(people.BUSY.account, [writer.message_of(phone, text)])
            posting.create_task(_post(free, post(body)))
    seen.whole.clear()
    if seen.lost():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(seen.whole.wait(), PATIENCE)
    return seen


async def _post(free: asyncio.Queue[load.Connection], question: bytes) -> None:
    line = await free.get()
    status = await line.answer(question)
    free.put_nowait(line)
    if status != 200:
        raise RuntimeError(f"the door answered {status}")
