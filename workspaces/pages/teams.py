"""The teams of a workspace."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from workspaces.actions.teams import create_team, remove_team, rename_team, set_members
from workspaces.middleware import WorkspaceRequest
from workspaces.models import Membership, Team, TeamMembership
from workspaces.pages.fields import PageForm, posted
from workspaces.pages.show import flash, show
from workspaces.permissions import Capability, requires
from workspaces.refusals import Refused


@require_GET
@requires(Capability.MEMBERS_READ)
def teams(request: WorkspaceRequest) -> HttpResponse:
    people = TeamMembership.objects.select_related("member__user").order_by("member__user__name")
    rows = Team.objects.order_by("name").prefetch_related(Prefetch("memberships", people))
    may_manage = request.member.can(Capability.TEAMS_MANAGE)
    return show(request, "teams", {"teams": rows, "may_manage": may_manage}, here="teams")


class TeamForm(PageForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    members: Any = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Members"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = Membership.objects.filter(is_active=True).select_related("user").order_by("user__name", "pk")
        self.fields["members"].queryset = active  # type: ignore[attr-defined]  # a ModelMultipleChoiceField


@require_http_methods(["GET", "POST"])
@requires(Capability.TEAMS_MANAGE)
def new_team(request: WorkspaceRequest) -> HttpResponse:
    form = TeamForm(posted(request))
    if form.is_valid():
        try:
            team = create_team(form.cleaned_data["name"], form.cleaned_data["members"], by=request.member)
        except Refused as error:
            form.add_error("name", error.words)
        else:
            flash(request, _("Team %(name)s created") % {"name": team.name})
            return redirect("settings:teams")
    return show(
        request,
        "team",
        {"form": form, "team": None, "heading": _("New team")},
        here="teams",
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@requires(Capability.TEAMS_MANAGE)
def team(request: WorkspaceRequest, team_pk: int) -> HttpResponse:
    current = get_object_or_404(Team, pk=team_pk)
    before = {"name": current.name, "members": list(current.memberships.values_list("member", flat=True))}
    form = TeamForm(posted(request), initial=before)
    if form.is_valid():
        try:
            rename_team(current, form.cleaned_data["name"], by=request.member)
            set_members(current, form.cleaned_data["members"], by=request.member)
        except Refused as error:
            form.add_error("name", error.words)
        else:
            flash(request, _("Saved"), undo=("settings:team", {"args": [current.pk], **before}))
            return redirect("settings:teams")
    return show(
        request,
        "team",
        {"form": form, "team": current, "heading": current.name},
        here="teams",
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Capability.TEAMS_MANAGE)
def team_removal(request: WorkspaceRequest, team_pk: int) -> HttpResponse:
    current = get_object_or_404(Team, pk=team_pk)
    remove_team(current, by=request.member)
    flash(request, _("Team %(name)s removed") % {"name": current.name})
    return redirect("settings:teams")
