"""Every error of the API, in one shape: `application/problem+json` (RFC 9457) with a stable `code` for programs and
words for people in the language they asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from workspaces.refusals import Refused

PROBLEM_TYPE = "application/problem+json"

TITLES = {
    400: _("The request cannot be read"),
    401: _("No valid API key"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Method not allowed"),
    409: _("Conflict"),
    411: _("Length required"),
    413: _("Too large"),
    415: _("Unsupported media type"),
    422: _("Refused"),
    429: _("Too many requests"),
    500: _("Something went wrong on our side"),
}
CODES: dict[type[Exception], str] = {
    exceptions.NotAuthenticated: "key_missing",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.ParseError: "malformed",
    exceptions.ValidationError: "invalid",
}
DETAILS = {
    "key_missing": _("Send the header Authorization: Bearer with an API key of your workspace."),
    "not_found": _("There is nothing here, or it is not of your workspace."),
    "invalid": _("Some fields are not as they should be; errors names them."),
}


class Problem(exceptions.APIException):
    """An answer that is no success. `more` joins the body beside the standard members."""

    def __init__(self, status: int, code: str, detail: Any, **more: Any) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.more = more


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The framework's exception handler for every view of the API. What it does not know is a fault of ours."""
    if isinstance(error, Refused):
        error = Problem(422, error.code, error.words)
    elif isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return Response(body_of(error), status=error.status_code, headers=headers, content_type=PROBLEM_TYPE)


def body_of(error: exceptions.APIException) -> dict[str, Any]:
    code = _code(error)
    if isinstance(error, exceptions.ValidationError):
        return problem(error.status_code, code, DETAILS[code], errors=list(_flat(error.get_full_details())))
    detail = DETAILS.get(code, error.detail)
    return problem(error.status_code, code, detail, **getattr(error, "more", {}))


def _code(error: exceptions.APIException) -> str:
    for kind, code in CODES.items():
        if isinstance(error, kind):
            return code
    return str(error.get_codes())


def problem(status: int, code: str, detail: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": f"{settings.PUBLIC_URL}/api/v1/docs/#status-{status}",
        "title": force_str(TITLES[status]),
        "status": status,
        "code": code,
        "detail": force_str(detail),
        **more,
    }


def _flat(details: Any, path: str = "") -> Iterator[dict[str, str]]:
    """The framework's nested errors as a list: which field, a code, words."""
    if isinstance(details, dict) and {"message", "code"} == details.keys():
        yield {"field": path, "code": details["code"], "detail": force_str(details["message"])}
    elif isinstance(details, dict):
        for name, inner in details.items():
            below = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, f"{path}.{below}".strip("."))
    else:
        for inner in details:
            yield from _flat(inner, path)


def respond(status: int, code: str, detail: Any = "") -> HttpResponse:
    """The same answer from outside the framework: an address nobody knows, a fault nobody caught."""
    body = problem(status, code, detail or DETAILS.get(code, ""))
    return HttpResponse(JSONRenderer().render(body), status=status, content_type=PROBLEM_TYPE)
