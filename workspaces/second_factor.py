"""Where a workspace asks for a second factor, who has none is led to set one up before they get in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from workspaces.models import User, Workspace
from workspaces.tenancy import global_reverse

WANTED_BY = "second_factor_wanted_by"  # in the session: the workspace that waits for it
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_missing(workspace: Workspace, user: User) -> bool:
    return workspace.require_second_factor and not has_one(user)


def forget(request: HttpRequest) -> None:
    """They are in: nothing waits any more."""
    if WANTED_BY in request.session:
        del request.session[WANTED_BY]


def has_one(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def lead_to_it(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """To the page that sets one up. A script's request is told where to go, as it would swallow a redirect."""
    request.session[WANTED_BY] = workspace.slug
    page = global_reverse("mfa_index")
    if "HX-Request" in request.headers or request.method not in ("GET", "HEAD"):
        return HttpResponse(status=403, headers={"HX-Redirect": page})
    return redirect(page)


def wanting(request: HttpRequest) -> Workspace | None:
    """The workspace that sent this person to set one up."""
    slug = request.session.get(WANTED_BY)
    return Workspace.objects.filter(slug=slug).first() if slug else None
