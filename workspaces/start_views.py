"""The first run, and going from one workspace to another."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from workspaces.account_views import person
from workspaces.actions.start import start_workspace
from workspaces.forms import WorkspaceForm
from workspaces.membership import workspaces_of
from workspaces.middleware import WorkspaceRequest
from workspaces.models import User
from workspaces.places import LATIN_AMERICA, guess, usual, zones_of
from workspaces.slugs import slug_trouble, suggested_slug


def may_start(user: User) -> bool:
    """Where signing up is closed the operator starts the workspaces."""
    return bool(settings.SIGNUP_OPEN or user.is_staff)


@require_http_methods(["GET", "POST"])
@login_required
def new_workspace(request: HttpRequest) -> HttpResponse:
    if not may_start(person(request)):
        raise PermissionDenied
    if request.method == "GET":
        place = guess(request.headers.get("Accept-Language", ""))
        form = WorkspaceForm(initial={**vars(place), "language": get_language()})
        return _page(request, form, status=200)
    form = WorkspaceForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        owner = start_workspace(form.save(commit=False), by=person(request))
    except IntegrityError:  # somebody took the address since it was looked up
        form.add_error("slug", _("Another workspace has this address. Choose another."))
        return _page(request, form, status=422)
    return redirect(f"/w/{owner.workspace.slug}/")


def _page(request: HttpRequest, form: WorkspaceForm, *, status: int) -> HttpResponse:
    places = {country: vars(usual(country)) for country in zones_of()}
    context = {"form": form, "places": places, "latin_america": LATIN_AMERICA, "public_url": settings.PUBLIC_URL}
    return render(request, "workspaces/new.html", context, status=status)


@require_GET
@login_required
def workspace_address(request: HttpRequest) -> JsonResponse:
    """`?slug=` asks whether it can be had, `?name=` for one to have."""
    if "name" in request.GET:
        return JsonResponse({"slug": suggested_slug(request.GET["name"]), "trouble": ""})
    slug = request.GET.get("slug", "")
    return JsonResponse({"slug": slug, "trouble": slug_trouble(slug)})


@require_GET
def switcher(request: WorkspaceRequest) -> HttpResponse:
    """The menu at the head of the rail, fetched when it is opened: no other page pays for it."""
    context = {"workspaces": workspaces_of(request.member.user), "may_start": may_start(request.member.user)}
    return render(request, "workspaces/_switcher.html", context)
