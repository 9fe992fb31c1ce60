"""Runs a program on our own terminal and gives back its exit code."""

import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence

from devtool.paths import ROOT
from devtool.process import bind_to_parent


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
