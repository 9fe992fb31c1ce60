"""Functions that do nothing but note that they were called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def noted(calls: list[Any], answer: Any, note: Callable[..., Any]) -> Callable[..., Any]:
    """`note` makes of the call's arguments what is kept of it."""

    def call(*arguments: Any, **options: Any) -> Any:
        calls.append(note(*arguments, **options))
        return answer(*arguments, **options) if callable(answer) else answer

    return call
