"""The Graph API: one request, and either its answer or a `SendError` that says what is known of the request.

Only what provably was not sent may be tried again (contracts/whatsapp.md §6, §8): a request that was written and
whose answer did not come, or could not be read, is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from inbox.port import Failure, Outcome, Raw, Scope, SendError

# Seconds. Longer than the platform's usual second or two, shorter than the lease of a delivery.
TIMEOUT = httpx.Timeout(connect=5, read=20, write=10, pool=5)
# A sandbox beside us is not to be looked for behind the company's proxy.
LOCAL: Mapping[str, httpx.BaseTransport | None] = {
    "all://127.0.0.1": None,
    "all://localhost": None,
    "all://[::1]": None,
}

NOT_SENT = (
    httpx.ConnectError,  # refused, no such host, TLS
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)

LONGEST_WORDS = 2_000
LARGEST_CODE = 10**11

UNREACHABLE = "unreachable"
NO_ANSWER = "no_answer"
UNREADABLE_ANSWER = "unreadable_answer"
NO_TOKEN = "no_token"  # noqa: S105 (the code of a failure)

WORDS = {
    UNREACHABLE: _("Meta could not be reached, so nothing was sent. Send it again in a moment."),
    NO_ANSWER: _(
        "The connection to Meta broke before its answer came. The message may have arrived: check with the customer "
        "before you send it again."
    ),
    UNREADABLE_ANSWER: _(
        "Meta's answer could not be read. The message may have arrived: check with the customer before you send it "
        "again."
    ),
    NO_TOKEN: _("This channel has no usable access key, so nothing was sent. Ask an admin to reconnect it."),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Graph's own error body. `code` is None when it holds none; `retry_after` in seconds, 0 when not said."""

    status: int
    code: int | None
    title: str = ""
    detail: str = ""
    is_transient: bool = False
    retry_after: float = 0


Judge = Callable[[Refusal], SendError]


@cache
def _client() -> httpx.Client:
    """One for the process, made when first needed: reading the certificates takes long, and no process may be forked
    with connections open."""
    return httpx.Client(timeout=TIMEOUT, mounts=LOCAL)


def post(path: str, body: Raw, *, token: object, judge: Judge) -> Raw:
    """The answer's object. `judge` turns a platform's refusal into the error that its contract's table asks for."""
    headers = {"Authorization": f"Bearer {_usable(token)}"}
    url = f"{settings.GRAPH_URL.rstrip('/')}/{settings.GRAPH_VERSION}/{path}"
    # `from None`: an exception of the client may quote the header that holds the token.
    try:
        response = _client().post(url, json=body, headers=headers)
    except NOT_SENT as fault:
        raise _fault(UNREACHABLE, fault, Outcome.RETRY) from None
    except httpx.HTTPError as fault:
        raise _fault(NO_ANSWER, fault, Outcome.UNKNOWN) from None
    return _answer(response, judge)


def _usable(token: object) -> str:
    """A header takes no line breaks and no letters beyond ASCII."""
    if isinstance(token, str) and token.isascii() and token.isprintable() and token.strip():
        return token.strip()
    raise SendError(Failure(NO_TOKEN, "No usable access token"), Outcome.RETRY, scope=Scope.ACCOUNT)


def _fault(code: str, fault: Exception, outcome: Outcome) -> SendError:
    detail = str(fault) if outcome is Outcome.RETRY else ""
    return SendError(Failure(code, type(fault).__name__, detail), outcome)


def _answer(response: httpx.Response, judge: Judge) -> Raw:
    found = _object(response)
    if found is not None and isinstance(error := found.get("error"), dict):
        raise judge(_refusal(response, error))
    if response.is_success and found is not None:
        return found
    if response.is_success:
        raise SendError(Failure(UNREADABLE_ANSWER, f"HTTP {response.status_code}"), Outcome.UNKNOWN)
    raise _bare(response)


def _object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _bare(response: httpx.Response) -> SendError:
    """A status without Graph's body comes from something in between. 4xx says that the request was not taken;
    5xx, and redirects we do not follow, leave it open."""
    status = response.status_code
    failure = Failure(f"http_{status}", f"HTTP {status} {response.reason_phrase}".strip())
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return SendError(failure, Outcome.RETRY, scope=Scope.CHANNEL, retry_after=_retry_after(response))
    if response.is_client_error and status != httpx.codes.REQUEST_TIMEOUT:
        return SendError(failure, Outcome.REJECTED)
    return SendError(failure, Outcome.UNKNOWN)


def _refusal(response: httpx.Response, error: Mapping[str, Any]) -> Refusal:
    data = error.get("error_data")
    return Refusal(
        status=response.status_code,
        code=_code(error.get("code")),
        title=_words(error.get("message")),
        detail=_words(data.get("details")) if isinstance(data, dict) else "",
        is_transient=error.get("is_transient") is True,
        retry_after=_retry_after(response),
    )


def _code(code: object) -> int | None:
    if isinstance(code, str) and code.isdecimal() and len(code) < 12:
        return int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) and abs(code) < LARGEST_CODE else None


def _words(value: object) -> str:
    """Storable, whatever the answer holds."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\u0000")[:LONGEST_WORDS]


def _retry_after(response: httpx.Response) -> float:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() and len(value) < 6 else 0
