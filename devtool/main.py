"""The command line of ./dev."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devtool import checks, prepared
from devtool.alone import alone
from devtool.backup import backup, restore
from devtool.environment import Ports, compose
from devtool.errors import UNAVAILABLE, USAGE, Stop
from devtool.foreground import foreground
from devtool.install import ensure_dev, ensure_runtime
from devtool.paths import PYTHON, var_folder
from devtool.servers import running_servers
from devtool.up import up

WEB_PORT = 8000
INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    name, *rest = arguments or ["--help"]
    passing: Mapping[str, Callable[[list[str]], int]] = {
        "test": _test,
        "bench": _bench,
        "drill": _drill,
        "manage": _manage,
    }
    try:
        if name in passing:  # their arguments belong to the program behind them
            return passing[name](rest)
        options = parser().parse_args(arguments or ["--help"])
        if options.command in ("backup", "restore"):
            return _copy(options.command, Path(options.file))
        return _lint() if options.command == "lint" else up(var_folder(), options.port)
    except Stop as stop:
        sys.stderr.write(f"dev: {stop}\n")
        return stop.code
    except PermissionError as error:
        sys.stderr.write(f"dev: {error.filename}: permission denied (was it made by another user?)\n")
        return UNAVAILABLE
    except KeyboardInterrupt:
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="./dev", description="Run, test and measure Plaza.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    start = commands.add_parser("up", help="start everything and print where it is")
    start.add_argument("--port", type=int, default=WEB_PORT, help="of the web; sandbox and mail take the next two")
    commands.add_parser("test", help="every check; with pytest's arguments only pytest")
    commands.add_parser("lint", help="the checks that run nothing")
    commands.add_parser("bench", help="measure: [NAME] [--json]")
    commands.add_parser("drill", help="break things and count what was lost: [NAME] [--json]")
    commands.add_parser("backup", help="write the database into a file").add_argument("file")
    commands.add_parser("restore", help="fill an empty database from such a file").add_argument("file")
    commands.add_parser("manage", help="manage.py with the servers running")
    return top


def _test(arguments: list[str]) -> int:
    return checks.test(var_folder() / "test", arguments)


def _lint() -> int:
    return checks.lint(var_folder() / "test")


def _bench(arguments: list[str]) -> int:
    ensure_dev()
    return with_servers(var_folder() / "bench", ["-m", "bench", *arguments])


def _drill(arguments: list[str]) -> int:
    ensure_dev()
    var = var_folder() / "drill"
    with alone(var / "drill.lock", f"another ./dev drill runs in {var}, and stops what both would use"):
        return with_servers(var, ["-m", "bench.drill", *arguments])


def _manage(arguments: list[str]) -> int:
    ensure_runtime()
    prepared.forget(var_folder())  # flush, migrate backwards: the next ./dev up looks again
    return with_servers(var_folder(), ["manage.py", *arguments])


def _copy(verb: str, file: Path) -> int:
    ensure_runtime()
    with running_servers(var_folder()) as servers:
        if servers.postgres is None:
            raise Stop("the server of DATABASE_URL has its own pg_dump and pg_restore: see docs/operations.md", USAGE)
        {"backup": backup, "restore": restore}[verb](servers.postgres, file)
    return 0


def with_servers(var: Path, arguments: Sequence[str]) -> int:
    with running_servers(var) as servers:
        return foreground([str(PYTHON), *arguments], compose(var, Ports(WEB_PORT), servers.environment()))
