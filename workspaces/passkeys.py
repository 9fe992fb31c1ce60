"""allauth's forms for passkeys, which believe that what a browser sends is shaped like a credential. Anybody can send
anything: what is no credential is refused with words, like a wrong code."""

from __future__ import annotations

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms

# What reading bytes that are no credential ends with, in allauth and in what it stands on.
UNREADABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, struct.error)


class _Presented:
    """One that exists is shown: `clean_credential` reads it."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # the form beside it
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class AddForm(forms.AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    def clean(self) -> Any:
        try:
            return super().clean()
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class LoginForm(_Presented, forms.LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    pass


class AuthenticateForm(_Presented, forms.AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    pass


class ReauthenticateForm(_Presented, forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    pass
