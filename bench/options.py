"""How long and how often to measure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.report import Figure

MIN_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Options:
    """`seconds` for one measurement of one round."""

    rounds: int = MIN_ROUNDS
    seconds: float = 4.0


Bench = Callable[[Options], Iterable[Figure]]
