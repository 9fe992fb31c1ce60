"""The adapter port: what the inbox and a channel's platform say to each other.

An adapter is a module of an upper room, named in `settings.CHANNEL_ADAPTERS` by its dotted path; the inbox knows
only the words of this file. Inwards a platform's payload becomes a list of `Event`s (`Adapter.parse`, pure);
outwards an `Outgoing` becomes one request (`Adapter.send`), which answers `Accepted` or raises `SendError`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from crm.people import Key, Person

__all__ = ["Key", "Person"]  # the rest is defined here; these two words come from below

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from inbox.models import Channel

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Media:
    """A file the platform holds for us. `external_id` fetches it; `url` is short-lived where given."""

    kind: str
    external_id: str = ""
    url: str = ""
    mime_type: str = ""
    filename: str = ""
    sha256: str = ""
    voice: bool = False
    animated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`raw` is the platform's own item, kept whole; `at` is the platform's time (aware, UTC)."""

    raw: Raw = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound(Event):
    """A message. `kind` is one of `inbox.kinds`; `content` holds what the drawing of that kind needs, as JSON."""

    external_id: str
    person: Person
    kind: str
    text: str = ""
    content: Raw = field(default_factory=dict)
    media: tuple[Media, ...] = ()
    reply_to: str = ""
    thread: str = "direct"
    subject: str = ""
    opens_window: bool = True
    is_past: bool = False  # imported from before the channel was connected: kept, but it calls nobody

    @property
    def is_from_customer(self) -> bool:
        return not isinstance(self, Echo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Inbound):
    """A message of the company's that was not sent from here (the phone's app, another tool). `person` is who it
    went to; `attempt` our attempt id when the platform gives it back."""

    opens_window: bool = False
    source: str = "app"
    attempt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction(Event):
    """An empty `emoji` takes the person's reaction back."""

    target: str
    person: Person
    emoji: str = ""
    from_us: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Event):
    target: str
    person: Person
    text: str
    content: Raw = field(default_factory=dict)
    from_us: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked(Event):
    target: str
    person: Person
    from_us: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Event):
    """`status`: sent, delivered, read, played, failed. `attempt`: the id we gave the send, where it comes back."""

    external_id: str
    status: str
    attempt: str = ""
    person: Person | None = None
    error: Failure | None = None
    participant: str = ""
    pricing: Raw | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysChanged(Event):
    """The person of `before` is from now on also known by `after`; `text` is the platform's own sentence."""

    external_id: str
    before: Person
    after: Person
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class News(Event):
    """Anything about the account rather than a message: template reviews, quality, bans, consent, hand-overs …
    Kept whole; `topic` is the platform's name for it."""

    topic: str
    person: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(Event):
    """An item the parser could not read: it goes to the dead letters with its reason, its neighbours go on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a platform refused: its `code`, its own `title` and `detail`."""

    code: str
    title: str = ""
    detail: str = ""


class Outcome(StrEnum):
    """What is known of a send that raised. Only RETRY is provably not sent and worth another try."""

    REJECTED = "rejected"
    RETRY = "retry"
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """What an error speaks about: this message, this recipient, the pace of the whole channel, or the account itself,
    which somebody must mend (expired access, a restriction, no payment) before anything leaves again."""

    MESSAGE = "message"
    RECIPIENT = "recipient"
    CHANNEL = "channel"
    ACCOUNT = "account"


class SendError(Exception):
    """Raised by `Adapter.send`. `retry_after` (seconds) is the platform's wish, 0 when it has none."""

    def __init__(
        self, failure: Failure, outcome: Outcome, *, scope: Scope = Scope.MESSAGE, retry_after: float = 0
    ) -> None:
        super().__init__(f"{failure.code} {failure.title}".strip())
        self.failure = failure
        self.outcome = outcome
        self.scope = scope
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request to a platform. `attempt` travels with it where the platform gives such a word back."""

    to: Key
    kind: str
    text: str
    content: Raw
    reply_to: str
    attempt: uuid.UUID


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform took the message (which is not yet delivered). `keys`: names of the recipient it told us."""

    external_id: str
    keys: tuple[Key, ...] = ()


class Unit(StrEnum):
    """How a platform counts the length of a text."""

    CHARACTERS = "characters"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a platform allows, as data; `inbox.windows` evaluates it.

    window: how long after the customer's last message free text may be sent (None: always).
    closed_kinds: what may be sent when the window is closed. time_step: the resolution of its clock.
    """

    window: timedelta | None
    kinds: frozenset[str]
    closed_kinds: frozenset[str]
    text_limit: int
    text_unit: Unit = Unit.CHARACTERS
    time_step: timedelta = timedelta(seconds=1)

    def length(self, text: str) -> int:
        return len(text.encode()) if self.text_unit is Unit.BYTES else len(text)


class Adapter(Protocol):
    """One platform. `kind` is the word stored on channels and the name of its icon (`ch-<kind>`)."""

    kind: str
    label: str
    policy: Policy

    def parse(self, payload: Raw) -> Sequence[Event]: ...

    def send(self, channel: Channel, outgoing: Outgoing) -> Accepted: ...

    def mark_read(self, channel: Channel, external_id: str) -> None: ...

    def explain(self, failure: Failure) -> str | _StrPromise:
        """The failure in words an agent understands: what happened, why, what to do."""
        ...


@cache
def adapters() -> Mapping[str, Adapter]:
    loaded: list[Adapter] = [import_string(path) for path in settings.CHANNEL_ADAPTERS]
    return {adapter.kind: adapter for adapter in loaded}


def adapter_for(kind: str) -> Adapter:
    return adapters()[kind]
