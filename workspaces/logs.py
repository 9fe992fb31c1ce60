"""What is logged, and what must not be. Every line carries its workspace and its request (a page's, a webhook's, a
task's: the id that came with `X-Request-ID`, or one made here). No token, no message body; of phone numbers only the
ends. One filter on the handler does it, so it holds for other people's loggers too.
"""

from __future__ import annotations

import json
import logging
import random
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from workspaces import scope

HEADER = b"x-request-id"
ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,64}\Z")

request: ContextVar[str] = ContextVar("request", default="")
asked_by: ContextVar[int | None] = ContextVar("asked_by", default=None)  # the workspace that rang for a task

LEFT_OUT = "(left out)"
# What PostgreSQL quotes of a row: columns of customers, bodies of messages.
DETAIL = re.compile(r"(DETAIL:|Failing row contains|PARAMETERS:)[\s\S]*?(?=\n\n(?:The above|During)|\nTraceback|\Z)")
BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=|-]{6,}")
NAMED = re.compile(
    r"""(?ix)(\b[\w-]*(?:token|secret|passw\w*|authorization|signature|cookie|session_?key|api_?key|dsn)\b["']?\s*[=:]\s*)
    (?:b?["'][^"']*["']|[^\s"',;&)}\]]+)"""
)
HASHED = re.compile(r"\bsha256=[0-9a-f]{16,}")
URL_PASSWORD = re.compile(r"(\w+://[^\s:/@]*:)[^\s@/]+@")
PHONE = re.compile(r"\+\d[\d ().-]{6,18}\d|(?<![\w.-])\d{8,14}(?![\w-])")
KEPT_FIRST, KEPT_LAST = 4, 2


def new_id() -> str:
    """It guards nothing: each webhook needs one, so it must cost little."""
    return f"{random.getrandbits(64):016x}"


def id_from(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The caller's own id, if it is one that can stand in a log, else a new one."""
    for name, value in headers:
        if name == HEADER and ACCEPTED.match(value):
            return value.decode()
    return new_id()


def workspace() -> int | None:
    """The one that is entered, or else the one on whose behalf a task runs."""
    entered = scope.current.get()
    return entered if entered and entered != scope.CROSSING else asked_by.get()


@contextmanager
def named(name: str = "", asker: int | None = None) -> Iterator[str]:
    """What is logged in the block is of this request."""
    name = name or new_id()
    tokens = request.set(name), asked_by.set(asker)
    try:
        yield name
    finally:
        request.reset(tokens[0])
        asked_by.reset(tokens[1])


def masked(text: str) -> str:
    """Without secrets, quoted rows and the middles of phone numbers."""
    text = DETAIL.sub(rf"\1 {LEFT_OUT}", text)
    text = BEARER.sub(r"\1 ***", text)
    text = NAMED.sub(r"\1***", text)
    text = HASHED.sub("sha256=***", text)
    text = URL_PASSWORD.sub(r"\1***@", text)
    return PHONE.sub(_masked_number, text)


def _masked_number(match: re.Match[str]) -> str:
    digits = match.group().lstrip("+")
    sign = "+" if match.group().startswith("+") else ""
    return f"{sign}{digits[:KEPT_FIRST]}•••{digits[-KEPT_LAST:]}"


class Discreet(logging.Filter):
    """For a handler: names the line's workspace and request and masks its words and its traceback."""

    _plain = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.workspace = workspace()
            record.request_id = request.get()
            record.msg, record.args = masked(_words(record)), ()
            if record.exc_info and not record.exc_text:
                record.exc_text = self._plain.formatException(record.exc_info)
            record.exc_text = masked(record.exc_text) if record.exc_text else None
            record.exc_info = None  # what formats it next would quote it unmasked
        return True


def _words(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # arguments that do not fit their format: the line is worth more
        return str(record.msg)


class AsJson(logging.Formatter):
    """One object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "workspace": getattr(record, "workspace", None),
            "request": getattr(record, "request_id", ""),
            "process": record.process,
        }
        if record.exc_text:
            line["error"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


class AsText(logging.Formatter):
    """For people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        entered = getattr(record, "workspace", None)
        about = [f"w{entered}"] if entered else []
        about += [name] if (name := getattr(record, "request_id", "")) else []
        place = f" [{' '.join(about)}]" if about else ""
        line = f"{record.levelname} {record.name}{place} {record.getMessage()}"
        return f"{line}\n{record.exc_text}" if record.exc_text else line
