"""A customer as a platform names them, before it is known who that is here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Key(NamedTuple):
    """One name a platform has for a person within one scope: `phone` (digits), `account` (the platform's own
    address), `scoped` (an id that holds for our business only) …"""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as one event names them. `keys` holds every key the event carries, the one to answer to first."""

    keys: tuple[Key, ...]
    name: str = ""
    username: str = ""
