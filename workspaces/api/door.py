"""The door of a workspace for programs: `Authorization: Bearer plaza_…` under `/api/`. The key says which workspace."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from workspaces import tenancy
from workspaces.actions import api_keys
from workspaces.models import ApiKey, Membership, User, Workspace

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PREFIX = "/api/"
TOKEN = re.compile(rf"{api_keys.MARK}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")

TROUBLES: dict[str, _StrPromise] = {
    "key_unknown": _("This API key is not known. Check that it was copied whole."),
    "key_revoked": _("This API key was revoked. Make a new one in the settings."),
    "key_expired": _("This API key has expired. Make a new one in the settings."),
    "key_member_inactive": _("The member who made this API key has left the workspace. Somebody else has to make one."),
}


class ApiRequest(HttpRequest):
    """A request of a program, as the API's views see it."""

    workspace: Workspace
    member: Membership
    api_key: ApiKey | None
    api_trouble: str


class ApiMiddleware:
    """Opens the scope of the key's workspace around the view. Without a usable key no scope is open, and the view
    refuses the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        inner = cast("ApiRequest", request)
        key = presented(request.headers.get("Authorization", ""))
        inner.api_trouble = "key_unknown" if key is None else key.trouble
        inner.api_key = key if key is not None and not inner.api_trouble else None
        if inner.api_key is None:
            return self.get_response(request)
        with tenancy.enter(inner.api_key.workspace) as workspace:
            inner.workspace, inner.member = workspace, inner.api_key.created_by
            api_keys.note_use(inner.api_key)
            return self.get_response(request)


def presented(header: str) -> ApiKey | None:
    """The key whose token this header carries, in whatever state it is."""
    scheme, _space, token = header.partition(" ")
    match = TOKEN.fullmatch(token.strip())
    if scheme.lower() != "bearer" or match is None:
        return None
    prefix, hashed = match[1], api_keys.hash_of(match[2])
    with tenancy.across():
        found = ApiKey.across_workspaces.filter(prefix=prefix).select_related("workspace", "created_by__user")
        return next((key for key in found if secrets.compare_digest(key.secret_hash, hashed)), None)


class KeyAuthentication(BaseAuthentication):
    """Tells the framework what the door found."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        inner: Any = request._request
        if inner.api_key is not None:
            return inner.member.user, inner.api_key
        if "Authorization" in request.headers:
            raise AuthenticationFailed(words(inner.api_trouble), code=inner.api_trouble)
        return None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="plaza"'


def words(trouble: str) -> Any:
    found: Promise = TROUBLES[trouble]
    return found
