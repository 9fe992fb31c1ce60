"""How people get in: what Plaza changes of allauth, which does the rest (sign-up, verification, reset, second factors).

Whoever comes by an invitation has `stash_verified_email` called for them first: it opens the sign-up where it is
closed, and their address needs no mail.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workspaces.crypto import box
from workspaces.models import User

FRESH_SECONDS = 300  # how long a login counts as "it is really you"
VERIFIED = "account_verified_email"  # allauth's name of it


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The e-mail or the password is not right."),
        "email_taken": gettext_lazy("Somebody already uses this e-mail."),
        "enter_current_password": gettext_lazy("That is not your password."),
        "incorrect_password": gettext_lazy("That is not your password."),
        "incorrect_code": gettext_lazy("That code is not right, or it has run out. Try the next one."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait a few minutes and try again."),
        "same_as_current": gettext_lazy("That is the one you have now."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_OPEN or request.session.get(VERIFIED))

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        introduce(user, form.cleaned_data.get("name", ""))
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Who logged in a moment ago need not prove it again."""
        records = get_authentication_records(context.request, context.request.user)
        if records and time.time() - records[-1]["at"] < FRESH_SECONDS:
            return False
        return bool(super().is_reauthentication_required(app=app, **options))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of who reads it, not of who asked for it."""
        reader = User.objects.filter(email=email).first()
        with translation.override(reader.language if reader else translation.get_language()):
            super().send_mail(template_prefix, email, {"home": settings.PUBLIC_URL, **context})

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return public(super().get_email_confirmation_url(request, emailconfirmation))

    def get_reset_password_from_key_url(self, key: str) -> str:
        return public(super().get_reset_password_from_key_url(key))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "unverified_email": gettext_lazy("Confirm your e-mail first: we have sent you a link."),
    }

    def encrypt(self, text: str) -> str:
        return box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return box().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}

    def _get_site_name(self) -> str:
        return "Plaza"


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return bool(settings.SIGNUP_OPEN or request.session.get(VERIFIED))

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """Those of the environment: the database holds none, so it is not asked."""
        apps = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for of_one_provider in apps.values() for app in of_one_provider]

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        names = (data.get("first_name"), data.get("last_name"))
        introduce(user, data.get("name") or " ".join(filter(None, names)))
        return user


def introduce(user: User, name: str) -> None:
    """What a new user is called, and the language they signed up in."""
    user.name = name[: User._meta.get_field("name").max_length] or user.name
    known = {code for code, _name in settings.LANGUAGES}
    language = translation.get_language()
    user.language = language if language in known else settings.LANGUAGE_CODE


def public(url: str) -> str:
    """The same page under the address of the installation: what a Host header says is not mailed."""
    return f"{settings.PUBLIC_URL}/{url.split('/', 3)[3]}"
