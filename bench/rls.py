"""`rls`: the list page of the company with a million conversations, with row-level security and without: the tables'
owner is let past it, in this database alone."""

from __future__ import annotations

from collections.abc import Iterator

from bench import load, people, sizes
from bench.databases import environment, owner, url_of
from bench.list import VIEWS, WARM_UP, page, seconds_of
from bench.options import Options
from bench.report import Figure, median
from bench.web import serving
from devtool.paths import var_folder

SIZE = "1m"
PAIRS_A_SECOND = 30
HIDDEN = "SELECT count(*) FROM (SELECT FROM inbox_conversation LIMIT 1) AS seen"


def run(options: Options) -> Iterator[Figure]:
    name = sizes.ready()
    people.use(name)
    cookies = people.cookies(sizes.COMPANIES[SIZE].slug)
    people.leave()
    with owner(name) as connection:
        if connection.execute(HIDDEN).fetchone() == (0,):
            raise RuntimeError("the owner is not let past row-level security: nothing would be compared")
    enforced = environment(name)
    passing = enforced | {"DATABASE_URL": url_of(name, "DATABASE_OWNER_URL")}
    logs = var_folder() / "log"
    with (
        serving(enforced, logs / "bench-rls-on.log") as on,
        serving(passing, logs / "bench-rls-off.log") as off,
    ):
        ports = (on.port, off.port)
        load.run(_round(ports, cookies, WARM_UP))
        rounds = [
            load.run(_round(ports, cookies, round(options.seconds * PAIRS_A_SECOND))) for _ in range(options.rounds)
        ]
    ours, floor = (median([times[which] for times in rounds]) for which in (0, 1))
    ratios = [times[0] / times[1] for times in rounds]
    yield Figure(bench="rls", figure="overhead", ours=ours, floor=floor, bar=1.10, at_most=True, spread=ratios)


async def _round(ports: tuple[int, int], cookies: list[str], count: int) -> tuple[float, float]:
    """The median milliseconds of a page with, and without. In turn, and each as often first as second."""
    lines = [(await load.connect(port, 1))[0] for port in ports]
    times: tuple[list[float], list[float]] = ([], [])
    slug = sizes.COMPANIES[SIZE].slug
    for nth in range(count):
        question = page(slug, cookies[nth % sizes.MEMBERS], VIEWS[nth % len(VIEWS)])
        for which in (0, 1) if nth % 2 else (1, 0):
            times[which].append(await seconds_of(lines[which], question) * 1_000)
    for line in lines:
        line.close()
    return median(times[0]), median(times[1])
