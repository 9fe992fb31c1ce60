"""Pages of the ground: where a person lands, and what they set for themselves."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from workspaces.membership import workspaces_of
from workspaces.middleware import WorkspaceRequest
from workspaces.models import User
from workspaces.start_views import may_start


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The person's only workspace, or a choice of theirs."""
    assert isinstance(request.user, User)  # login_required
    workspaces = workspaces_of(request.user)
    if len(workspaces) == 1:
        return redirect(f"/w/{workspaces[0].slug}/")
    context = {"workspaces": workspaces, "may_start": may_start(request.user)}
    return render(request, "workspaces/home.html", context)


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    class Meta:
        model = User
        fields = ("language", "theme")


@require_POST
def preferences(request: WorkspaceRequest) -> HttpResponse:
    """Language and theme, from the menu at the bottom of the rail; back to where the person was."""
    user = request.member.user
    form = PreferencesForm({"language": user.language, "theme": user.theme, **request.POST.dict()}, instance=user)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=422, content_type="text/plain")
    form.save()
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else reverse(settings.START_PAGE))
