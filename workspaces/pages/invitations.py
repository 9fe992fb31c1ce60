"""Inviting people by e-mail."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from workspaces.actions.invitations import invite, resend, restore, revoke
from workspaces.middleware import WorkspaceRequest
from workspaces.models import Invitation, Membership, Role
from workspaces.pages.fields import posted
from workspaces.pages.people import MemberForm
from workspaces.pages.show import flash, show
from workspaces.permissions import Capability, requires
from workspaces.refusals import Refused

MOST_AT_ONCE = 20
BETWEEN = re.compile(r"[\s,;]+")


class InviteForm(MemberForm):
    emails = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        help_text=gettext_lazy("One or several, with commas or on lines of their own."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        max_length=4000,
    )
    field_order = ("emails", "role", "teams")

    def clean_emails(self) -> list[str]:
        emails = list(dict.fromkeys(part.lower() for part in BETWEEN.split(self.cleaned_data["emails"]) if part))
        if len(emails) > MOST_AT_ONCE:
            raise ValidationError(_("Invite at most %(n)s people at once.") % {"n": MOST_AT_ONCE})
        wrong = [email for email in emails if not _is_email(email)]
        if wrong:
            raise ValidationError(_("This is no e-mail address: %(text)s") % {"text": ", ".join(wrong)})
        return emails


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


@require_http_methods(["GET", "POST"])
@requires(Capability.MEMBERS_MANAGE)
def invitations(request: WorkspaceRequest) -> HttpResponse:
    form = InviteForm(posted(request), initial={"role": Role.AGENT}, by=request.member)
    if form.is_valid():
        refused = _invite_all(form.cleaned_data, request.member)
        if refused is None:
            n = len(form.cleaned_data["emails"])
            flash(request, ngettext("Invitation sent", "%(n)s invitations sent", n) % {"n": n})
            return redirect("settings:people")
        form.add_error("emails", refused.words)
    return show(
        request,
        "invite",
        {"form": form, "heading": _("Invite people")},
        here="people",
        status=422 if form.errors else 200,
    )


def _invite_all(wanted: dict[str, Any], by: Membership) -> Refused | None:
    """All or none."""
    try:
        with transaction.atomic():
            for email in wanted["emails"]:
                invite(email, Role(wanted["role"]), wanted["teams"], by=by)
    except Refused as error:
        return error
    return None


@require_POST
@requires(Capability.MEMBERS_MANAGE)
def mail(request: WorkspaceRequest, invitation_pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=invitation_pk)
    try:
        resend(invitation, by=request.member)
        flash(request, _("Invitation sent again to %(email)s") % {"email": invitation.email})
    except Refused as error:
        flash(request, error.words)
    return redirect("settings:people")


@require_POST
@requires(Capability.MEMBERS_MANAGE)
def revocation(request: WorkspaceRequest, invitation_pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=invitation_pk)
    try:
        revoke(invitation, by=request.member)
        words = _("Invitation of %(email)s revoked") % {"email": invitation.email}
        flash(request, words, undo=("settings:restoration", {"args": [invitation.pk]}))
    except Refused as error:
        flash(request, error.words)
    return redirect("settings:people")


@require_POST
@requires(Capability.MEMBERS_MANAGE)
def restoration(request: WorkspaceRequest, invitation_pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=invitation_pk)
    try:
        restore(invitation, by=request.member)
        flash(request, _("The invitation of %(email)s is valid again") % {"email": invitation.email})
    except Refused as error:
        flash(request, error.words)
    return redirect("settings:people")
