"""The list: which view, which page of it, and its counters."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet, Value
from django.http import QueryDict
from django.utils.functional import cached_property

from crm.search import contact_ids
from inbox.models import Conversation
from inbox.models.conversation import CLOSED, OPEN, ConversationQuerySet
from workspaces.models import Membership

PAGE = 50
CAP = 100
VIEWS = ("mine", "unassigned", "all")


class BadCursor(ValueError):
    """A cursor that this list did not make."""


@dataclass(frozen=True)
class Listing:
    """What one member looks at: one of the views, open or closed, or what their words find."""

    member: Membership
    view: str = "mine"
    status: str = OPEN
    words: str = ""

    @classmethod
    def from_query(cls, member: Membership, query: QueryDict) -> Listing:
        view, status = query.get("view", "mine"), query.get("status", OPEN)
        return cls(
            member,
            view if view in VIEWS else "mine",
            status if status in (OPEN, CLOSED) else OPEN,
            query.get("q", "").strip(),
        )

    @cached_property
    def visible(self) -> ConversationQuerySet:
        visible: ConversationQuerySet = Conversation.objects.visible_to(self.member)
        return visible

    @property
    def query(self) -> str:
        """What an address says of this list."""
        said = {"view": self.view, "status": self.status, "q": self.words}
        return urlencode({name: value for name, value in said.items() if value})

    @cached_property
    def conversations(self) -> ConversationQuerySet:
        """Words are looked for in all that the member may see, open or closed."""
        if self.words:
            return self.visible.filter(contact__any_of=contact_ids(self.words))
        return self.visible.view(self.view, self.member).filter(status=self.status)

    def page(self, before: str = "") -> tuple[list[Conversation], str]:
        """Fifty rows below the cursor, and the cursor of the next page ("" at the end)."""
        rows = self.conversations
        if before:
            rows = rows.after(*read_cursor(before))
        found = list(rows.newest_first()[: PAGE + 1])
        more = len(found) > PAGE
        return found[:PAGE], write_cursor(found[PAGE - 1]) if more else ""

    def these(self, pks: list[int]) -> list[Conversation]:
        return list(self.conversations.filter(pk__any_of=pks).newest_first())

    def counters(self) -> dict[str, int]:
        """Open conversations of each view, and how many of the newest of mine hold something unread; each capped."""
        open_ones = self.visible.filter(status=OPEN)
        counted = {view: open_ones.view(view, self.member) for view in VIEWS}
        # what a customer writes comes up; to look through thousands that are read would cost more than the page
        newest = counted["mine"].newest_first().values("pk")[: 2 * CAP]
        counted["unread"] = open_ones.filter(pk__in=newest).unread_by(self.member)
        first, *others = (_capped(name, rows) for name, rows in counted.items())
        found = Counter(first.union(*others, all=True))
        return {name: found[name] for name in counted}


def _capped(name: str, rows: ConversationQuerySet) -> QuerySet[Conversation, str]:
    """At most CAP rows that hold nothing but the counter's name: all counters together are one query."""
    return rows.order_by().annotate(counter=Value(name)).values_list("counter", flat=True)[:CAP]


def moment(text: str) -> datetime:
    """A time with its zone, as a cursor of ours names one; else ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def write_cursor(row: Any) -> str:
    return urlsafe_b64encode(f"{row.last_message_at.isoformat()},{row.pk}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int]:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, pk = text.split(",")
        return moment(at), int(pk)
    except ValueError as error:
        raise BadCursor(cursor) from error
