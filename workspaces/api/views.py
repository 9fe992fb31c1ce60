"""What every viewset of the API stands on, and the resources of the ground: the workspace and its members."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, cast

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from workspaces.api import limits, problems
from workspaces.api.door import ApiRequest, KeyAuthentication
from workspaces.api.operations import Call, Operation
from workspaces.api.paging import NEWEST, page
from workspaces.api.parsing import StrictJSONParser
from workspaces.api.schema import PlazaSchema
from workspaces.api.serializers import MemberQuery, MemberResource, Resource, WorkspaceResource
from workspaces.models import Membership
from workspaces.permissions import Capability

LARGEST_BODY = 256 * 1024


class OnlyJSON(BaseContentNegotiation):
    """There is one way to answer, whatever is preferred."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        plain = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == plain), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class Viewset(ViewSet):
    authentication_classes = (KeyAuthentication,)
    permission_classes = (IsAuthenticated,)
    parser_classes = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OnlyJSON
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = PlazaSchema()
    resource: ClassVar[str]  # the path's noun, under which the reference lists the operations

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return problems.handle

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        inner = cast("ApiRequest", request._request)
        self.perform_authentication(request)
        if inner.api_key is not None:
            self.count(inner, inner.api_key.pk)
        self.check_permissions(request)
        if not hasattr(self, str(request.method).lower()):
            raise MethodNotAllowed(str(request.method))
        weigh(request)

    def count(self, inner: ApiRequest, key_id: int) -> None:
        allowance = limits.take(key_id)
        if allowance is None:
            return
        self.headers = {**self.headers, **allowance.headers()}
        if not allowance.taken:
            raise limits.too_many(allowance)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        self.headers["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)

    def answer(self, kind: type[Resource], row: Any, status: int = 200) -> Response:
        return Response(kind(row).data, status=status)

    def answer_page(self, kind: type[Resource], rows: list[Any], cursor: str | None) -> Response:
        return Response({"results": kind(rows, many=True).data, "next_cursor": cursor})


def weigh(request: Request) -> None:
    """Refuses what is too large before it is read, and reads the rest once."""
    inner = request._request
    if "chunked" in inner.headers.get("Transfer-Encoding", "").lower():
        raise problems.Problem(411, "length_required", _("Send the body with its Content-Length."))
    length = inner.headers.get("Content-Length", "")
    if length.isdecimal() and int(length[:19]) > LARGEST_BODY:
        words = _("The body may hold %(limit)s bytes at most.")
        raise problems.Problem(413, "body_too_large", words % {"limit": LARGEST_BODY})
    assert inner.body is not None  # kept by the request, for its fingerprint


class WorkspaceView(Viewset):
    resource = "workspace"

    @Operation(Capability.MEMBERS_READ, _("Show the workspace of the key"), answers=WorkspaceResource)
    def retrieve(self, call: Call) -> Response:
        return self.answer(WorkspaceResource, call.workspace)


class Members(Viewset):
    resource = "members"

    @Operation(Capability.MEMBERS_READ, _("List members"), answers=MemberResource, many=True, query=MemberQuery)
    def list(self, call: Call) -> Response:
        rows = Membership.objects.select_related("user")
        for name in ("role", "is_active"):
            if name in call.query:
                rows = rows.filter(**{name: call.query[name]})
        return self.answer_page(MemberResource, *page(rows, NEWEST, call.query))

    @Operation(Capability.MEMBERS_READ, _("Show a member"), answers=MemberResource)
    def retrieve(self, call: Call, pk: int) -> Response:
        return self.answer(MemberResource, get_object_or_404(Membership.objects.select_related("user"), pk=pk))
