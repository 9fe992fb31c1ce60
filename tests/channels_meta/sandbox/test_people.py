"""Company numbers and customers: found in every spelling, never two for one, kept through a restart."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from channels_meta.sandbox.people import DEFAULT_ACCOUNT, Account, Customer, People, derived_user_id, spellings
from channels_meta.sandbox.store import Store

T = TypeVar("T")


def among(tmp_path: Path, act: Callable[[People], T]) -> T:
    async def play() -> T:
        store = Store(tmp_path / "people.sqlite3")
        try:
            return act(People(store))
        finally:
            store.close()

    return asyncio.run(play())


@pytest.mark.parametrize(
    ("digits", "known_as"),
    [
        ("5511955501234", ["5511955501234", "551155501234"]),  # Brazil's ninth digit
        ("551155501234", ["551155501234", "5511955501234"]),
        ("5511255501234", ["5511255501234"]),  # no mobile number
        ("5491155501234", ["5491155501234", "541155501234"]),  # Argentina's 9
        ("541155501234", ["541155501234", "5491155501234"]),
        ("5215512345678", ["5215512345678", "525512345678"]),  # Mexico's 1
        ("525512345678", ["525512345678", "5215512345678"]),
        ("15550001234", ["15550001234"]),
        ("573001234567", ["573001234567"]),
        ("", [""]),
    ],
)
def test_a_number_in_the_ways_it_may_be_written(digits: str, known_as: list[str]) -> None:
    assert spellings(digits) == known_as


@pytest.mark.parametrize(
    ("wa_id", "country"),
    [
        ("5511955501234", "BR"),
        ("5491155501234", "AR"),
        ("5215512345678", "MX"),
        ("573001234567", "CO"),
        ("59899123456", "UY"),
        ("34600123456", "ES"),
        ("15550001234", "US"),
        ("999", "BR"),
    ],
)
def test_a_user_id_names_the_country_and_stays_the_same(wa_id: str, country: str) -> None:
    made = derived_user_id(wa_id)
    assert made.startswith(f"{country}.")
    assert made == derived_user_id(wa_id)
    assert made != derived_user_id(f"{wa_id}0")


class TestCustomers:
    @pytest.mark.parametrize(
        "address", ["5511955501234", "+5511955501234", "+55 (11) 95550-1234", "551155501234", "BR.mine"]
    )
    def test_one_is_found_however_they_are_written(self, tmp_path: Path, address: str) -> None:
        def act(people: People) -> tuple[Customer, Customer | None]:
            return people.add("5511955501234", "Lia", "BR.mine"), people.find(address)

        added, found = among(tmp_path, act)
        assert found == added
        assert (added.name, added.address, added.shown_wa_id) == ("Lia", "5511955501234", True)

    @pytest.mark.parametrize("address", ["", "Lia", "+", "BR.nobody", "5511955509999", "br.mine"])
    def test_nobody_else_is(self, tmp_path: Path, address: str) -> None:
        def act(people: People) -> Customer | None:
            people.add("5511955501234", "Lia", "BR.mine")
            return people.find(address)

        assert among(tmp_path, act) is None

    def test_a_second_spelling_adds_nobody(self, tmp_path: Path) -> None:
        def act(people: People) -> set[int]:
            return {people.find_or_add(one).id for one in ("5511955501234", "551155501234", "+55 11 95550 1234")}

        assert len(among(tmp_path, act)) == 1

    def test_one_by_user_id_has_no_phone_to_show(self, tmp_path: Path) -> None:
        found = among(tmp_path, lambda people: people.add("BR.7hTq20LmZ"))
        assert (found.wa_id, found.address, found.shown_wa_id, found.name) == (
            None,
            "BR.7hTq20LmZ",
            False,
            "BR.7hTq20LmZ",
        )

    def test_a_phone_may_be_hidden_and_shown_again(self, tmp_path: Path) -> None:
        def act(people: People) -> list[bool]:
            lia = people.add("5511955501234")
            return [people.change(lia, hides_phone=hides).shown_wa_id for hides in (True, False)]

        assert among(tmp_path, act) == [False, True]

    def test_two_cannot_be_one_user(self, tmp_path: Path) -> None:
        def act(people: People) -> None:
            people.add("5511955501234", user_id="BR.same")
            with pytest.raises(sqlite3.IntegrityError):
                people.add("5511955509999", user_id="BR.same")

        among(tmp_path, act)


class TestAccounts:
    OTHER = Account("11", "29", "+55 (11) 4000-0000", "Outra", "t2")

    def test_without_any_there_is_the_demo_s(self, tmp_path: Path) -> None:
        assert among(tmp_path, lambda people: dict(people.accounts)) == {"110000000000009": DEFAULT_ACCOUNT}

    def test_one_is_found_by_its_token(self, tmp_path: Path) -> None:
        def act(people: People) -> Account:
            people.register(self.OTHER)
            return people.by_token["t2"]

        found = among(tmp_path, act)
        assert (found, found.digits) == (self.OTHER, "551140000000")

    def test_a_subscription_is_of_all_numbers_of_the_business(self, tmp_path: Path) -> None:
        def act(people: People) -> list[bool]:
            for number in ("1", "2"):
                people.register(Account(number, "29", "+1", "x", f"t{number}"))
            people.subscribe("29", False)
            return [people.accounts[number].subscribed for number in ("1", "2", DEFAULT_ACCOUNT.phone_number_id)]

        assert among(tmp_path, act) == [False, False, True]

    def test_all_of_it_outlives_the_process(self, tmp_path: Path) -> None:
        def before(people: People) -> Customer:
            people.register(self.OTHER)
            return people.add("5511955501234", "Lia")

        lia = among(tmp_path, before)
        after = among(tmp_path, lambda people: (set(people.accounts), people.find("5511955501234")))
        assert after == ({"110000000000009", "11"}, lia)
