import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from channels_meta.sandbox import compose, kinds
from channels_meta.sandbox.deliver import Outbox
from channels_meta.sandbox.errors import error_object
from channels_meta.sandbox.modes import Knobs, Modes
from channels_meta.sandbox.people import Account, Customer, People
from channels_meta.sandbox.store import Store, now_ms

Json = dict[str, Any]
DELAYS = {"sent": "sent_ms", "delivered": "delivered_ms", "read": "read_ms", "played": "read_ms"}
AFTER_MS = 150
SILENT = ("edit", "revoke", "reaction")  # they change another message instead of standing in the chat


@dataclass(frozen=True)
class Sent:
    """A message that the platform accepted from a company."""

    id: str
    kind: str
    attempt: str | None
    by_user_id: bool
    at: int

    def shape(self) -> Json:
        return {"id": self.id, "kind": self.kind, "attempt": self.attempt, "by_user_id": self.by_user_id}


class Chats:
    """What companies and customers say to each other, and the receipts that follow."""

    def __init__(self, store: Store, people: People, modes: Modes, outbox: Outbox) -> None:
        self.store, self.people, self.modes, self.outbox = store, people, modes, outbox

    def customer_says(self, account: Account, customer: Customer, content: Json, raw: Json | None = None) -> str:
        """`content`: type and body, perhaps id, timestamp, context; `raw` overrides parts of the change's value."""
        now = now_ms()
        wamid = str(content.get("id") or compose.new_wamid(customer.address))
        kind = str(content.get("type", ""))
        message = compose.message(customer, wamid, now, content)
        with_contact = None if kind == "system" else customer
        self.outbox.add(account, compose.value(account, with_contact, messages=[message]) | (raw or {}), now)
        self.store.write(
            "INSERT OR IGNORE INTO messages (id, account, customer, direction, kind, text, quoted, body, at)"
            " VALUES (?, ?, ?, 'in', ?, ?, ?, ?, ?)",
            wamid,
            account.phone_number_id,
            customer.id,
            kind,
            kinds.words(kind, message),
            kinds.quoted(kind, message),
            json.dumps(message),
            now,
        )
        self._touch(account, customer, now, opened_window=True)
        self._apply(kind, message)
        return wamid

    def accept(self, account: Account, customer: Customer, body: Json, by_user_id: bool) -> Sent:
        now = now_ms()
        kind = str(body.get("type", "text"))
        sent = Sent(compose.new_wamid(customer.address), kind, body.get("biz_opaque_callback_data"), by_user_id, now)
        self.store.write(
            "INSERT INTO messages (id, account, customer, direction, kind, text, quoted, attempt, body, at, by_user_id)"
            " VALUES (?, ?, ?, 'out', ?, ?, ?, ?, ?, ?, ?)",
            sent.id,
            account.phone_number_id,
            customer.id,
            kind,
            kinds.words(kind, body),
            kinds.quoted(kind, body),
            sent.attempt,
            json.dumps(body),
            now,
            by_user_id,
        )
        self._touch(account, customer, now, opened_window=False)
        return sent

    def later_receipts(self, account: Account, customer: Customer, sent: Sent, knobs: Knobs) -> None:
        for state in planned(sent, knobs):
            self.receipt(account, customer, sent, state, sent.at + getattr(knobs, DELAYS[state]))

    def receipt(self, account: Account, customer: Customer, sent: Sent, state: str, at: int) -> None:
        self._note(sent.id, state, at, None)
        self.outbox.add(account, receipt_value(account, customer, sent, state, at), at)

    def receipts_now(self, account: Account, customer: Customer, sent: Sent, knobs: Knobs) -> list[int]:
        """Delivered at once, each in a webhook of its own; the webhooks' ids."""
        made, now = [], now_ms()
        for state in planned(sent, knobs) if account.subscribed else []:
            self._note(sent.id, state, now, None)
            body = compose.envelope(account.waba, [receipt_value(account, customer, sent, state, now)])
            made.append(self.outbox.make(account.phone_number_id, compose.to_bytes(body)))
        return made

    def fail(self, account: Account, customer: Customer, sent: Sent, code: int) -> None:
        """Accepted, then refused: the customer never sees it and the company learns it by webhook."""
        at = now_ms()
        self._note(sent.id, "failed", at, code)
        self.store.write("UPDATE messages SET failed_code = ? WHERE id = ?", code, sent.id)
        receipt = compose.status(customer, sent.shape(), "failed", at) | {"errors": [error_object(code)]}
        self.outbox.add(account, compose.value(account, None, statuses=[receipt]), at)

    def open(self, account: Account, customer: Customer) -> int:
        """The customer looks at the chat: what was unseen becomes read. How many."""
        now = now_ms()
        rows = self.store.all(
            "SELECT * FROM messages m WHERE account = ? AND customer = ? AND direction = 'out' AND failed_code IS NULL"
            " AND kind NOT IN ('reaction') AND NOT EXISTS"
            " (SELECT 1 FROM statuses s WHERE s.message = m.id AND s.status IN ('read', 'played'))",
            account.phone_number_id,
            customer.id,
        )
        for row in rows:
            # Never before the receipts that are still on their way, or the company's ticks would skip them.
            last = self.store.number("SELECT max(at) FROM statuses WHERE message = ?", row["id"])
            self.receipt(account, customer, sent_of(row), "read", max(now, last + AFTER_MS))
        return len(rows)

    def company_read(self, account: Account, wamid: str, typing: bool) -> bool:
        """Marks this message and the earlier ones as read by the company; False if there is no such message."""
        row = self.store.one(
            "SELECT * FROM messages WHERE id = ? AND account = ? AND direction = 'in'", wamid, account.phone_number_id
        )
        if row is None:
            return False
        now = now_ms()
        self.store.write(
            "UPDATE messages SET read_at = ? WHERE account = ? AND customer = ? AND direction = 'in' AND seq <= ?"
            " AND read_at IS NULL",
            now,
            row["account"],
            row["customer"],
            row["seq"],
        )
        if typing:
            self.store.write(
                "UPDATE chats SET typing_until = ? WHERE account = ? AND customer = ?",
                now + 25_000,
                row["account"],
                row["customer"],
            )
        return True

    def last_in_at(self, account: Account, customer: Customer) -> int:
        return self.store.number(
            "SELECT last_in_at FROM chats WHERE account = ? AND customer = ?", account.phone_number_id, customer.id
        )

    def set_last_in_at(self, account: Account, customer: Customer, at: int | None) -> None:
        self._touch(account, customer, now_ms(), opened_window=False)
        self.store.write(
            "UPDATE chats SET last_in_at = ? WHERE account = ? AND customer = ?",
            at,
            account.phone_number_id,
            customer.id,
        )

    def _touch(self, account: Account, customer: Customer, at: int, opened_window: bool) -> None:
        last_in = at if opened_window else None
        self.store.write(
            "INSERT INTO chats (account, customer, last_in_at, last_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (account, customer) DO UPDATE SET last_at = excluded.last_at,"
            " last_in_at = coalesce(excluded.last_in_at, last_in_at),"
            " typing_until = CASE WHEN excluded.last_in_at IS NULL THEN 0 ELSE typing_until END",
            account.phone_number_id,
            customer.id,
            last_in,
            at,
        )

    def _apply(self, kind: str, message: Json) -> None:
        original = kinds.dig(message, kind, "original_message_id")
        if kind == "edit" and original:
            text = kinds.words("edit", message)
            self.store.write("UPDATE messages SET text = ?, edited = 1 WHERE id = ?", text, str(original))
        if kind == "revoke" and original:
            self.store.write("UPDATE messages SET deleted = 1 WHERE id = ?", str(original))

    def _note(self, wamid: str, state: str, at: int, code: int | None) -> None:
        self.store.write("INSERT INTO statuses VALUES (?, ?, ?, ?)", wamid, state, at, code)


def planned(sent: Sent, knobs: Knobs) -> list[str]:
    return [state for state in knobs.receipts if sent.kind != "reaction" or state == "sent"]


def receipt_value(account: Account, customer: Customer, sent: Sent, state: str, at: int) -> Json:
    return compose.value(account, customer, statuses=[compose.status(customer, sent.shape(), state, at)])


def sent_of(row: sqlite3.Row) -> Sent:
    return Sent(row["id"], row["kind"], row["attempt"], bool(row["by_user_id"]), row["at"])
