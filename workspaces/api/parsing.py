"""Reading JSON from strangers: what cannot be stored, shown or understood in one way only is refused (400)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

DEEPEST = 20


class StrictJSONParser(BaseParser):
    """Refused: what is no UTF-8, NUL and lone surrogates anywhere, NaN, a name given twice, integers of thousands of
    digits, and nesting beyond any of our bodies."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            value = json.loads(stream.read().decode(), parse_constant=_no_number, object_pairs_hook=_once_each)
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
        except ValueError as error:
            raise ParseError(_("The body is no valid JSON.")) from error
        _judge(value, 0)
        return value


def _no_number(word: str) -> None:
    raise ValueError(word)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _judge(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise ParseError(_("The JSON is nested too deeply."))
    if isinstance(value, str):
        _judge_text(value)
    elif isinstance(value, list):
        for inner in value:
            _judge(inner, depth + 1)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _judge_text(name)
            _judge(inner, depth + 1)


def _judge_text(text: str) -> None:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ParseError(_("The body holds a character that is no text (NUL or half a surrogate pair)."))
