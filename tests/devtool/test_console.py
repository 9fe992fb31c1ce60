"""Lines on the terminal, each with the name of who says it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from devtool.console import COLOURS, Console
from devtool.paths import ROOT


@pytest.mark.parametrize(
    ("name", "line"),
    [("web", "web      | Hola\n"), ("dev", "dev      | Hola\n"), ("a-long-name", "a-long-name | Hola\n")],
)
def test_a_plain_line(capsys: pytest.CaptureFixture[str], name: str, line: str) -> None:
    Console(coloured=False).line(name, "Hola")
    assert capsys.readouterr().out == line


@pytest.mark.parametrize("name", ["web", "fast", "slow", "clock", "sandbox", "dev"])
def test_a_name_keeps_its_colour_and_the_words_have_none(capsys: pytest.CaptureFixture[str], name: str) -> None:
    console = Console(coloured=True)
    console.line(name, "Hola")
    console.line(name, "Hola")
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert first.endswith("\x1b[0m Hola")
    assert int(first.removeprefix("\x1b[").partition("m")[0]) in COLOURS


@pytest.mark.parametrize(
    ("no_colour", "terminal", "coloured"), [("", True, True), ("1", True, False), ("", False, False)]
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, no_colour: str, terminal: bool, coloured: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert Console().coloured is coloured


def test_a_reader_who_leaves_ends_nothing() -> None:
    """`./dev up | head` must not kill the servers without stopping them."""
    program = (
        "import sys, time; from devtool.console import Console; console = Console();\n"
        "for n in range(200): console.say('x' * 1000)\n"
        "sys.stderr.write('reached the end')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
    assert (running.returncode, said) == (0, b"reached the end")
