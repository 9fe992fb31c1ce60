"""The command line of ./dev."""

import argparse
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devtool.environment import Ports, compose
from devtool.errors import UNAVAILABLE, Stop
from devtool.install import ensure_dev, ensure_runtime
from devtool.paths import PYTHON, ROOT, var_folder
from devtool.process import bind_to_parent
from devtool.servers import running_servers
from devtool.up import up

WEB_PORT = 8000
INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    name, *rest = arguments or ["--help"]
    passing: Mapping[str, Callable[[list[str]], int]] = {"test": _test, "bench": _bench, "drill": _drill, "manage": _manage}
    try:
        if name in passing:  # their arguments belong to the program behind them
            return passing[name](rest)
        options = parser().parse_args(arguments or ["--help"])
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
    commands.add_parser("manage", help="manage.py with the servers running")
    return top


def _test(arguments: list[str]) -> int:
    from devtool.checks import test

    return test(var_folder() / "test", arguments)


def _lint() -> int:
    from devtool.checks import lint

    return lint(var_folder() / "test")


def _bench(arguments: list[str]) -> int:
    ensure_dev()
    return with_servers(var_folder() / "bench", ["-m", "bench", *arguments])


def _drill(arguments: list[str]) -> int:
    ensure_dev()
    return with_servers(var_folder() / "drill", ["-m", "bench.drill", *arguments])


def _manage(arguments: list[str]) -> int:
    ensure_runtime()
    return with_servers(var_folder(), ["manage.py", *arguments])


def with_servers(var: Path, arguments: Sequence[str]) -> int:
    with running_servers(var) as servers:
        return foreground([str(PYTHON), *arguments], compose(var, Ports(WEB_PORT), servers.environment()))


def foreground(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Runs it on our terminal. A Ctrl-C reaches it from there, so we only wait for what it makes of it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = subprocess.Popen(argv, cwd=ROOT, env=dict(env), preexec_fn=_as_our_own(bind_to_parent(signal.SIGTERM)))
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        code = child.wait()
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return 128 - code if code < 0 else code


def _as_our_own(bind: Callable[[], None] | None) -> Callable[[], None]:
    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if bind:
            bind()

    return prepare


