"""Pages by keyset: a page begins where the one before ended, whatever was written meanwhile, and costs the same
however deep it lies."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import DateTimeField, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from workspaces.api.fields import LARGEST
from workspaces.api.problems import Problem

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: columns of which the last is unique, all rising or all falling. A cursor made by one order is
    refused by another."""

    name: str
    keys: tuple[str, ...]
    falling: bool = True

    def ordering(self) -> list[str]:
        return [f"-{key}" if self.falling else key for key in self.keys]

    def beyond(self, values: Sequence[Any]) -> Q:
        """What comes after a row with these values. The first column is bounded by itself, for the index."""
        step, edge = ("lt", "lte") if self.falling else ("gt", "gte")
        found, equal = Q(), Q()
        for key, value in zip(self.keys, values, strict=True):
            found |= equal & Q(**{f"{key}__{step}": value})
            equal &= Q(**{key: value})
        return found & Q(**{f"{self.keys[0]}__{edge}": values[0]})

    def write(self, row: Model) -> str:
        values = [getattr(row, key) for key in self.keys]
        told = [value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in values]
        return urlsafe_b64encode(json.dumps([self.name, *told]).encode()).decode().rstrip("=")

    def read(self, cursor: str, model: type[Model]) -> list[Any]:
        try:
            name, *told = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            values = [_value(one) for one in told]
        except (ValueError, TypeError, RecursionError):
            raise _unknown() from None
        if name != self.name or [isinstance(value, datetime) for value in values] != self.moments(model):
            raise _unknown()
        return values

    def moments(self, model: type[Model]) -> list[bool]:
        """Of each column, whether it holds times."""
        return [isinstance(model._meta.get_field(key), DateTimeField) for key in self.keys]


NEWEST = Order("newest", ("id",))


def _value(told: Any) -> Any:
    if isinstance(told, str):
        return datetime.fromisoformat(told).astimezone(UTC)
    if isinstance(told, bool) or not isinstance(told, int) or abs(told) > LARGEST:
        raise ValueError(told)
    return told


def _unknown() -> Problem:
    return Problem(422, "cursor_invalid", _("This cursor is not one of this list. Begin again without it."))


def page(rows: QuerySet[Row], order: Order, query: dict[str, Any]) -> tuple[list[Row], str | None]:
    """One page, and the cursor of the next one (None at the end)."""
    limit: int = query["limit"]
    if "cursor" in query:
        rows = rows.filter(order.beyond(order.read(query["cursor"], rows.model)))
    found = list(rows.order_by(*order.ordering())[: limit + 1])
    shown = found[:limit]
    return shown, order.write(shown[-1]) if len(found) > limit else None
