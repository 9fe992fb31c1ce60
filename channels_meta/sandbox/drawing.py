"""What the phone's pages show: rows of the store turned into plain things that a template can draw."""

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from channels_meta.sandbox import kinds
from channels_meta.sandbox.chats import SILENT
from channels_meta.sandbox.errors import WORDS
from channels_meta.sandbox.people import Account, Customer
from channels_meta.sandbox.platform import Platform
from channels_meta.sandbox.store import now_ms

Json = dict[str, Any]
SHOWN = 200
EDIT_MS = 15 * 60_000
NAMES = {
    "image": "Photo",
    "video": "Video",
    "audio": "Voice message",
    "voice": "Voice message",
    "document": "Document",
    "sticker": "Sticker",
    "location": "Location",
    "contacts": "Contact",
    "template": "Template",
    "order": "Order",
    "interactive": "Interactive message",
}
ICONS = {
    "image": "image",
    "video": "video",
    "audio": "mic",
    "voice": "mic",
    "document": "file",
    "sticker": "sticker",
    "location": "map-pin",
    "contacts": "user",
}
SPECIAL = {
    "cta_url": ("external-link", "display_text"),
    "flow": ("file", "flow_cta"),
    "voice_call": ("smartphone", "display_text"),
}


@dataclass
class Quote:
    who: str
    text: str
    icon: str = ""


@dataclass
class Bubble:
    id: str
    mine: bool
    kind: str
    text: str
    at: int
    body: Json
    ticks: str = ""
    quote: Quote | None = None
    reactions: list[str] = field(default_factory=list)
    edited: bool = False
    deleted: bool = False
    failure: str = ""
    day: str = ""
    first: bool = True

    @property
    def clock(self) -> str:
        return _local(self.at).strftime("%H:%M")

    @property
    def iso(self) -> str:
        return datetime.fromtimestamp(self.at / 1000, UTC).isoformat()

    @property
    def label(self) -> str:
        return NAMES.get(self.kind, self.kind.replace("_", " ").capitalize())

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind, "")

    @property
    def editable(self) -> bool:
        return self.mine and self.kind == "text" and not self.deleted and now_ms() - self.at < EDIT_MS

    @property
    def choices(self) -> list[kinds.Choice]:
        return [] if self.mine else kinds.choices(self.body)

    @property
    def header(self) -> str:
        return str(kinds.dig(self.body, "interactive", "header", "text") or "")

    @property
    def footer(self) -> str:
        return str(kinds.dig(self.body, "interactive", "footer", "text") or "")

    @property
    def picture(self) -> bool:
        return kinds.dig(self.body, "interactive", "header", "type") in ("image", "video")

    @property
    def asks_location(self) -> bool:
        return bool(kinds.dig(self.body, "interactive", "type") == "location_request_message")

    @property
    def parameters(self) -> list[str]:
        """A template's values, in order: the sandbox has no copy of its wording."""
        components = kinds.objects(self.body, "template", "components")
        found = [parameter for component in components for parameter in kinds.objects(component, "parameters")]
        return [str(one.get("text", "")) for one in found if one.get("type") == "text"]

    @property
    def link(self) -> tuple[str, str, str] | None:
        """Icon, label and address of the button of an interactive message that is no quick reply."""
        kind = str(kinds.dig(self.body, "interactive", "type"))
        if kind not in SPECIAL:
            return None
        icon, key = SPECIAL[kind]
        parameters = kinds.dig(self.body, "interactive", "action", "parameters")
        return icon, str(kinds.dig(parameters, key) or kind), str(kinds.dig(parameters, "url") or "")


@dataclass
class Row:
    """A customer in the list, with the last thing said to or by them."""

    customer: Customer
    preview: str
    at: int
    unread: int
    mine: bool
    icon: str = ""

    @property
    def clock(self) -> str:
        if not self.at:
            return ""
        then = _local(self.at)
        return then.strftime("%H:%M" if then.date() == _local(now_ms()).date() else "%d %b")


def thread(stage: Platform, account: Account, customer: Customer) -> list[Bubble]:
    """The newest messages of a chat, oldest first."""
    rows = stage.store.all(
        "SELECT * FROM messages WHERE account = ? AND customer = ? ORDER BY seq DESC LIMIT ?",
        account.phone_number_id,
        customer.id,
        SHOWN,
    )[::-1]
    by_id = {row["id"]: row for row in rows}
    reactions = _reactions(rows)
    bubbles: list[Bubble] = []
    for row in rows:
        if row["kind"] in SILENT:
            continue
        bubble = _bubble(row, by_id, account)
        bubble.reactions = reactions.get(row["id"], [])
        bubble.day = _day(bubble.at) if not bubbles or _day(bubbles[-1].at) != _day(bubble.at) else ""
        bubble.first = bool(bubble.day) or not bubbles or bubbles[-1].mine != bubble.mine
        bubbles.append(bubble)
    return bubbles


def rows(stage: Platform, account: Account) -> list[Row]:
    """Every customer, whoever spoke last on top."""
    found = stage.store.all(
        "SELECT c.id, coalesce(h.last_at, 0) AS at FROM customers c"
        " LEFT JOIN chats h ON h.customer = c.id AND h.account = ? ORDER BY at DESC, c.id LIMIT ?",
        account.phone_number_id,
        SHOWN,
    )
    return [row for each in found if (row := _row(stage, account, each["id"], each["at"]))]


def typing_until(stage: Platform, account: Account, customer: Customer) -> int:
    until = stage.store.number(
        "SELECT typing_until FROM chats WHERE account = ? AND customer = ?", account.phone_number_id, customer.id
    )
    return until if until > now_ms() else 0


def unread(stage: Platform, account: Account, customer: Customer) -> int:
    return stage.store.number(
        "SELECT count(*) FROM messages m WHERE account = ? AND customer = ? AND direction = 'out'"
        " AND failed_code IS NULL AND kind <> 'reaction' AND NOT EXISTS"
        " (SELECT 1 FROM statuses s WHERE s.message = m.id AND s.status IN ('read', 'played'))",
        account.phone_number_id,
        customer.id,
    )


def _row(stage: Platform, account: Account, customer_id: int, at: int) -> Row | None:
    customer = stage.people.customer(customer_id)
    last = stage.store.one(
        "SELECT * FROM messages WHERE account = ? AND customer = ? AND kind NOT IN ('edit', 'revoke')"
        " ORDER BY seq DESC LIMIT 1",
        account.phone_number_id,
        customer_id,
    )
    if customer is None:
        return None
    if last is None:
        return Row(customer, "", at, 0, mine=False)
    count, mine = unread(stage, account, customer), last["direction"] == "in"
    if last["deleted"]:
        return Row(customer, "Deleted message", at, count, mine)
    label = NAMES.get(last["kind"], last["kind"])
    return Row(customer, last["text"] or label, at, count, mine, ICONS.get(last["kind"], ""))


def _bubble(row: sqlite3.Row, by_id: dict[str, sqlite3.Row], account: Account) -> Bubble:
    mine = row["direction"] == "in"
    bubble = Bubble(row["id"], mine, row["kind"], row["text"], row["at"], json.loads(row["body"]))
    bubble.edited, bubble.deleted = bool(row["edited"]), bool(row["deleted"])
    bubble.ticks = ("read" if row["read_at"] else "delivered") if mine else ""
    if row["failed_code"] is not None:
        code = int(row["failed_code"])
        bubble.failure = f"{code}: {WORDS.get(code, 'not delivered')}"
    if row["quoted"]:
        bubble.quote = _quote(by_id.get(row["quoted"]), account)
    return bubble


def _quote(row: sqlite3.Row | None, account: Account) -> Quote:
    if row is None:
        return Quote("Earlier message", "not on this phone")
    who = "You" if row["direction"] == "in" else account.name
    text = "Deleted message" if row["deleted"] else row["text"] or NAMES.get(row["kind"], row["kind"])
    return Quote(who, text, ICONS.get(row["kind"], ""))


def _reactions(rows: list[sqlite3.Row]) -> dict[str, list[str]]:
    """One a side for each message: the last one said, if it was not taken back."""
    last: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        if row["kind"] == "reaction" and row["quoted"] and row["failed_code"] is None:
            last[row["quoted"]][row["direction"]] = row["text"]
    return {target: [emoji for emoji in sides.values() if emoji] for target, sides in last.items()}


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000).astimezone()


def _day(at: int) -> str:
    day, today = _local(at).date(), _local(now_ms()).date()
    return _day_words(day, (today - day).days)


def _day_words(day: date, ago: int) -> str:
    if ago < 2:
        return ("Today", "Yesterday")[max(ago, 0)]
    return day.strftime("%A" if ago < 7 else "%d %B %Y")
