"""The workspace's own page, and its policy."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from workspaces import regions
from workspaces.actions.workspace import PROFILE, VISIBILITY, change_profile, change_visibility
from workspaces.middleware import WorkspaceRequest
from workspaces.models import Role, Visibility, Workspace
from workspaces.pages.fields import PageForm, posted
from workspaces.pages.nav import pages_for
from workspaces.pages.show import flash, show
from workspaces.pages.words import CAPABILITIES
from workspaces.permissions import MATRIX, Capability, requires
from workspaces.refusals import Refused


@require_GET
@requires(Capability.MEMBERS_READ)
def home(request: WorkspaceRequest) -> HttpResponse:
    """The first page that this member may open."""
    return redirect(pages_for(request.member)[0].url)


class WorkspaceForm(PageForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        max_length=60,
        validators=Workspace._meta.get_field("slug").validators,
        help_text=gettext_lazy("The part after /w/. When you change it, links to the old address stop working."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=regions.languages,
        help_text=gettext_lazy("Of the mails to people without an account. Everybody chooses their own language."),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        choices=regions.COUNTRIES,
        help_text=gettext_lazy("How telephone numbers without a country code are read."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=regions.time_zones,
        help_text=gettext_lazy("Of your business hours and of the times in exports."),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=regions.currencies)


@require_http_methods(["GET", "POST"])
@requires(Capability.WORKSPACE_MANAGE)
def workspace(request: WorkspaceRequest) -> HttpResponse:
    before = {name: getattr(request.workspace, name) for name in PROFILE}
    form = WorkspaceForm(posted(request), initial=before)
    if form.is_valid():
        try:
            changed = change_profile(form.cleaned_data, by=request.member)
        except Refused as error:
            form.add_error("slug", error.words)
        else:
            flash(request, _("Saved"), undo=("settings:workspace", before) if changed.slug == before["slug"] else None)
            return HttpResponseRedirect(f"/w/{changed.slug}/settings/workspace/")
    return show(request, "workspace", {"form": form}, here="workspace", status=422 if form.errors else 200)


class VisibilityForm(PageForm):
    agent_visibility = forms.ChoiceField(
        label=gettext_lazy("Agents see"), choices=Visibility.choices, widget=forms.RadioSelect
    )
    supervisor_visibility = forms.ChoiceField(
        label=gettext_lazy("Supervisors see"), choices=Visibility.choices, widget=forms.RadioSelect
    )


@require_http_methods(["GET", "POST"])
@requires(Capability.SECURITY_MANAGE)
def security(request: WorkspaceRequest) -> HttpResponse:
    before = {name: getattr(request.workspace, name) for name in VISIBILITY}
    form = VisibilityForm(posted(request), initial=before)
    if form.is_valid():
        change_visibility(form.cleaned_data, by=request.member)
        flash(request, _("Saved"), undo=("settings:security", before))
        return redirect("settings:security")
    context = {"form": form, "roles": list(Role)[::-1], "matrix": _matrix()}
    return show(request, "security", context, here="security", status=422 if form.errors else 200)


def _matrix() -> list[tuple[str, list[bool]]]:
    """What each role may do, in words, from agent to owner."""
    return [(str(CAPABILITIES[one]), [role in MATRIX[one] for role in list(Role)[::-1]]) for one in Capability]
