"""Login with an account elsewhere: off unless configured, refused where it is configured wrongly."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import environ
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from config.social import SocialLogin
from tests.workspaces.visitors import at_home, grown_up, visitor

PAIR = {"MICROSOFT_CLIENT_ID": "an-id", "MICROSOFT_CLIENT_SECRET": "a-secret"}


def configured(monkeypatch: pytest.MonkeyPatch, **values: str) -> SocialLogin:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return SocialLogin.of(environ.Env())


def test_nothing_is_offered_unless_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOCIAL_LOGIN", raising=False)
    assert SocialLogin.of(environ.Env()) == SocialLogin()
    assert SocialLogin() == settings.SOCIAL_LOGIN
    with pytest.raises(NoReverseMatch):
        reverse("microsoft_login")


def test_what_is_configured_is_installed_and_let_through_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    found = configured(monkeypatch, SOCIAL_LOGIN="microsoft", **PAIR)
    assert found.apps == ["allauth.socialaccount.providers.microsoft"]
    assert found.doors == ["https://login.microsoftonline.com"]
    assert found.providers["microsoft"]["APPS"] == [{"client_id": "an-id", "secret": "a-secret", "key": ""}]


def test_an_unknown_name_stops_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="not 'myspace'"):
        configured(monkeypatch, SOCIAL_LOGIN="myspace")


def test_a_name_without_its_secret_stops_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MICROSOFT_CLIENT_SECRET", raising=False)
    with pytest.raises(ImproperlyConfigured, match="MICROSOFT_CLIENT_SECRET"):
        configured(monkeypatch, SOCIAL_LOGIN="microsoft", MICROSOFT_CLIENT_ID="an-id")


def test_what_needs_a_library_that_is_not_there_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.social.find_spec", lambda _name: None)
    with pytest.raises(ImproperlyConfigured, match="PyJWT"):
        configured(monkeypatch, SOCIAL_LOGIN="google", GOOGLE_CLIENT_ID="a", GOOGLE_CLIENT_SECRET="b")


LOOK = """
import django; django.setup()
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
request = RequestFactory().get("/")
request.session = {}
facts = {"social_login": [("microsoft", "Microsoft")], "process": "login"}
html = render_to_string("socialaccount/_providers.html", facts, request)
assert f'action="{reverse("microsoft_login")}?process=login"' in html, html
assert "csrfmiddlewaretoken" in html
assert "https://login.microsoftonline.com" in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"]
print(reverse("microsoft_callback"))
"""


def test_a_configured_installation_offers_it_at_the_login() -> None:
    """Apps are chosen when a process starts, so in one of its own."""
    environment = {**os.environ, **PAIR, "SOCIAL_LOGIN": "microsoft", "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "/accounts/microsoft/login/callback/"


@pytest.mark.django_db
class TestItsPages:
    @pytest.mark.parametrize(
        ("path", "status", "words"),
        [
            ("/accounts/elsewhere/cancelled/", 200, "You came back without logging in"),
            ("/accounts/elsewhere/error/", 401, "That login did not work"),
        ],
    )
    def test_say_what_happened(self, path: str, status: int, words: str) -> None:
        answer = visitor().get(path)
        assert answer.status_code == status
        assert words in answer.content.decode()

    def test_nobody_finishes_a_sign_up_that_did_not_begin(self) -> None:
        assert visitor().get("/accounts/elsewhere/signup/")["Location"] == "/accounts/login/"

    def test_connections_are_listed(self) -> None:
        assert "You have connected none." in at_home(grown_up()).get("/account/elsewhere/").content.decode()

    def test_the_login_offers_none_here(self) -> None:
        assert "Go on with" not in visitor().get("/accounts/login/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"name": "Nora Quiroga"}, "Nora Quiroga"),
        ({"first_name": "Nora", "last_name": "Quiroga"}, "Nora Quiroga"),
        ({"first_name": "Nora", "last_name": None}, "Nora"),
        ({"name": "x" * 300}, "x" * 120),
        ({}, ""),
    ],
)
def test_who_comes_from_elsewhere_keeps_their_name(data: dict[str, Any], name: str) -> None:
    from allauth.account.adapter import get_adapter as account_adapter
    from allauth.socialaccount.adapter import get_adapter
    from allauth.socialaccount.models import SocialAccount
    from allauth.socialaccount.models import SocialLogin as Coming
    from django.test import RequestFactory
    from django.utils import translation

    request = RequestFactory().get("/")
    coming = Coming(user=account_adapter(request).new_user(request), account=SocialAccount(provider="x", uid="1"))
    with translation.override("pt-br"):
        user = get_adapter(request).populate_user(request, coming, {"email": "nora@x.example", **data})
    assert (user.name, user.language, user.email) == (name, "pt-br", "nora@x.example")
