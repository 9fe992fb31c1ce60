"""The people of a workspace: the list, one of them, coming and going. Inviting: `workspaces/pages/invitations.py`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from workspaces.actions.members import change_role, leave, remove, set_teams, transfer_ownership
from workspaces.middleware import WorkspaceRequest
from workspaces.models import Invitation, InvitationTeam, Membership, Role, Team, TeamMembership
from workspaces.pages.fields import PageForm, posted
from workspaces.pages.show import flash, show
from workspaces.pages.words import ROLES
from workspaces.permissions import Capability, requires
from workspaces.refusals import Refused

PAGE = 50


@require_GET
@requires(Capability.MEMBERS_READ)
def people(request: WorkspaceRequest) -> HttpResponse:
    found = Paginator(_search(request.GET.dict()), PAGE).get_page(request.GET.get("page"))
    context = {
        "people": [(person, request.member.may_manage(person)) for person in found],
        "found": found,
        "query": request.GET,
        "teams": Team.objects.order_by("name"),
        "roles": Role.choices,
        "invitations": _invitations(request.member),
    }
    return show(request, "people", context, here="people")


def _search(query: dict[str, str]) -> QuerySet[Membership]:
    rows = Membership.objects.filter(is_active=True).select_related("user").order_by("user__name", "pk")
    words, team = query.get("q", "").strip(), query.get("team", "")
    if words:
        rows = rows.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    if query.get("role") in Role.values:
        rows = rows.filter(role=query["role"])
    if team.isdecimal() and len(team) < 19:
        rows = rows.filter(team_memberships__team=int(team))
    theirs = TeamMembership.objects.select_related("team").order_by("team__name")
    return rows.prefetch_related(Prefetch("team_memberships", theirs))


def _invitations(member: Membership) -> list[tuple[Invitation, bool]]:
    """Those not accepted or revoked yet, for who may invite."""
    if not member.can(Capability.MEMBERS_MANAGE):
        return []
    unused = Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True)
    places = Prefetch("places", InvitationTeam.objects.select_related("team"))
    rows = unused.select_related("invited_by__user").prefetch_related(places).order_by("-created_at")
    return [(row, member.may_grant(row.role)) for row in rows]


class MemberForm(PageForm):
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    teams: Any = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Teams"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = grantable(by)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["teams"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]


def grantable(by: Membership) -> list[tuple[str, Any]]:
    """The roles that this member may give, the lowest first, each with what it is."""
    return [(role, ROLES[role]) for role in list(Role)[::-1] if by.may_grant(role)]


@require_http_methods(["GET", "POST"])
@requires(Capability.MEMBERS_MANAGE)
def person(request: WorkspaceRequest, member_pk: int) -> HttpResponse:
    member = _load(request, member_pk)
    before = {"role": member.role, "teams": list(member.team_memberships.values_list("team", flat=True))}
    form = MemberForm(posted(request), initial=before, by=request.member)
    if form.is_valid():
        refused = _save(form, member, request.member)
        if refused is None:
            flash(request, _("Saved"), undo=("settings:person", {"args": [member.pk], **before}))
            return _back(request, member)
        form.add_error("role", refused.words)
    context = {"form": form, "person": member, "is_me": member == request.member, "heading": member.name}
    return show(request, "person", context, here="people", status=422 if form.errors else 200)


def _load(request: WorkspaceRequest, pk: int) -> Membership:
    """Who stands above is seen in the list, not managed."""
    member = get_object_or_404(Membership.objects.filter(is_active=True).select_related("user"), pk=pk)
    if not request.member.may_manage(member):
        raise PermissionDenied
    return member


def _save(form: MemberForm, member: Membership, by: Membership) -> Refused | None:
    try:
        set_teams(member, form.cleaned_data["teams"], by=by)
        change_role(member, Role(form.cleaned_data["role"]), by=by)
    except Refused as error:
        return error
    return None


def _back(request: WorkspaceRequest, member: Membership) -> HttpResponseRedirect:
    """Who took a capability from themselves may not come back to the page that needs it."""
    request.member.refresh_from_db(fields=["role"])
    if request.member.can(Capability.MEMBERS_MANAGE):
        return redirect("settings:person", member.pk)
    return redirect("settings:people")


@require_POST
@requires(Capability.MEMBERS_MANAGE)
def removal(request: WorkspaceRequest, member_pk: int) -> HttpResponse:
    member = _load(request, member_pk)
    try:
        remove(member, by=request.member)
        flash(request, _("%(name)s is no longer in the workspace") % {"name": member.name})
    except Refused as error:
        flash(request, error.words)
    return redirect("settings:people")


@require_POST
@requires(Capability.OWNERSHIP_TRANSFER)
def ownership(request: WorkspaceRequest, member_pk: int) -> HttpResponse:
    member = _load(request, member_pk)
    transfer_ownership(member, by=request.member)
    flash(request, _("%(name)s owns the workspace now, and you are an admin") % {"name": member.name})
    return redirect("settings:people")


@require_POST
@requires(Capability.MEMBERS_READ)
def leaving(request: WorkspaceRequest) -> HttpResponse:
    try:
        leave(request.member)
    except Refused as error:
        flash(request, error.words)
        return redirect("settings:people")
    return HttpResponseRedirect("/")
