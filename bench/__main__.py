"""./dev bench [NAME…] [--json]: measures, prints one line a figure, and fails unless every bar holds."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from importlib import import_module
from types import FrameType

import psycopg

from bench.options import MIN_ROUNDS, Bench, Options
from devtool.errors import USAGE, Stop

# A benchmark is a module with `run(options) -> Iterable[Figure]`; it is imported only when it runs.
BENCHES = {name: f"bench.{name}" for name in ("ack", "ingest", "live", "list", "rls")}
DURABLE = ("fsync", "synchronous_commit")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=f"Benchmarks: {', '.join(BENCHES)}.")
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *BENCHES], help="all without a name")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--rounds", type=int, default=MIN_ROUNDS, help="interleaved rounds, of which the median counts")
    parser.add_argument("--seconds", type=float, default=Options().seconds, help="of one measurement")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if asked.rounds < MIN_ROUNDS:
            raise Stop(f"a median needs at least {MIN_ROUNDS} rounds", USAGE)
        check_durability(as_json=asked.json)
        return run(asked.names or list(BENCHES), Options(asked.rounds, asked.seconds), as_json=asked.json)
    except Stop as stop:
        sys.stderr.write(f"bench: {stop}\n")
        return stop.code
    except KeyboardInterrupt:
        return 130


def run(names: list[str], options: Options, *, as_json: bool) -> int:
    held = True
    for name in names:
        bench: Bench = import_module(BENCHES[name]).run
        for figure in bench(options):
            held = held and figure.holds
            print(figure.as_json() if as_json else figure.as_text(), flush=True)
    return 0 if held else 1


def check_durability(*, as_json: bool) -> None:
    """Figures of a database that does not wait for its disk are of no use to anybody."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        shown = {name: str(connection.execute(f"SHOW {name}").fetchone()[0]) for name in DURABLE}  # type: ignore[index]
    holds = set(shown.values()) == {"on"}
    line = {"bench": "database", "figure": "durability", **shown, "holds": holds}
    print(json.dumps(line) if as_json else ", ".join(f"{name} is {value}" for name, value in shown.items()), flush=True)
    if not holds:
        raise Stop("fsync and synchronous_commit must both be on", USAGE)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
