"""One description of an operation, from which the request is judged and the reference is written: what it says and what
it does cannot drift apart.

    class Contacts(Viewset):
        @Operation(Capability.CONTACTS_READ, _("List contacts"), answers=ContactResource, many=True, query=ContactQuery)
        def list(self, call: Call) -> Response: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from workspaces.api import replies
from workspaces.api.door import ApiRequest
from workspaces.api.problems import Problem
from workspaces.api.serializers import Body, NoQuery, Nothing, Query, Resource
from workspaces.models import ApiKey, Membership, Workspace
from workspaces.permissions import Capability

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from workspaces.api.views import Viewset


@dataclass(frozen=True, slots=True)
class Call:
    """A request as an operation sees it: who asks, and what they said, read and judged."""

    request: Request
    key: ApiKey
    query: dict[str, Any]
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def member(self) -> Membership:
        member: Membership = self.key.created_by
        return member

    @property
    def workspace(self) -> Workspace:
        return self.key.workspace


Method = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Operation:
    """`answers` None is 204. `repeats`: what was made before is answered too, with 200. `refusals`: the codes (beyond
    the usual) with which it may answer 409 or 422."""

    scope: Capability
    summary: _StrPromise
    answers: type[Resource] | None = None
    many: bool = False
    query: type[Query] = NoQuery
    body: type[Body] | None = None
    partial: bool = False
    creates: bool = False
    repeats: bool = False
    description: _StrPromise | str = ""
    refusals: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        if self.answers is None:
            return 204
        return 201 if self.creates else 200

    def __call__(self, method: Method) -> Callable[..., HttpResponseBase]:
        @wraps(method)
        def run(view: Viewset, request: Request, **ids: int) -> HttpResponseBase:
            call = self.judged(request)

            def work() -> Response:
                return method(view, call, **ids)

            return replies.once(request, work) if request.method == "POST" else work()

        run.operation = self  # type: ignore[attr-defined]
        return run

    def judged(self, request: Request) -> Call:
        key = cast("ApiRequest", request._request).api_key
        assert key is not None  # the view lets nobody else in
        self.admit(key)
        query = self.query.read(request.query_params)
        return Call(request, key, query, self.read(request))

    def read(self, request: Request) -> dict[str, Any]:
        if self.body:
            return self.body.read(request.data, partial=self.partial)
        if request.method in ("GET", "HEAD"):
            return {}
        return Nothing.read(request.data) if request._request.body else {}

    def admit(self, key: ApiKey) -> None:
        if self.scope not in key.scopes:
            words = _("This API key lacks the scope %(scope)s.")
            raise Problem(403, "scope_missing", words % {"scope": self.scope}, scope=self.scope)
        if not key.may(self.scope):
            words = _("The role of the member who made this API key does not allow %(scope)s.")
            raise Problem(403, "role_insufficient", words % {"scope": self.scope}, scope=self.scope)


def operation_of(view: Any) -> Operation | None:
    """What the method that a viewset has for its present action is described as."""
    found: Operation | None = getattr(getattr(view, str(view.action), None), "operation", None)
    return found
