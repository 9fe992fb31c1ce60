"""What the door and the drain know of a platform before anything is parsed: the part of `/webhooks/<platform>/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from channels_meta.whatsapp import routing as whatsapp
from inbox.port import Raw

CHAT = "chat"
STATUS = "status"
BUSINESS = "waba:"  # an account key that means every channel of that business account


@dataclass(frozen=True, slots=True)
class Shape:
    """How a body holds its items. `within`: members that only lead to them; `items`: lists whose elements stand or
    fall alone; `companions`: lists that belong to the items beside them and are paired with them by id."""

    within: frozenset[str]
    items: frozenset[str]
    companions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Platform:
    """`kind` is the adapter's and the routes'. `split_value` gives a change once per lane, `account_key` the key and
    the lane of (change, entry)."""

    kind: str
    shape: Shape
    split_value: Callable[[object], list[tuple[Raw, str]]]
    account_key: Callable[[object, object], tuple[str, str]]


PLATFORMS: Mapping[str, Platform] = {
    "whatsapp": Platform(
        kind="whatsapp",
        shape=Shape(
            within=frozenset({"entry", "changes", "value", "standby", "history", "threads"}),
            items=(whatsapp.CHAT_LISTS | whatsapp.STATUS_LISTS | {"errors"}) - {"history"},
            companions=frozenset({"contacts"}),
        ),
        split_value=whatsapp.split_value,
        account_key=whatsapp.account_key,
    ),
}
