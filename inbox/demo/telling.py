"""One conversation of the demo as rows: its messages with what became of them, and what the list shows of it."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from inbox import kinds
from inbox.demo.contents import AD, VOICE, content_of, file_of
from inbox.demo.plot import Plot
from inbox.demo.script import Line
from inbox.models import Attachment, Conversation, Delivery, Message, State
from inbox.models.conversation import CLOSED
from inbox.receiving.messages import preview
from workspaces.models import Membership

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
OF_PLATFORM = frozenset({kinds.SYSTEM, kinds.WELCOME})  # lines in the thread that call nobody
HIDE_READING = 0.1  # so many messages are read without telling
Failures = Sequence[dict[str, str]]


@dataclass(slots=True)
class Rows:
    messages: list[Message] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    fresh: Iterator[State] = field(default_factory=lambda: cycle((State.SENT, State.DELIVERED, State.READ)))


@dataclass(slots=True)
class Teller:
    """Writes into `rows`. `failures`: why a send may fail, as the platform says it."""

    conversation: Conversation
    plot: Plot
    agents: Sequence[Membership]
    failures: Failures
    now: datetime
    rng: random.Random
    rows: Rows

    def tell(self, lines: Sequence[Line]) -> None:
        times = _times(lines, self.plot.last_word, self.rng)
        agent = self.agents[(self.plot.assignee or 0) % len(self.agents)]
        self.conversation.last_message_at = min(times[0], self.now)
        taken = self.plot.assignee is None
        for line, at in zip(lines, times, strict=True):
            if line.traits.get("later", "").endswith("d"):
                self._close(agent, self.conversation.last_message_at + timedelta(minutes=5))
            if not line.by_customer and not taken and line.kind != kinds.TEMPLATE and "auto" not in line.traits:
                self._event("taken", agent, min(at, self.now))
                taken = True
            self._message(line, min(at, self.now), agent)
        if self.plot.assignee is not None:
            self.conversation.assignee = agent
        if not self.plot.is_open:
            at = min(self.now, self.conversation.last_message_at + timedelta(minutes=self.rng.randint(2, 50)))
            self._close(agent, at)
            self.conversation.status, self.conversation.closed_at = CLOSED, at

    def _close(self, agent: Membership, at: datetime) -> None:
        self._event("closed", agent, at)
        self.conversation.waiting_since = None

    def _message(self, line: Line, at: datetime, agent: Membership) -> None:
        message = self._row(line, at, agent)
        self.rows.messages.append(message)
        if file := file_of(line.kind, line.argument):
            self.rows.attachments.append(Attachment(message=message, external_id=f"file-{message.client_id}", **file))
        _marked(message, line)
        if message.direction == Message.Direction.IN:
            self._customer_wrote(message)
        elif message.direction == Message.Direction.OUT:
            self.conversation.waiting_since = None
            self._delivered(message, line)
        if message.direction in (Message.Direction.IN, Message.Direction.OUT):
            preview(self.conversation, message)
            if message.deleted_at:
                self.conversation.preview_text, self.conversation.preview_kind = "", "deleted"

    def _row(self, line: Line, at: datetime, agent: Membership) -> Message:
        self.conversation.clock += 1
        quoted = self._quoted(line)
        return Message(
            conversation=self.conversation,
            channel=self.conversation.channel,
            client_id=uuid.UUID(int=self.rng.getrandbits(128), version=4),
            external_id="" if line.kind == kinds.NOTE else f"demo-{self.rng.getrandbits(96):024x}",
            direction=_direction(line),
            source=_source(line),
            author=None if line.by_customer or _source(line) != "agent" else agent,
            kind=kinds.AUDIO if line.kind == VOICE else line.kind,
            text=line.text,
            content=content_of(line.kind, line.argument) | _above(line),
            raw={"type": "poll"} if line.kind in (kinds.OTHER, kinds.UNSUPPORTED) else None,
            reply_to=quoted,
            reply_to_external_id=quoted.external_id if quoted else "",
            at=at,
            seq=self.conversation.clock,
            rev=self.conversation.clock,
        )

    def _quoted(self, line: Line) -> Message | None:
        if "quote" not in line.traits:
            return None
        mine = (one for one in reversed(self.rows.messages) if one.conversation is self.conversation)
        return next((one for one in mine if one.text), None)

    def _customer_wrote(self, message: Message) -> None:
        conversation = self.conversation
        conversation.inbound_count += 1
        conversation.last_inbound_at = conversation.window_from = message.at
        conversation.waiting_since = conversation.waiting_since or message.at

    def _delivered(self, message: Message, line: Line) -> None:
        message.state, message.failure = self._state(message, line), None
        if "failed" in line.traits:
            message.failure = dict(self.failures[int(line.traits["failed"]) % len(self.failures)])
        sent = message.state not in (State.FAILED, State.UNKNOWN)
        if not sent:
            message.external_id = ""
        self.rows.deliveries.append(
            Delivery(
                message=message,
                conversation=self.conversation,
                channel=message.channel,
                attempt=uuid.UUID(int=self.rng.getrandbits(128), version=4),
                external_id=message.external_id,
                state=message.state,
                tries=1,
                run_at=message.at,
                failure=message.failure,
            )
        )

    def _state(self, message: Message, line: Line) -> State:
        if "failed" in line.traits:
            return State.FAILED
        if "unknown" in line.traits:
            return State.UNKNOWN
        if message.at < self.plot.last_word or not self.plot.is_open:
            if message.kind == kinds.AUDIO:
                return State.PLAYED
            return State.DELIVERED if self.rng.random() < HIDE_READING else State.READ
        return next(self.rows.fresh)

    def _event(self, what: str, agent: Membership, at: datetime) -> None:
        self.conversation.clock += 1
        self.rows.messages.append(
            Message(
                conversation=self.conversation,
                channel=self.conversation.channel,
                client_id=uuid.UUID(int=self.rng.getrandbits(128), version=4),
                direction=Message.Direction.EVENT,
                author=agent,
                kind=kinds.EVENT,
                content={"what": what, "by": agent.name},
                at=at,
                seq=self.conversation.clock,
                rev=self.conversation.clock,
            )
        )


def _times(lines: Sequence[Line], last_word: datetime, rng: random.Random) -> list[datetime]:
    """A time for each line, so that the customer's last one is `last_word`."""
    offsets, offset, before = [], timedelta(), True
    for line in lines:
        quick = line.by_customer == before
        gap = timedelta(seconds=rng.randint(6, 50) if quick else rng.randint(40, 900))
        offset += _gap(line.traits["later"]) if "later" in line.traits else gap
        offsets.append(offset)
        before = line.by_customer
    last = max((at for at, line in zip(offsets, lines, strict=True) if line.by_customer), default=offset)
    return [last_word + at - last for at in offsets]


def _gap(words: str) -> timedelta:
    return timedelta(**{UNITS[words[-1]]: int(words[:-1])})


def _direction(line: Line) -> Message.Direction:
    if line.kind in OF_PLATFORM:
        return Message.Direction.EVENT if line.kind == kinds.SYSTEM else Message.Direction.IN
    if line.kind == kinds.NOTE:
        return Message.Direction.NOTE
    return Message.Direction.IN if line.by_customer else Message.Direction.OUT


def _source(line: Line) -> str:
    if line.by_customer:
        return ""
    return "app" if "app" in line.traits else "automation" if "auto" in line.traits else "agent"


def _above(line: Line) -> dict[str, Any]:
    """What stands above a message of any kind."""
    found: dict[str, Any] = {"forwarded": True} if "forwarded" in line.traits else {}
    return found | ({"referral": AD} if "ad" in line.traits else {})


def _marked(message: Message, line: Line) -> None:
    """A reaction is the other side's."""
    later = message.at + timedelta(seconds=30)
    if emoji := line.traits.get("react"):
        by = "team" if line.by_customer else "customer"
        message.reactions = [{"emoji": emoji, "by": by, "at": later.isoformat()}]
    if "edited" in line.traits:
        message.edited_at = later
    if "deleted" in line.traits:
        message.deleted_at = later
