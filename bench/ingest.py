"""`ingest`: bodies that the door has stored, drained by one process until everything is written and told to those who
watch; beside set-based SQL that only writes the same rows."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from bench import people, set_sql, sockets, sql
from bench.broker import forget_rings
from bench.databases import drop, environment, fresh, url_of
from bench.options import Options
from bench.report import Figure, median
from bench.traffic import Writer, traffic
from bench.web import serving
from devtool.paths import PYTHON, ROOT, var_folder

LANE = ("whatsapp", people.BUSY.account.number, "chat")
OURS, FLOOR, WORKER = "bench_ingest", "bench_ingest_floor", "bench_ingest_worker"
WATCHERS, WATCHED = 50, 10
EVENTS_A_SECOND = 1_500  # so many for each second that a measurement may take
WARM_UP = 600
FAST_FLOOR = 5_000
STORED_AT_ONCE = 200


@dataclass(slots=True)
class Rounds:
    """Events a second, one entry a round."""

    ours: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)
    a_core: list[float] = field(default_factory=list)


class Drainer:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def drain(self) -> dict[str, float]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the drainer died")
        took: dict[str, float] = json.loads(line)
        return took


@dataclass(frozen=True, slots=True)
class Ground:
    drainer: Drainer
    phones: list[str]
    channel: int
    count: int


def run(options: Options) -> Iterator[Figure]:
    template = people.busy_company()
    for name in (OURS, FLOOR, WORKER):
        fresh(name, template)
    people.use(OURS)
    cookies = people.cookies(people.BUSY.slug)
    heard: list[bytes] = []
    env = environment(OURS)
    with (
        serving(env, var_folder() / "log" / "bench-ingest.log") as web,
        draining(env) as drainer,
        sockets.beside() as beside,
    ):
        customers = _customers(OURS)
        watching = beside.run(_watch(web.port, cookies, [pk for _, pk in customers[:WATCHED]], heard))
        ground = Ground(
            drainer, [phone for phone, _ in customers], _channel(OURS), round(options.seconds * EVENTS_A_SECOND)
        )
        yield from _measure(ground, options.rounds)
        beside.run(sockets.hang_up(watching))
    if not heard:
        raise RuntimeError("nobody was told anything: live publishing was off")
    people.leave()
    forget_rings()
    for name in (OURS, FLOOR, WORKER):
        drop(name)


def _measure(ground: Ground, count: int) -> Iterator[Figure]:
    rounds = Rounds()
    _one_round(ground, "warm", WARM_UP)
    for nth in range(count):
        events, took, floor, worker = _one_round(ground, f"r{nth}.", ground.count)
        rounds.worker.append(events / worker)
        rounds.ours.append(events / took["seconds"])
        rounds.a_core.append(events / took["cpu"])
        rounds.floor.append(events / floor)
    ours, floor = median(rounds.ours), median(rounds.floor)
    yield Figure(bench="ingest", figure="vs_set_sql", ours=ours, floor=floor, bar=0.30, spread=rounds.ours)
    yield Figure(bench="ingest", figure="vs_set_worker", ours=ours, floor=median(rounds.worker), spread=rounds.worker)
    yield Figure(
        bench="ingest", figure="per_second", ours=ours, bar=1_500, applies=floor >= FAST_FLOOR, spread=rounds.ours
    )
    yield Figure(bench="ingest", figure="per_core_second", ours=median(rounds.a_core), spread=rounds.a_core)


def _one_round(ground: Ground, prefix: str, count: int) -> tuple[int, dict[str, float], float, float]:
    """The events, what our drain of them took, and the seconds in which set-based SQL wrote the same rows, without
    asking and with."""
    bodies = traffic(Writer(ground.phones, prefix, random.Random(prefix)), count, people.BUSY.account)
    connection, workspace = set_sql.enter(OURS, people.BUSY.slug)
    with connection:
        before = set_sql.newest(connection, workspace)
        store(OURS, bodies)
        took = ground.drainer.drain()
        check_drained(connection)
        written = set_sql.written_since(connection, workspace, before)
    floor = _written_again(ground, FLOOR, bodies, written, asks=False)
    return count, took, floor, _written_again(ground, WORKER, bodies, written, asks=True)


def _written_again(
    ground: Ground, name: str, bodies: Sequence[bytes], written: set_sql.Written, *, asks: bool
) -> float:
    store(name, bodies)
    connection, workspace = set_sql.enter(name, people.BUSY.slug)
    with connection:
        parts = [int(row[0]) for row in connection.execute(sql.PENDING)]
        place = set_sql.Place(connection, workspace, ground.channel, LANE)
        seconds = set_sql.write(place, set_sql.batches(written, parts), asks=asks)
        check_drained(connection)
    return seconds


def store(name: str, bodies: Sequence[bytes]) -> None:
    """As the door does."""
    from channels_meta import sql as door
    from channels_meta.ledger import Entry, columns
    from channels_meta.parts import parts_of
    from channels_meta.platforms import PLATFORMS

    entries = [Entry("whatsapp", "", body, parts_of(PLATFORMS["whatsapp"], body)) for body in bodies]
    with psycopg.connect(url_of(name), autocommit=True) as connection:
        for at in range(0, len(entries), STORED_AT_ONCE):
            connection.execute(door.STORE, columns(entries[at : at + STORED_AT_ONCE]))


def check_drained(connection: set_sql.Connection) -> None:
    """A figure of what was not done would say nothing."""
    left = len(connection.execute(sql.PENDING).fetchall())
    dead = connection.execute(sql.DEAD).fetchall()
    if left or dead:
        raise RuntimeError(f"{left} parts are left, {len(dead)} are dead: {dead[:1]}")


@contextmanager
def draining(env: Mapping[str, str]) -> Iterator[Drainer]:
    with subprocess.Popen(
        [str(PYTHON), "-m", "bench.drainer", *LANE],
        cwd=ROOT,
        env=dict(env),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield Drainer(process)
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()  # type: ignore[union-attr]  # a pipe, as asked
            process.wait(10)


async def _watch(port: int, cookies: list[str], pks: list[int], heard: list[bytes]) -> list[sockets.Socket]:
    """Fifty threads open on ten conversations."""
    slug = people.BUSY.slug
    return [
        await sockets.listen(port, f"/w/{slug}/live/conversations/{pks[nth % len(pks)]}/", cookie, heard.append)
        for nth, cookie in enumerate(cookies[:WATCHERS])
    ]


def _customers(name: str) -> list[tuple[str, int]]:
    connection, workspace = set_sql.enter(name, people.BUSY.slug)
    with connection:
        return [(str(phone), int(pk)) for phone, pk in connection.execute(sql.PHONES, [workspace])]


def _channel(name: str) -> int:
    connection, workspace = set_sql.enter(name, people.BUSY.slug)
    with connection:
        return set_sql.number(connection, sql.CHANNEL, workspace)
