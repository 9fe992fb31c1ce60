"""Why an action does not do what was asked: words for a person, a stable code for a program, both from one place."""

from __future__ import annotations


class Refused(Exception):
    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code = code
        self.words = words
