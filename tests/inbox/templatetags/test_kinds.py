"""What the drawings of single kinds need."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.templatetags.kinds import only_emoji, pairs


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        "❤️",
        "🇧🇷",
        "👍🏽",
        "👨‍👩‍👧‍👦",
        "😀 😀",
        "😀😀😀",
        " 🎉\n",
        "1️⃣",
        "#️⃣",
        "☀️",
        "⭐",
        "✅",
        "〰️",
        "㊗️",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "🏳️‍🌈",
        "▶️",
        "⏰",
        "↩️",
    ],
)
def test_a_few_pictures_alone_are_shown_large(text: str) -> None:
    assert only_emoji(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "👍 ok",
        "😀😀😀😀",
        "1",
        "42",
        "#",
        "*",
        "€",
        "€ 50",
        "™",
        "→",
        "≥",
        "±",
        "½",
        "…",
        "—",
        "¿?",
        "こんにちは",
        "カ",
        "한",
        "中",
        "「」",
        "①",
        "🇧🇷!",
        "\ufe0f",
        "\u200d",
        "№",
    ],
)
def test_letters_digits_and_signs_are_not(text: str) -> None:
    assert not only_emoji(text)


@given(st.text(st.characters(categories=["L", "Nd", "Sc", "Sm", "P"], exclude_characters="‼⁉〰〽"), min_size=1))
def test_no_letter_digit_or_sign_of_any_script_is(text: str) -> None:
    pictures = set("↔▶◀◽◾") & set(text)  # signs of mathematics that Unicode counts among the pictures as well
    assert pictures or not only_emoji(text)


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"talle": "42", "items": "dos"}, [("talle", "42"), ("items", "dos")]),
        ({}, []),
        ([1, 2], []),
        ("text", []),
        (None, []),
    ],
)
def test_the_answers_of_a_form_keep_their_questions(answers: Any, found: list[tuple[str, Any]]) -> None:
    assert pairs(answers) == found
