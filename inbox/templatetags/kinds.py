"""What the drawings of single kinds of message need."""

from __future__ import annotations

import re
from typing import Any

from django import template

register = template.Library()

MOST_EMOJI = 3
# Pictographs with their skin tones, joiners, selectors, flags and keycaps; no letter, digit or sign among them.
_EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\u203c-\u3299\U0001f000-\U0001faff][\ufe0f\u20e3\U0001f3fb-\U0001f3ff]*"
    "(?:\u200d[\u2600-\u27bf\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)


@register.filter
def pairs(answers: Any) -> list[tuple[str, Any]]:
    """Question and answer of a form. In a template `answers.items` would be the answer to a question named "items"."""
    return list(answers.items()) if isinstance(answers, dict) else []


@register.filter
def only_emoji(text: str) -> bool:
    """Whether a text is a few emoji and nothing else: such are shown large."""
    stripped = "".join(text.split())
    return bool(stripped) and not _EMOJI.sub("", stripped) and len(_EMOJI.findall(stripped)) <= MOST_EMOJI
