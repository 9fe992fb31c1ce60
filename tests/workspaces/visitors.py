"""People at the door: a client each, from an address of their own, so that one test's attempts do not count for the
next one's; and the mails they get."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import os
import re
import secrets
import struct
import time
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client

from workspaces.models import User

PASSWORD = "tres palabras cortas"
LINK = re.compile(r"https?://\S+")

_visits = itertools.count(os.getpid() % 60_000 * 256)


def visitor(**headers: str) -> Client:
    """A browser nobody is logged in at."""
    number = next(_visits)
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return Client(REMOTE_ADDR=address, headers={"accept-language": "en", **headers})


def address_of(name: str) -> str:
    """An e-mail no other run has used: attempts are counted by it."""
    return f"{name}-{next(_visits)}@tienda.example"


def grown_up(name: str = "Nora Quiroga", **fields: Any) -> User:
    """A person with a password and a confirmed e-mail."""
    email = fields.pop("email", address_of("nora"))
    user = User.objects.create_user(email, PASSWORD, name=name, language=fields.pop("language", "en"), **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def log_in(client: Client, user: User, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": user.email, "password": password, **more})


def at_home(user: User) -> Client:
    """A browser where this person has just logged in with their password."""
    client = visitor()
    assert log_in(client, user).status_code == 302
    return client


def link_in(message: Any) -> str:
    """The path of the first link of a mail."""
    found = LINK.search(str(message.body))
    assert found, message.body
    return "/" + found[0].split("/", 3)[3]


def last_mail() -> Any:
    return mail.outbox[-1]


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an app shows now (RFC 6238), or `steps` half minutes later."""
    moment = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), moment, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def with_app(user: User) -> str:
    """Gives the person an app for codes, and recovery codes; answers the app's secret."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret
