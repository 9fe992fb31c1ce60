"""The door of a workspace for pages: the URL prefix `/w/<slug>/`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from workspaces import metrics, second_factor, tenancy
from workspaces.models import Membership, User, Workspace

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

PREFIX = "/w/"


class WorkspaceRequest(HttpRequest):
    """A request from inside a workspace, as its views see it."""

    workspace: Workspace
    member: Membership


class WorkspaceMiddleware:
    """Moves `/w/<slug>` from the path to the script name and opens the scope around the view. To a stranger every
    workspace, real or not, looks the same: 404. A form from a tab of another workspace is refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        slug, _, rest = request.path_info[len(PREFIX) :].partition("/")
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), tenancy.global_reverse("account_login"))
        workspace = Workspace.objects.filter(slug=slug).first() if slug.isprintable() else None
        if workspace is None:
            raise Http404
        with tenancy.enter(workspace):
            return self._inside(cast("WorkspaceRequest", request), workspace, rest)

    def _inside(self, request: WorkspaceRequest, workspace: Workspace, rest: str) -> HttpResponse:
        member = membership_of(request.user)
        if member is None:
            raise Http404
        if second_factor.is_missing(workspace, member.user):
            return second_factor.lead_to_it(request, workspace)
        second_factor.forget(request)
        if request.headers.get("X-Plaza-Workspace", workspace.slug) != workspace.slug:
            return render(request, "409.html", status=409)
        request.workspace, request.member = workspace, member
        request.path_info = f"/{rest}"
        request.META["SCRIPT_NAME"] = f"{PREFIX}{workspace.slug}"
        request.META["PATH_INFO"] = request.path_info
        request.urlconf = settings.WORKSPACE_URLCONF
        return self.get_response(request)


class TimingMiddleware:
    """First of all: how long pages take, by status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        metrics.PAGES.labels(str(response.status_code)).observe(time.perf_counter() - began)
        return response


class LanguageMiddleware:
    """A member reads Plaza in their own language, whatever the browser asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        request.LANGUAGE_CODE = user.language
        with translation.override(user.language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", user.language)
        return response


def membership_of(user: User | AnonymousUser) -> Membership | None:
    """The active membership of this user in the entered workspace."""
    if not isinstance(user, User):
        return None
    return Membership.objects.select_related("user").filter(user=user, is_active=True).first()
