"""Phone numbers of Latin America. A number is never rewritten: all the forms it may arrive in are looked up before a
contact is made, and a reply goes to the form that wrote.

The variants (product page, "Phone identity"):
  Brazil     55 DD 9 XXXXXXXX  ~  55 DD XXXXXXXX     only where the eight digits start with 6 to 9 (mobiles)
  Argentina  54 9 area number  ~  54 area number
  Mexico     52 and ten digits ~  52 1 and ten digits
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

_BRAZIL = re.compile(r"(55[1-9]\d)9?([6-9]\d{7})")
_ARGENTINA = re.compile(r"549?(\d{10})")
_MEXICO = re.compile(r"521?(\d{10})")


def digits_of(number: str) -> str:
    return re.sub(r"\D", "", number)


@lru_cache(maxsize=10_000)
def variants(digits: str) -> tuple[str, ...]:
    """Every form (digits, with country code) in which this person's number may arrive; the given one first."""
    found = [digits]
    if match := _BRAZIL.fullmatch(digits):
        area, number = match.groups()
        found += [f"{area}9{number}", f"{area}{number}"]
    elif match := _ARGENTINA.fullmatch(digits):
        found += [f"549{match[1]}", f"54{match[1]}"]
    elif match := _MEXICO.fullmatch(digits):
        found += [f"52{match[1]}", f"521{match[1]}"]
    return tuple(dict.fromkeys(found))


def typed(number: str, country: str) -> str:
    """What a person typed ("11 9 8765-4321", "0 11 15 …") as digits with country code; ValueError if no number."""
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException as error:
        raise ValueError(number) from error
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError(number)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)[1:]


def international(number: str) -> str:
    """An E.164 number as people write it; as it stands if it is none."""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return number
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
