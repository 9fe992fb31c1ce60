"""What is read, opened: one change of the envelope, and one message of either side within it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from channels_meta.whatsapp.people import Contacts, address_key, contacts_in
from channels_meta.whatsapp.shape import (
    LONGEST_ID,
    NO_TIME,
    Malformed,
    first,
    is_storable,
    moment_or,
    obj,
    objs,
    text,
)
from inbox.port import Failure, Person, Raw

LONGEST_ATTEMPT = 64
LONGEST_TOPIC = 80


@dataclass(frozen=True, slots=True)
class Change:
    """`at` stands in for items without a time of their own; `errors` are those of the value itself."""

    field: str
    value: Raw
    at: datetime
    contacts: Contacts
    errors: tuple[Failure, ...]

    @property
    def our_number(self) -> str:
        key = address_key(text(obj(self.value, "metadata"), "display_phone_number"))
        return key.value if key else ""


@dataclass(frozen=True, slots=True)
class Item:
    """A message before its kind is looked at. `raw` is what the platform sent, `fields` the message itself
    (echoes on standby wrap it), `person` the customer on the other side, `mark` what its `content` gets on top."""

    raw: Raw
    fields: Raw
    at: datetime
    person: Person
    change: Change
    from_us: bool = False
    source: str = "app"
    opens_window: bool = True
    mark: Mapping[str, object] = field(default_factory=dict)


def open_change(change: Raw, entry: Raw) -> Change:
    """Some samples place `field` beside the change or inside its value (§7)."""
    value = obj(change, "value")
    named = text(change, "field") or text(value, "field") or text(entry, "field")
    return Change(
        field=named if is_storable(named) else "unknown",
        value=value,
        at=moment_or(entry, NO_TIME, "time"),
        contacts=contacts_in(value),
        errors=failures(value),
    )


def failures(item: Raw) -> tuple[Failure, ...]:
    return tuple(failure(error) for error in objs(item, "errors") if is_storable(error))


def failure(error: Raw) -> Failure:
    """`details` sits in `error_data`, in older shapes beside the code."""
    return Failure(
        code=text(error, "code"),
        title=first(error, "title", "message"),
        detail=text(obj(error, "error_data"), "details") or first(error, "details", "message"),
    )


def errors_content(found: tuple[Failure, ...]) -> list[dict[str, str]]:
    return [{"code": each.code, "title": each.title, "detail": each.detail} for each in found]


def target_of(fields: Raw, kind: str, name: str) -> str:
    target = text(obj(fields, kind), name)
    if not 0 < len(target) <= LONGEST_ID:
        raise Malformed(f"{kind}.{name} is missing or too long")
    return target


def attempt_of(fields: Raw) -> str:
    """Our attempt's id, if it is one: another tool on the same account may put its own word there."""
    attempt = text(fields, "biz_opaque_callback_data")
    return attempt if len(attempt) <= LONGEST_ATTEMPT else ""
