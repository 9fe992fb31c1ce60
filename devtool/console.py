"""Lines on the terminal, each with the coloured name of who says it."""

import os
import sys
import zlib
from pathlib import Path

COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
WIDTH = 8


class Console:
    def __init__(self, coloured: bool | None = None) -> None:
        wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self.coloured = wanted if coloured is None else coloured

    def line(self, name: str, text: str) -> None:
        label = f"{name:<{WIDTH}} |"
        if self.coloured:
            colour = COLOURS[zlib.crc32(name.encode()) % len(COLOURS)]
            label = f"\x1b[{colour}m{label}\x1b[0m"
        self.write(f"{label} {text}\n")

    def say(self, text: str) -> None:
        self.line("dev", text)

    def write(self, text: str) -> None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader left; the processes go on until we are told to stop
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), sys.stdout.fileno())
