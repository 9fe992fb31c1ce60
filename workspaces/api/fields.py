"""Fields that take what the schema says and nothing that merely looks like it: no "1" for 1, no "yes" for true."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

LARGEST = 2**63 - 1
DECIMAL = re.compile(r"-?\d{1,19}", re.ASCII)
MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def is_typed(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    """Whether values come as text (a query string) rather than as JSON."""
    return bool(getattr(field.root, "from_text", False))


class Text(serializers.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Number(serializers.IntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": LARGEST, **options})

    def to_internal_value(self, data: Any) -> int:
        if is_typed(self):
            if not isinstance(data, str) or not DECIMAL.fullmatch(data):
                self.fail("invalid")
        elif isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        return int(data)


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        known: dict[Any, bool] = {"true": True, "false": False} if is_typed(self) else {True: True, False: False}
        if not isinstance(data, str if is_typed(self) else bool) or data not in known:
            self.fail("invalid", input=data)
        return known[data]


class Moment(serializers.DateTimeField):
    """RFC 3339 with its offset. A leap second counts as the second before it."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not MOMENT.fullmatch(value):
            self.fail("invalid", format="RFC 3339")
        try:
            moment = datetime.fromisoformat(value.upper().replace(":60", ":59"))
        except ValueError:  # the 31st of February
            self.fail("invalid", format="RFC 3339")
        try:
            return moment.astimezone(UTC)
        except OverflowError:  # the first or last hours of the calendar
            return moment.replace(tzinfo=UTC)


class Uuid(serializers.UUIDField):
    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str) or not CANONICAL.fullmatch(data):
            self.fail("invalid", value=data)
        return uuid.UUID(data)


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Email(serializers.EmailField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))
