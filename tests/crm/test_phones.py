from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.phones import digits_of, international, typed, variants


@pytest.mark.parametrize(
    ("number", "other"),
    [
        ("5511987654321", "551187654321"),
        ("551187654321", "5511987654321"),
        ("5493515550142", "543515550142"),
        ("543515550142", "5493515550142"),
        ("525512345678", "5215512345678"),
        ("5215512345678", "525512345678"),
    ],
)
def test_a_number_is_looked_up_in_every_form_it_may_arrive_in(number: str, other: str) -> None:
    assert variants(number)[0] == number
    assert other in variants(number)


@pytest.mark.parametrize(
    "number",
    [
        "551133334444",  # a Brazilian landline
        "5511933334444",  # nine digits that are no mobile's
        "5508001234567",
        "59899123456",
        "15550001234",
        "",
    ],
)
def test_other_numbers_have_one_form(number: str) -> None:
    assert variants(number) == (number,)


@given(st.text("0123456789", max_size=16))
def test_variants_agree_on_who_is_who(number: str) -> None:
    forms = variants(number)
    assert forms[0] == number
    assert len(set(forms)) == len(forms)
    assert all(set(variants(form)) == set(forms) for form in forms)


@pytest.mark.parametrize(
    ("number", "country", "digits"),
    [
        ("11 9 8765-4321", "BR", "5511987654321"),
        ("+55 (11) 98765-4321", "AR", "5511987654321"),
        ("(55) 1234 5678", "MX", "525512345678"),
        ("0 11 15 5555 1234", "AR", "5491155551234"),
    ],
)
def test_what_people_type_becomes_a_number(number: str, country: str, digits: str) -> None:
    assert typed(number, country) == digits


@pytest.mark.parametrize("number", ["", "hola", "12", "+999999999999999999999"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        typed(number, "BR")


def test_shown_as_people_write_it() -> None:
    assert international("+5511987654321") == "+55 11 98765-4321"
    assert international("not a number") == "not a number"
    assert digits_of("+55 11 98765-4321") == "5511987654321"
