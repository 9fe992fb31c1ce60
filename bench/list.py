"""`list`: the list page of companies with ten thousand, a hundred thousand and a million conversations: over HTTP, with
its rows drawn anew and from the cache; and inside, how many queries it makes beside one bare keyset statement."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import redis

from bench import load, people, set_sql, sizes, sql
from bench.databases import environment
from bench.options import Options
from bench.report import Figure, median, percentile
from bench.web import serving
from devtool.paths import var_folder

VIEWS = ("mine", "unassigned", "all")
PAIRS_A_SECOND = 9  # of pages, cold and cached, of each company
WARM_UP = 6
ROWS = 50
ROW_KEYS = "plaza:*:row:*"
SCOPE = "set_config('app.workspace'"  # tells the connection the workspace: a statement, but no query of the page


@dataclass(slots=True)
class Times:
    """Seconds, by company: of each page in this round, and one figure for each round."""

    cold: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cached: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def run(options: Options) -> Iterator[Figure]:
    name = sizes.ready()
    people.use(name)
    cookies = {size: people.cookies(company.slug) for size, company in sizes.COMPANIES.items()}
    with serving(environment(name), var_folder() / "log" / "bench-list.log") as web:
        load.run(_round(web.port, cookies, WARM_UP))
        count = round(options.seconds * PAIRS_A_SECOND)
        rounds = [load.run(_round(web.port, cookies, count)) for _ in range(options.rounds)]
    yield from _pages(rounds)
    for size in sizes.COMPANIES:
        yield from _inside(size, cookies[size], count)
    people.leave()


async def _round(port: int, cookies: dict[str, list[str]], count: int) -> Times:
    """Each page twice, the companies in turn, so that whatever else the machine does hits all of them."""
    (line,) = await load.connect(port, 1)
    times = Times()
    for nth in range(count):
        for size, company in sizes.COMPANIES.items():
            question = page(company.slug, cookies[size][nth % sizes.MEMBERS], VIEWS[nth % len(VIEWS)])
            forget_rows()
            times.cold[size].append(await seconds_of(line, question))
            times.cached[size].append(await seconds_of(line, question))
    line.close()
    return times


def page(slug: str, cookie: str, view: str) -> bytes:
    return load.request("GET", f"/w/{slug}/inbox/?view={view}", headers=[(b"cookie", cookie.encode())])


async def seconds_of(line: load.Connection, question: bytes) -> float:
    began = time.perf_counter()
    status = await line.answer(question)
    took = time.perf_counter() - began
    if status != 200 or line.body.count(b'<li class="row"') != ROWS:
        raise RuntimeError(f"not a full page of the list: HTTP {status}")
    return took


def forget_rows() -> None:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as cache:
        if keys := list(cache.scan_iter(ROW_KEYS, count=10_000)):
            cache.unlink(*keys)


def _pages(rounds: list[Times]) -> Iterator[Figure]:
    for size in sizes.COMPANIES:
        for word, bar in (("cold", 60), ("cached", 25)):
            worst = [percentile(getattr(times, word)[size], 95) * 1_000 for times in rounds]
            name = f"page_p95_ms_{word}_{size}"
            yield Figure(bench="list", figure=name, ours=median(worst), bar=bar, at_most=True, spread=worst)
    small, large = (median([median(times.cached[size]) for times in rounds]) * 1_000 for size in ("10k", "1m"))
    yield Figure(bench="list", figure="growth_1m_10k", ours=large, floor=small, bar=1.5, at_most=True)


def _inside(size: str, cookies: list[str], count: int) -> Iterator[Figure]:
    """The page's statements, all of them, beside the bare one that finds its conversations."""
    slug = sizes.COMPANIES[size].slug
    queries, statements, bare = [], [], []
    spent: dict[str, list[float]] = {"cold": [], "cached": []}
    connection, workspace = set_sql.enter(sizes.DATABASE, slug)
    connection.prepare_threshold = None  # as ours: each is planned for its own parameters
    with connection:
        for nth in range(-WARM_UP, count):
            ask = _browser(cookies[nth % sizes.MEMBERS], f"/w/{slug}/inbox/?view={VIEWS[nth % len(VIEWS)]}")
            forget_rows()
            seen = {"cold": _statements(ask), "cached": _statements(ask)}
            began = time.perf_counter()
            connection.execute(sql.KEYSET, [workspace]).fetchall()
            ended = time.perf_counter()
            if nth < 0:
                continue
            queries += [float(sum(SCOPE not in text for text, _ in each)) for each in seen.values()]
            statements += [float(len(each)) for each in seen.values()]
            bare.append((ended - began) * 1_000)
            for word, each in seen.items():
                spent[word].append(sum(seconds for _, seconds in each) * 1_000)
    yield Figure(bench="list", figure=f"queries_{size}", ours=max(queries), bar=8, at_most=True, spread=queries)
    yield Figure(bench="list", figure=f"statements_{size}", ours=max(statements), spread=statements)
    for word, times in spent.items():
        ours, floor = median(times), median(bare)
        name = f"sql_ms_{word}_{size}"
        yield Figure(bench="list", figure=name, ours=ours, floor=floor, bar=5, at_most=True, spread=times)


def _browser(cookie: str, path: str) -> Callable[[], object]:
    from django.test import Client

    client: Any = Client(HTTP_HOST="localhost")
    name, _, value = cookie.partition("=")
    client.cookies[name] = value
    return lambda: client.get(path)


def _statements(ask: Callable[[], object]) -> list[tuple[str, float]]:
    """Of each statement its text, and the seconds until its rows are here, as the floor's are taken."""
    from django.db import connection

    connection.ensure_connection()
    link: Any = connection.connection
    plain = link.cursor_factory
    said: list[str] = []
    took: list[float] = []

    class Timed(plain):  # type: ignore[misc,valid-type]  # whichever Django uses
        def execute(self, *given: Any, **more: Any) -> Any:
            said.append(str(given[0]))
            took.append(0.0)
            return self._timed(super().execute, *given, **more)

        def fetchone(self) -> Any:
            return self._timed(super().fetchone)

        def fetchmany(self, *given: Any) -> Any:
            return self._timed(super().fetchmany, *given)

        def fetchall(self) -> Any:
            return self._timed(super().fetchall)

        def _timed(self, call: Callable[..., Any], *given: Any, **more: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*given, **more)
            finally:
                took[-1] += time.perf_counter() - began

    link.cursor_factory = Timed
    try:
        ask()
    finally:
        link.cursor_factory = plain
    return list(zip(said, took, strict=True))
