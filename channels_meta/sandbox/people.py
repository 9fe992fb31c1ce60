"""Company numbers and the customers who write to them."""

import hashlib
import re
import sqlite3
from dataclasses import dataclass

from channels_meta.sandbox.store import Store, Value

BSUID = re.compile(r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")
COUNTRIES = {"55": "BR", "54": "AR", "52": "MX", "57": "CO", "56": "CL", "51": "PE", "598": "UY", "34": "ES", "1": "US"}


@dataclass(frozen=True)
class Account:
    phone_number_id: str
    waba: str
    display: str
    name: str
    token: str
    subscribed: bool = True

    @property
    def digits(self) -> str:
        return re.sub(r"\D", "", self.display)


@dataclass(frozen=True)
class Customer:
    id: int
    name: str
    wa_id: str | None
    user_id: str
    username: str = ""
    hides_phone: bool = False
    reachable: bool = True

    @property
    def shown_wa_id(self) -> bool:
        return self.wa_id is not None and not self.hides_phone

    @property
    def address(self) -> str:
        return self.wa_id or self.user_id


DEFAULT_ACCOUNT = Account("110000000000009", "290000000000001", "+1 555-000-1234", "Ventas Centro", "sandbox-token")


class People:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.load()

    def load(self) -> None:
        rows = self.store.all("SELECT * FROM accounts ORDER BY rowid")
        self.accounts = {row["phone_number_id"]: _account(row) for row in rows}
        self.by_token = {account.token: account for account in self.accounts.values()}
        if not self.accounts:
            self.register(DEFAULT_ACCOUNT)

    def register(self, account: Account) -> None:
        self.store.write(
            "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?)",
            account.phone_number_id,
            account.waba,
            account.display,
            account.name,
            account.token,
            account.subscribed,
        )
        self.load()

    def subscribe(self, waba: str, subscribed: bool) -> None:
        self.store.write("UPDATE accounts SET subscribed = ? WHERE waba = ?", subscribed, waba)
        self.load()

    def customer(self, customer_id: int) -> Customer | None:
        return self._one("id = ?", customer_id)

    def find(self, address: str) -> Customer | None:
        """By phone in any of the ways it is written there, or by business-scoped user id."""
        if BSUID.match(address):
            return self._one("user_id = ?", address)
        for wa_id in spellings(re.sub(r"\D", "", address)):
            if found := self._one("wa_id = ?", wa_id):
                return found
        return None

    def add(self, address: str, name: str = "", user_id: str = "") -> Customer:
        """`address`: a phone, or a user id for somebody who never shows one."""
        wa_id = None if BSUID.match(address) else re.sub(r"\D", "", address)
        self.store.write(
            "INSERT INTO customers (name, wa_id, user_id) VALUES (?, ?, ?)",
            name or address,
            wa_id,
            user_id or (address if wa_id is None else derived_user_id(wa_id)),
        )
        found = self.find(address)
        if found is None:
            raise LookupError(address)
        return found

    def find_or_add(self, address: str, name: str = "", user_id: str = "") -> Customer:
        return self.find(address) or self.add(address, name, user_id)

    def change(self, customer: Customer, **changes: Value) -> Customer:
        for column, value in changes.items():
            self.store.write(f"UPDATE customers SET {column} = ? WHERE id = ?", value, customer.id)  # noqa: S608
        return self.customer(customer.id) or customer

    def _one(self, where: str, value: Value) -> Customer | None:
        row = self.store.one(f"SELECT * FROM customers WHERE {where}", value)  # noqa: S608 (our own words)
        return _customer(row) if row else None


def spellings(digits: str) -> list[str]:
    """The number as written, then as WhatsApp may know it: Brazil and Argentina's 9, Mexico's 1."""
    found = [digits]
    if digits.startswith("55") and len(digits) == 13 and digits[4] == "9":
        found.append(digits[:4] + digits[5:])
    if digits.startswith("55") and len(digits) == 12:
        found.append(digits[:4] + "9" + digits[4:])
    for country, extra in (("54", "9"), ("52", "1")):
        long = country + extra
        if digits.startswith(long) and len(digits) == 13:
            found.append(country + digits[3:])
        elif digits.startswith(country) and len(digits) == 12:
            found.append(long + digits[2:])
    return found


def derived_user_id(wa_id: str) -> str:
    country = next((COUNTRIES[wa_id[:n]] for n in (3, 2, 1) if wa_id[:n] in COUNTRIES), "BR")
    return f"{country}.{hashlib.sha256(wa_id.encode()).hexdigest()[:16]}"


def _account(row: sqlite3.Row) -> Account:
    return Account(
        row["phone_number_id"], row["waba"], row["display"], row["name"], row["token"], bool(row["subscribed"])
    )


def _customer(row: sqlite3.Row) -> Customer:
    return Customer(
        row["id"],
        row["name"],
        row["wa_id"],
        row["user_id"],
        row["username"],
        bool(row["hides_phone"]),
        bool(row["reachable"]),
    )
