import json
from dataclasses import asdict, dataclass, field, fields, replace
from random import Random
from typing import Any

from channels_meta.sandbox.store import Store

EVERYWHERE = "*"
RECEIPTS = ("sent", "delivered", "read", "played")


@dataclass(frozen=True)
class Knobs:
    """How the platform behaves; README.md says what each does. Times are milliseconds."""

    copies: int = 1
    hold: int = 0
    hold_ms: int = 2000
    seed: int = 0
    batch: int = 1
    batch_ms: int = 200
    paused: bool = False
    concurrency: int = 8
    retry_base_ms: int = 500
    retry_cap_ms: int = 60_000
    timeout_ms: int = 10_000
    answer_ms: int = 0
    receipt_first: bool = False
    lose_answer_next: int = 0
    lose_answer_p: float = 0.0
    http_500_next: int = 0
    http_500_accepts: bool = False
    fail_next: int = 0
    fail_p: float = 0.0
    fail_code: int = 131000
    fail_how: str = "sync"
    fastest: bool = False
    max_per_second: int = 0
    receipts: list[str] = field(default_factory=lambda: ["sent", "delivered"])
    sent_ms: int = 120
    delivered_ms: int = 450
    read_ms: int = 1200
    window_enforced: bool = True
    window_s: int = 86_400
    window_how: str = "sync"


KINDS: dict[str, type] = {name: type(getattr(Knobs(), name)) for name in (f.name for f in fields(Knobs))}
LEAST = {"copies": 1, "batch": 1, "concurrency": 1, "retry_base_ms": 1, "timeout_ms": 1}
MOST = {"copies": 20, "batch": 1000, "concurrency": 64, "lose_answer_p": 1, "fail_p": 1}


class Refused(ValueError):
    """A knob that does not exist, or a value that it cannot take."""


def checked(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in changes.items()}


def _value(name: str, value: Any) -> Any:
    kind = KINDS.get(name)
    if kind is None:
        raise Refused(f"there is no knob {name!r}")
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise Refused(f"{name} must be {kind.__name__}, not {type(value).__name__}")
    least, most = LEAST.get(name, 0), MOST.get(name, 10**9)
    if isinstance(value, int | float) and not least <= value <= most:
        raise Refused(f"{name} must be from {least} to {most}")
    if isinstance(value, list) and not set(value) <= set(RECEIPTS):
        raise Refused(f"receipts are of {RECEIPTS}")
    if name in ("fail_how", "window_how") and value not in ("sync", "status"):
        raise Refused(f"{name} is 'sync' or 'status'")
    return value


class Modes:
    """The knobs, everywhere or for one company number; kept in the store, so that a restart keeps the scenario."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.load()

    def load(self) -> None:
        self.set_by_scope: dict[str, dict[str, Any]] = {
            row["scope"]: json.loads(row["value"]) for row in self.store.all("SELECT * FROM knobs")
        }
        self._cache: dict[str, Knobs] = {}
        self.random = Random(self.of(EVERYWHERE).seed)

    def of(self, scope: str) -> Knobs:
        found = self._cache.get(scope)
        if found is None:
            everywhere = self.set_by_scope.get(EVERYWHERE, {})
            found = self._cache[scope] = replace(Knobs(), **(everywhere | self.set_by_scope.get(scope, {})))
        return found

    def turn(self, scope: str, changes: dict[str, Any]) -> None:
        self._save(scope, self.set_by_scope.get(scope, {}) | checked(changes))
        if "seed" in changes:
            self.random = Random(changes["seed"])

    def clear(self, scope: str) -> None:
        self._save(scope, {})

    def take(self, scope: str, name: str) -> bool:
        """True for the next `n` times that were asked for, counting down."""
        holder = scope if name in self.set_by_scope.get(scope, {}) else EVERYWHERE
        left = self.set_by_scope.get(holder, {}).get(name, 0)
        if left > 0:
            self._save(holder, self.set_by_scope[holder] | {name: left - 1})
        return bool(left > 0)

    def chance(self, p: float) -> bool:
        return p > 0 and self.random.random() < p

    def shown(self) -> dict[str, Any]:
        return {"defaults": asdict(Knobs()), "set": {k: v for k, v in self.set_by_scope.items() if v}}

    def _save(self, scope: str, values: dict[str, Any]) -> None:
        self.set_by_scope[scope] = values
        self._cache.clear()
        self.store.write(
            "INSERT INTO knobs VALUES (?, ?) ON CONFLICT (scope) DO UPDATE SET value = excluded.value",
            scope,
            json.dumps(values),
        )
