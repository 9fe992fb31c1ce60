"""What the drawings of single kinds of message need."""

from __future__ import annotations

import re
from typing import Any

from django import template

register = template.Library()

MOST_EMOJI = 3
# Pictographs with their skin tones, joiners, selectors, flags and keycaps; no letter, digit or sign among them.
_PICTURE = (
    "\u203c\u2049\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf-\u23fa\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_TONES = "[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
_EMOJI = re.compile(
    f"(?:[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|[{_PICTURE}]{_TONES}(?:\u200d[{_PICTURE}]{_TONES})*)"
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
