"""The settings' page of API keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from workspaces.actions import api_keys
from workspaces.api.scopes import SCOPES
from workspaces.middleware import WorkspaceRequest
from workspaces.models import ApiKey
from workspaces.pages.show import show
from workspaces.permissions import Capability, requires

LIFETIMES = {
    "": gettext_lazy("Never"),
    "30": gettext_lazy("In 30 days"),
    "90": gettext_lazy("In 90 days"),
    "365": gettext_lazy("In a year"),
}


class KeyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=ApiKey._meta.get_field("name").max_length)
    lifetime = forms.ChoiceField(label=gettext_lazy("Expires"), choices=list(LIFETIMES.items()), required=False)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=list(SCOPES.items()),
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )

    def plan(self) -> api_keys.Plan:
        days = self.cleaned_data["lifetime"]
        expires_at = timezone.now() + timedelta(days=int(days)) if days else None
        scopes = [Capability(scope) for scope in self.cleaned_data["scopes"]]
        return api_keys.Plan(self.cleaned_data["name"], scopes, expires_at)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.API_KEYS_MANAGE)
def keys(request: WorkspaceRequest) -> HttpResponse:
    """The keys there are, and making one. Its token is in the answer to that and nowhere else, ever."""
    if request.method != "POST":
        return show(request, "api_keys", context(KeyForm()), here="api_keys")
    form = KeyForm(request.POST)
    if not form.is_valid():
        return show(request, "api_keys", context(form), here="api_keys", status=422)
    made, token = api_keys.create(form.plan(), by=request.member)
    told = {**context(KeyForm()), "made": made, "token": token}
    return show(request, "api_keys", told, here="api_keys", status=201)


@require_http_methods(["DELETE"])
@requires(Capability.API_KEYS_MANAGE)
def key(request: WorkspaceRequest, key_pk: int) -> HttpResponse:
    """Revokes it; the row stays, so that one can see what there was."""
    revoked = api_keys.revoke(get_object_or_404(ApiKey.objects, pk=key_pk), by=request.member)
    return render(request, "workspaces/settings/_api_key.html", {"key": revoked})


def context(form: KeyForm) -> dict[str, Any]:
    newest = ApiKey.objects.select_related("created_by__user").order_by(F("revoked_at").desc(nulls_first=True), "-id")
    rows = list(newest)
    return {"form": form, "keys": rows, "is_empty": not rows, "lifetimes": LIFETIMES}
