"""What the two witnesses say, in one vocabulary: the sandbox's log and the database's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SILENT = frozenset({"edit", "revoke", "reaction"})  # they change another message instead of standing in the thread


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of the platform's log. `at` in whole seconds, as the platform told us; `place` its order there."""

    id: str
    channel: str
    phone: str
    direction: str
    kind: str
    text: str
    at: int
    place: int
    attempt: str = ""
    seen: bool = True
    deleted: bool = False
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A message as the database holds it, with the workspaces that it and what it belongs to name."""

    pk: int
    workspace: str
    owner: str  # the workspace of its conversation, of its contact and of its channel, when they agree
    channel: str
    conversation: int
    external_id: str
    direction: str
    kind: str
    text: str
    at: int
    seq: int
    rev: int
    state: int | None = None
    deleted: bool = False

    @property
    def place(self) -> tuple[int, int]:
        return (self.at, self.seq)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A delivery: one attempt to bring one message to the platform."""

    pk: int
    message: int
    channel: str
    attempt: str
    external_id: str
    state: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with what is kept beside its messages, to be recomputed from them."""

    pk: int
    workspace: str
    clock: int
    inbound_count: int
    last_message_at: int
    preview_text: str
    preview_state: int | None


@dataclass
class Evidence:
    """Both sides. `owners`: which workspace holds which channel."""

    said: list[Said] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    owners: Mapping[str, str] = field(default_factory=dict)

    def inbound(self) -> list[Said]:
        return [said for said in self.said if said.direction == "in" and said.kind not in SILENT]

    def outbound(self) -> list[Said]:
        return [said for said in self.said if said.direction == "out"]


def said_from(entries: Iterable[Mapping[str, Any]]) -> list[Said]:
    """The entries of the sandbox's /control/log."""
    return [_said(entry) for entry in entries]


def _said(entry: Mapping[str, Any]) -> Said:
    own = entry["body"].get("timestamp") if entry["direction"] == "in" else None
    return Said(
        id=entry["id"],
        channel=entry["channel"],
        phone=entry["phone"],
        direction=entry["direction"],
        kind=entry["kind"],
        text=entry["text"],
        at=int(own or entry["at"] // 1000),
        place=entry["seq"],
        attempt=entry["attempt"] or "",
        seen=entry["seen"],
        deleted=entry["deleted"],
        statuses=tuple(receipt["status"] for receipt in entry["statuses"]),
    )
