"""Events as an adapter would give them, in a line each."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from inbox.port import Edited, Failure, Inbound, Key, Person, Reaction, Receipt, Revoked

NOON = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
_numbers = itertools.count(1)

LIA = Person((Key("phone", "5511955501234"), Key("scoped", "BR.lia")), "Lia Prado")
RUI = Person((Key("phone", "5511955509999"), Key("scoped", "BR.rui")), "Rui Alves")


def says(text: str, *, by: Person = LIA, minute: float = 0, name: str = "", **fields: Any) -> Inbound:
    return Inbound(
        raw={"text": text},
        at=NOON + timedelta(minutes=minute),
        external_id=name or f"in-{next(_numbers)}",
        person=by,
        kind=fields.pop("kind", "text"),
        text=text,
        **fields,
    )


def edits(target: str, text: str, *, minute: float = 1, by: Person = LIA) -> Edited:
    return Edited(raw={}, at=NOON + timedelta(minutes=minute), target=target, person=by, text=text)


def revokes(target: str, *, minute: float = 1, by: Person = LIA) -> Revoked:
    return Revoked(raw={}, at=NOON + timedelta(minutes=minute), target=target, person=by)


def reacts(target: str, emoji: str, *, minute: float = 1, by: Person = LIA) -> Reaction:
    return Reaction(raw={}, at=NOON + timedelta(minutes=minute), target=target, person=by, emoji=emoji)


def receipt(status: str, external_id: str, *, attempt: str = "", error: Failure | None = None) -> Receipt:
    return Receipt(raw={}, at=NOON, external_id=external_id, status=status, attempt=attempt, error=error)
