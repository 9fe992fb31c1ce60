"""Accepting an invitation: the page its link leads to. It stands outside every workspace and works by itself, for who
has an account and for who has none. Opening it changes nothing: mail scanners open links too."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from workspaces import tenancy
from workspaces.actions.invitations import accept
from workspaces.models import Invitation, User, Workspace
from workspaces.models.invitation import hashed
from workspaces.pages.fields import PageForm, posted
from workspaces.refusals import Refused


class NewcomerForm(PageForm):
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least eight characters, and none that others guess."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if "password" in values:
            try:
                password_validation.validate_password(
                    values["password"], User(email=self.email, name=values.get("name", ""))
                )
            except ValidationError as error:
                self.add_error("password", error)
        return values


@never_cache
@require_http_methods(["GET", "POST"])
def joining(request: HttpRequest, token: str) -> HttpResponse:
    found = _find(token)
    if found is None:
        return _over(request)
    invitation, workspace = found
    user = request.user
    if isinstance(user, User):
        if user.email.lower() != invitation.email:
            return _page(request, found, "other")
        return (
            _join(request, invitation, workspace, user) if request.method == "POST" else _page(request, found, "join")
        )
    if User.objects.filter(email=invitation.email).exists():
        return _page(request, found, "known")
    return _newcomer(request, invitation, workspace)


def _find(token: str) -> tuple[Invitation, Workspace] | None:
    """The pending invitation of this link, with who invited."""
    with tenancy.across():
        invitation = Invitation.across_workspaces.filter(token_hash=hashed(token)).first()
    if invitation is None or invitation.workspace_id is None or invitation.state != "pending":
        return None
    workspace = Workspace.objects.get(pk=invitation.workspace_id)
    with tenancy.enter(workspace):
        return Invitation.objects.select_related("invited_by__user").get(pk=invitation.pk), workspace


def _join(request: HttpRequest, invitation: Invitation, workspace: Workspace, user: User) -> HttpResponse:
    try:
        with tenancy.enter(workspace):
            accept(invitation, user)
    except Refused:
        return _over(request)
    return HttpResponseRedirect(f"/w/{workspace.slug}/")


def _newcomer(request: HttpRequest, invitation: Invitation, workspace: Workspace) -> HttpResponse:
    form = NewcomerForm(posted(request), email=invitation.email)
    if not form.is_valid():
        return _page(request, (invitation, workspace), "newcomer", form)
    try:
        with transaction.atomic():
            fields = {"name": form.cleaned_data["name"], "language": get_language() or workspace.language}
            user = User.objects.create_user(invitation.email, form.cleaned_data["password"], **fields)
            with tenancy.enter(workspace):
                accept(invitation, user)
    except Refused:
        return _over(request)
    except IntegrityError:  # the same form sent twice: the other one made the account
        return redirect("invitation", request.resolver_match.kwargs["token"] if request.resolver_match else "")
    answer: HttpResponse = perform_login(request, user, "none", redirect_url=f"/w/{workspace.slug}/")
    return answer


def _page(
    request: HttpRequest, found: tuple[Invitation, Workspace], state: str, form: NewcomerForm | None = None
) -> HttpResponse:
    invitation, workspace = found
    context = {"invitation": invitation, "place": workspace, "state": state, "form": form}
    status = 422 if form is not None and form.errors else 200
    return render(request, "workspaces/joining.html", context, status=status)


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "workspaces/joining_over.html", status=410)
