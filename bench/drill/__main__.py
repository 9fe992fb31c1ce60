"""./dev drill [NAME…] [--json] [--quick]"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from types import FrameType

from bench.drill.drill import play
from bench.drill.ground import prepared
from bench.drill.stage import Options
from bench.drill.stories import DRILLS
from devtool import chromium
from devtool.errors import Stop


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev drill", description=f"Drills: {', '.join(DRILLS)}.")
    parser.add_argument("names", nargs="*", metavar="NAME", type=_known, help="all without a name")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="shorter outages: for development")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        return run(asked.names or list(DRILLS), Options(asked.quick), as_json=asked.json)
    except Stop as stop:
        sys.stderr.write(f"drill: {stop}\n")
        return stop.code
    except KeyboardInterrupt:
        return 130


def _known(name: str) -> str:
    if name not in DRILLS:
        raise argparse.ArgumentTypeError(f"no drill is called {name!r}; there are {', '.join(DRILLS)}")
    return name


def run(names: list[str], options: Options, *, as_json: bool) -> int:
    """Exit code 0 if all hold. What a drill lacks is said before the first one runs, not after half an hour."""
    if any(DRILLS[name].browser for name in names):
        chromium.ensure()
    held = True
    with prepared(os.environ) as ground:
        for name in names:
            outcome = play(ground, DRILLS[name], options)
            held = held and outcome.verdict.holds
            print(outcome.as_json() if as_json else outcome.as_text(), flush=True)
    return 0 if held else 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
