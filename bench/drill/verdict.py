"""What a drill found: numbers, and what must not have been."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 5


@dataclass
class Verdict:
    counts: dict[str, int | float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.faults

    def count(self, name: str, number: float) -> None:
        self.counts[name] = number

    def none(self, name: str, found: Iterable[str]) -> None:
        """Counts them; one is one too many."""
        offences = list(found)
        self.count(name, len(offences))
        self.faults += [f"{name}: {offence}" for offence in offences[:SHOWN]]
        if len(offences) > SHOWN:
            self.faults.append(f"{name}: {len(offences) - SHOWN} more")

    def must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.faults.append(otherwise)

    def equal(self, name: str, found: float, wanted: float) -> None:
        self.count(name, found)
        self.must(found == wanted, f"{name}: {found}, not {wanted}")


@dataclass(frozen=True)
class Outcome:
    """One drill's line. `setting` says which durations were used."""

    drill: str
    verdict: Verdict
    seconds: float
    setting: str

    def as_json(self) -> str:
        said = {
            "drill": self.drill,
            "holds": self.verdict.holds,
            "counts": self.verdict.counts,
            "seconds": round(self.seconds, 1),
            "setting": self.setting,
        }
        return json.dumps(said | ({"faults": self.verdict.faults} if self.verdict.faults else {}))

    def as_text(self) -> str:
        mark = "ok  " if self.verdict.holds else "FAIL"
        numbers = " ".join(f"{name}={number:g}" for name, number in self.verdict.counts.items())
        lines = [f"{mark} {self.drill:<18} {self.seconds:6.1f} s ({self.setting})  {numbers}"]
        return "\n".join(lines + [f"       {fault}" for fault in self.verdict.faults])
