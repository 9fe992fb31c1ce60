"""`ack`: a signed webhook posted, stored, committed, answered 200; beside a server that only says 200 and beside
single-row commits of the same bytes."""

from __future__ import annotations

import hmac
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg

from bench import load
from bench.broker import forget_rings
from bench.databases import environment, filled, owner, url_of
from bench.options import Options
from bench.report import Figure, median, percentile
from bench.traffic import Account, Writer, body_of
from bench.web import Web, serving
from devtool.paths import var_folder

DATABASE = "bench_ack"
CONNECTIONS = 64
COMMITTERS = 8
PAGE_CLIENTS = 4
SECRET = "bench-app-secret"
TABLES = ("channels_meta_webhookpart", "channels_meta_webhookbody", "bench_commit")
WARM_UP = 0.7
FAST_FLOOR = 8_300


@dataclass(slots=True)
class Rounds:
    """One entry a round."""

    hello: list[float] = field(default_factory=list)
    hello_cpu: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    beside_pages: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ground:
    ours: Web
    hello: Web
    bodies: list[bytes]
    posts: list[bytes]
    seconds: float


def run(options: Options) -> Iterator[Figure]:
    name = filled(DATABASE, "1", _add_table)
    env = environment(name) | {"META_APP_SECRET": SECRET}
    logs = var_folder() / "log"
    logs.mkdir(parents=True, exist_ok=True)
    bodies = _bodies()
    posts = [post(body) for body in bodies]
    with (
        serving(env, logs / "bench-ack.log") as ours,
        serving(env, logs / "bench-hello.log", "bench.hello:application") as hello,
    ):
        ground = Ground(ours, hello, bodies, posts, options.seconds)
        yield from _measure(ground, options.rounds)
    forget_rings()
    with owner(name) as connection:
        _empty(connection)


def _measure(ground: Ground, count: int) -> Iterator[Figure]:
    rounds = Rounds()
    for web in (ground.hello, ground.ours):
        load.run(load.saturate(web.port, ground.posts, CONNECTIONS, WARM_UP))
    for _ in range(count):
        _one_round(ground, rounds)
    yield from _throughput(rounds)
    best = median(rounds.ours)
    latencies = [_paced(ground, best / 2) for _ in range(count)]
    yield Figure(bench="ack", figure="p99_ms", ours=median(latencies), bar=60, at_most=True, spread=latencies)


def _throughput(rounds: Rounds) -> Iterator[Figure]:
    ours, hello = median(rounds.ours), median(rounds.hello)
    cpu = median(rounds.hello_cpu)
    yield Figure(bench="ack", figure="vs_hello", ours=ours, floor=hello, bar=0.30, floor_cpu=cpu, spread=rounds.ours)
    yield Figure(
        bench="ack", figure="vs_commits", ours=ours, floor=median(rounds.commits), bar=1.0, spread=rounds.commits
    )
    yield Figure(
        bench="ack", figure="per_second", ours=ours, bar=2_500, applies=hello >= FAST_FLOOR, spread=rounds.ours
    )
    yield Figure(bench="ack", figure="beside_pages", ours=median(rounds.beside_pages), spread=rounds.beside_pages)
    yield Figure(bench="ack", figure="pages_beside", ours=median(rounds.pages), spread=rounds.pages)


def _one_round(ground: Ground, rounds: Rounds) -> None:
    before = ground.hello.cpu_seconds()
    hello = load.run(load.saturate(ground.hello.port, ground.posts, CONNECTIONS, ground.seconds))
    rounds.hello_cpu.append((ground.hello.cpu_seconds() - before) / hello.seconds)
    rounds.hello.append(hello.per_second)
    ours = load.run(load.saturate(ground.ours.port, ground.posts, CONNECTIONS, ground.seconds))
    rounds.ours.append(_checked(ours).per_second)
    rounds.commits.append(_commits(ground.bodies, ground.seconds))
    acks, pages = load.run(_beside_pages(ground))
    rounds.beside_pages.append(_checked(acks).per_second)
    rounds.pages.append(_checked(pages).per_second)


async def _beside_pages(ground: Ground) -> tuple[load.Result, load.Result]:
    page = [load.request("GET", "/accounts/login/", headers=[(b"accept-language", b"es")])]
    port, seconds = ground.ours.port, ground.seconds
    return await load.both(
        load.saturate(port, ground.posts, CONNECTIONS, seconds), load.saturate(port, page, PAGE_CLIENTS, seconds)
    )


def _paced(ground: Ground, per_second: float) -> float:
    result = load.run(load.pace(ground.ours.port, ground.posts, per_second, CONNECTIONS, ground.seconds))
    return percentile(_checked(result).latencies, 99) * 1_000


def _checked(result: load.Result) -> load.Result:
    """An answer that is not 200 was not stored: such a figure would count nothing."""
    if set(result.statuses) != {200}:
        raise RuntimeError(f"the door answered {dict(result.statuses)}")
    return result


def _commits(bodies: list[bytes], seconds: float) -> float:
    """Rows a second, each committed alone, on eight connections."""
    counts = [0] * COMMITTERS
    until = time.perf_counter() + seconds

    def commit(nth: int) -> None:
        with psycopg.connect(url_of(DATABASE), autocommit=True) as connection:
            while time.perf_counter() < until:
                body = bodies[counts[nth] % len(bodies)]
                connection.execute("INSERT INTO bench_commit (body) VALUES (%b)", [body])
                counts[nth] += 1

    threads = [threading.Thread(target=commit, args=[nth]) for nth in range(COMMITTERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _bodies() -> list[bytes]:
    writer = Writer([f"54911555{n:05}" for n in range(200)], "ack", random.Random(7))
    return [body_of(Account(), [writer.message()]) for _ in range(500)]


def post(body: bytes) -> bytes:
    signature = b"sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex().encode()
    headers = [(b"x-hub-signature-256", signature), (b"content-type", b"application/json")]
    return load.request("POST", "/webhooks/whatsapp/", body, headers)


def _add_table(name: str) -> None:
    with owner(name) as connection:
        connection.execute("CREATE TABLE bench_commit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea)")


def _empty(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute("TRUNCATE " + ", ".join(TABLES))
