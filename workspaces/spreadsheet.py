"""CSV that a spreadsheet opens as text: no cell of it runs as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
BOM = "\ufeff"  # or the usual spreadsheet reads UTF-8 as something else


def cell(value: object) -> str:
    """A text that begins like a formula gets an apostrophe, which spreadsheets take for "this is text"."""
    text = str(value)
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


class _Line:
    """What csv.writer writes to: hands each line on."""

    def write(self, line: str) -> str:
        return line


def lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BOM
    for row in rows:
        yield writer.writerow([cell(value) for value in row])
