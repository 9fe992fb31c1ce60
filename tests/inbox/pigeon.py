"""A channel of the tests' own, a carrier pigeon: what the inbox does with the port, whichever platform is behind it."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from inbox import kinds
from inbox.models import Channel
from inbox.port import Accepted, Event, Failure, Outcome, Outgoing, Policy, Raw, Scope, SendError

KIND = "pigeon"
POLICY = Policy(
    window=timedelta(hours=24),
    kinds=frozenset({kinds.TEXT, kinds.IMAGE, kinds.TEMPLATE}),
    closed_kinds=frozenset({kinds.TEMPLATE}),
    text_limit=160,
)
Answer = Accepted | SendError | Exception | Callable[[], Accepted]


def refused(
    code: str = "no_wind", outcome: Outcome = Outcome.REJECTED, scope: Scope = Scope.MESSAGE, retry_after: float = 0
) -> SendError:
    return SendError(Failure(code, "Grounded"), outcome, scope=scope, retry_after=retry_after)


class Pigeon:
    """Answers what a test put in `answers`, else takes the message."""

    kind = KIND
    label = "Pigeon post"

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.policy = POLICY
        self.answers: deque[Answer] = deque()
        self.sent: list[Outgoing] = []
        self.read: list[str] = []
        self.numbers = itertools.count(1)

    def parse(self, payload: Raw) -> Sequence[Event]:
        return []

    def send(self, channel: Channel, outgoing: Outgoing) -> Accepted:
        self.sent.append(outgoing)
        answer = self.answers.popleft() if self.answers else Accepted(f"pigeon-{next(self.numbers)}")
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Accepted) else answer()

    def mark_read(self, channel: Channel, external_id: str) -> None:
        if self.answers and isinstance(answer := self.answers.popleft(), Exception):
            raise answer
        self.read.append(external_id)

    def explain(self, failure: Failure) -> str:
        return f"The pigeon says {failure.code}"


adapter = Pigeon()
