"""What is said in a demo shop, read from `words/<language>.txt`: names, values for the {placeholders}, dialogues.

A dialogue begins with `== title`; one with a star is told once, whole. Each line is one message: `>` from the customer,
`<` from the team, `~` a note among the team, then perhaps traits in round brackets (`react=❤️,later=5h`) and a kind with
its argument in square ones (`[image sole.jpg]`), then the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from inbox import kinds

FOLDER = Path(__file__).parent / "words"
SECTION = re.compile(r"\[(names|values|long|dialogues)\]")
LINE = re.compile(
    r"(?P<side>[<>~])(?:\((?P<traits>[^)]*)\))? (?:\[(?P<kind>[a-z]+)(?: (?P<argument>[^\]]*))?\] ?)?(?P<text>.*)"
)
NAMELESS = "-"


@dataclass(frozen=True, slots=True)
class Line:
    by_customer: bool
    text: str
    kind: str = kinds.TEXT
    argument: str = ""
    traits: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialogue:
    title: str
    lines: tuple[Line, ...]
    once: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    names: tuple[str, ...]
    values: dict[str, tuple[str, ...]]
    long: tuple[str, ...]
    dialogues: tuple[Dialogue, ...]

    @property
    def usual(self) -> list[Dialogue]:
        return [dialogue for dialogue in self.dialogues if not dialogue.once]

    @property
    def once(self) -> list[Dialogue]:
        return [dialogue for dialogue in self.dialogues if dialogue.once]


@cache
def script(language: str) -> Script:
    return parsed((FOLDER / f"{language}.txt").read_text())


def parsed(text: str) -> Script:
    sections: dict[str, list[str]] = {"names": [], "values": [], "long": [], "dialogues": []}
    current: list[str] = []
    for line in text.splitlines():
        if heading := SECTION.fullmatch(line):
            current = sections[heading[1]]
        elif line and not line.startswith("#"):
            current.append(line)
    values = dict(line.split(": ", 1) for line in sections["values"])
    return Script(
        names=tuple("" if name == NAMELESS else name for name in sections["names"]),
        values={name: tuple(value.split(" | ")) for name, value in values.items()},
        long=tuple(sections["long"]),
        dialogues=tuple(_dialogues(sections["dialogues"])),
    )


def _dialogues(lines: list[str]) -> Iterator[Dialogue]:
    title, spoken = "", list[Line]()
    for line in [*lines, "== "]:
        if not line.startswith("== "):
            spoken.append(_line(line))
            continue
        if spoken:
            yield Dialogue(title.removeprefix("* "), tuple(spoken), once=title.startswith("* "))
        title, spoken = line[3:], []


def _line(line: str) -> Line:
    match = LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"neither a line of a dialogue nor a title: {line!r}")
    traits = dict(trait.partition("=")[::2] for trait in (match["traits"] or "").split(",") if trait)
    kind = kinds.NOTE if match["side"] == "~" else match["kind"] or kinds.TEXT
    return Line(match["side"] == ">", match["text"], kind, match["argument"] or "", traits)
