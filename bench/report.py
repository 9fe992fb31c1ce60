"""What a benchmark found: one JSON object a line, or a line for a person."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

FULL_CORE = 0.9  # of a core: below it the floor's server was waiting for something else, and its figure says little


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Ours beside a floor measured in the same minutes, or alone. With a floor the bar is held by ours / floor, else
    by ours. Without a bar it is only reported, with `applies=False` the bar is for other machines."""

    bench: str
    figure: str
    ours: float
    floor: float | None = None
    bar: float | None = None
    at_most: bool = False
    applies: bool = True
    floor_cpu: float | None = None
    spread: Sequence[float] = field(default=())

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.ours / self.floor if self.floor else 0.0

    @property
    def floor_valid(self) -> bool:
        return self.floor_cpu is None or self.floor_cpu >= FULL_CORE

    @property
    def holds(self) -> bool:
        if self.bar is None or not self.applies:
            return True
        measured = self.ours if self.ratio is None else self.ratio
        return self.floor_valid and (measured <= self.bar if self.at_most else measured >= self.bar)

    def as_json(self) -> str:
        line: dict[str, Any] = {"bench": self.bench, "figure": self.figure, "ours": short(self.ours)}
        if self.floor is not None:
            line |= {"floor": short(self.floor), "ratio": round(self.ratio or 0.0, 3)}
        line |= {"bar": self.bar, "holds": self.holds}
        if not self.floor_valid:
            line["floor_valid"] = False
        if self.floor_cpu is not None:
            line["floor_cpu"] = round(self.floor_cpu, 2)
        if not self.applies:
            line["applies"] = False
        if self.spread:
            line["spread"] = [short(min(self.spread)), short(max(self.spread))]
        return json.dumps(line)

    def as_text(self) -> str:
        measured = f"{short(self.ours):>10}"
        if self.floor is not None:
            measured += f"  of {short(self.floor)}: {self.ratio:.2f}"
        bar = "reported" if self.bar is None else f"{'at most' if self.at_most else 'at least'} {self.bar}"
        verdict = "ok" if self.holds else "FAILS" if self.floor_valid else "FAILS (the floor's server was not busy)"
        return f"{self.bench:>8} {self.figure:<22}{measured:<34} {bar:<16} {verdict if self.applies else 'no bar here'}"


def short(number: float) -> float:
    return round(number) if abs(number) >= 100 else round(number, 2 if abs(number) >= 1 else 4)


def median(rounds: Sequence[float]) -> float:
    return statistics.median(rounds)


def percentile(values: Sequence[float], part: float) -> float:
    """`part` of 100; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part / 100))] if ordered else 0.0
