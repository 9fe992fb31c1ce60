"""A person's own account, where allauth has no page for it."""

from __future__ import annotations

from allauth.account.internal.flows.email_verification import send_verification_email_at_login
from allauth.account.stages import EmailVerificationStage, LoginStageController
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from workspaces.actions.avatars import remove_avatar, set_avatar
from workspaces.forms import PictureForm, ProfileForm
from workspaces.models import Avatar, User
from workspaces.pictures import Unreadable, squared

FOREVER = "private, max-age=31536000, immutable"


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user


@require_http_methods(["GET", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if not form.is_valid():
        return _profile(request, form=form, status=422 if form.is_bound else 200)
    with translation.override(form.save().language):  # thanked in the language just chosen
        messages.success(request, _("Saved."))
    return redirect("profile")


@require_POST
@login_required
def picture(request: HttpRequest) -> HttpResponse:
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        return _profile(request, picture_form=form, status=422)
    try:
        set_avatar(person(request), squared(form.cleaned_data["picture"]))
    except Unreadable:
        form.add_error("picture", _("This is no picture we can read. Use a JPEG, PNG, WebP or GIF."))
        return _profile(request, picture_form=form, status=422)
    return redirect("profile")


@require_POST
@login_required
def picture_removal(request: HttpRequest) -> HttpResponse:
    remove_avatar(person(request))
    return redirect("profile")


def _profile(
    request: HttpRequest,
    *,
    form: ProfileForm | None = None,
    picture_form: PictureForm | None = None,
    status: int,
) -> HttpResponse:
    form, picture_form = form or ProfileForm(instance=person(request)), picture_form or PictureForm()
    return render(request, "you/profile.html", {"form": form, "picture_form": picture_form}, status=status)


@require_GET
@login_required
def avatar(request: HttpRequest, digest: str) -> HttpResponse:
    image = get_object_or_404(Avatar, digest=digest).image
    return HttpResponse(bytes(image), content_type="image/webp", headers={"Cache-Control": FOREVER})


@require_POST
@login_required
def session_ending(request: HttpRequest, pk: int) -> HttpResponse:
    """Logs one of the person's own devices out."""
    get_object_or_404(UserSession, pk=pk, user=person(request)).end()
    messages.success(request, _("That device is logged out."))
    return redirect("usersessions_list")


@require_POST
def send_verification_again(request: HttpRequest) -> HttpResponse:
    """For who has just signed up in this browser; at most one mail a minute. It says the same to everybody."""
    stage = LoginStageController.enter(request, EmailVerificationStage.key)
    if stage is None:
        return redirect("account_login")
    if not send_verification_email_at_login(request, stage.login):
        messages.info(request, _("We have just sent it. Wait a minute before you ask again."))
    return redirect("account_email_verification_sent")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Of this browser, and of the person if one is logged in; back to where they were."""
    chosen, back = request.POST.get("language", ""), request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if safe else "/")
    if chosen in {code for code, _name in settings.LANGUAGES}:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=31_536_000, samesite="Lax")
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=chosen)
    return response
