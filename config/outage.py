"""The database is away: pages say so with 503, at once and in words, as the door does to the platforms."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

RETRY_AFTER = "5"
# Too many connections; an administrator's shutdown, a crash, a server that starts or stops.
AWAY = frozenset({"53300", "57P01", "57P02", "57P03"})
CONNECTION_EXCEPTION = "08"


class OutageMiddleware:
    """Stands where the person is known, which is each page's first look at the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            bool(request.user.is_authenticated)
        except (OperationalError, InterfaceError) as error:
            if not is_away(error):
                raise
            return away(error)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return away(exception) if is_away(exception) else None


def is_away(error: BaseException | None) -> bool:
    """Not a statement that took too long or found a lock: that is our own fault, and a 500."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)  # of the driver's error; none where no server answered
    return state is None or state in AWAY or state.startswith(CONNECTION_EXCEPTION)


def away(error: BaseException) -> HttpResponse:
    """Drawn without a request: who looks is not known."""
    logger.warning("the database is away: %s", error)
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": RETRY_AFTER})
