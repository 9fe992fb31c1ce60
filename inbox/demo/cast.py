"""The customers of a demo shop: how they are called and how they are reached, the same ones every time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm.models import Contact, Identity, IdentityKey

PREFIXES = {"AR": "54911555", "BR": "551194", "US": "1617555"}
DIGITS = {"AR": 13, "BR": 13, "US": 11}
HIDES_PHONE = 13  # every so many customers never show a number
MAILS = 4


@dataclass(frozen=True, slots=True)
class Customer:
    name: str
    phone: str  # digits; empty: not known
    scoped: str
    email: str

    @property
    def keys(self) -> list[tuple[str, str]]:
        phone = [("phone", self.phone)] if self.phone else []
        return [*phone, ("scoped", self.scoped)]


def customers(names: Sequence[str], country: str) -> list[Customer]:
    rng = random.Random(country)
    return [_customer(nth, name, country, rng) for nth, name in enumerate(names)]


def _customer(nth: int, name: str, country: str, rng: random.Random) -> Customer:
    prefix = PREFIXES[country]
    room = DIGITS[country] - len(prefix)
    hides = nth % HIDES_PHONE == HIDES_PHONE - 1 and bool(name)
    first = name.split(" ", maxsplit=1)[0].lower()
    mail = f"{first}{nth}@correo.example" if nth % MAILS == 0 and first.isascii() and first.isalpha() else ""
    digits = f"{prefix}{(nth * 157 + 23) % 10**room:0{room}d}"
    return Customer(name, "" if hides else digits, f"{country}.{rng.getrandbits(60):015x}", mail)


def rows(people: Sequence[Customer], scope: str) -> tuple[list[Contact], list[Identity], list[IdentityKey]]:
    contacts = [Contact(name=one.name, phone=f"+{one.phone}" if one.phone else None, email=one.email) for one in people]
    identities = [_identity(one, contact, scope) for one, contact in zip(people, contacts, strict=True)]
    return contacts, identities, list(_keys(people, identities, scope))


def _identity(one: Customer, contact: Contact, scope: str) -> Identity:
    kind, value = one.keys[0]
    return Identity(contact=contact, scope=scope, name=one.name, reply_kind=kind, reply_value=value)


def _keys(people: Sequence[Customer], identities: Sequence[Identity], scope: str) -> Iterator[IdentityKey]:
    for one, identity in zip(people, identities, strict=True):
        for kind, value in one.keys:
            yield IdentityKey(identity=identity, scope=scope, kind=kind, value=value)
