"""Every mail about an account: in three languages, in the reader's, plain text, whole."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.core import mail
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

from tests.workspaces.visitors import grown_up
from workspaces.models import User

TEMPLATES = Path(settings.BASE_DIR) / "templates"
MAILS = sorted(
    str(path.relative_to(TEMPLATES)).removesuffix("_subject.txt")
    for room in ("account", "mfa", "socialaccount")
    for path in (TEMPLATES / room / "email").glob("*_subject.txt")
)
WORDS = sorted(
    str(path.relative_to(TEMPLATES))
    for room in ("account", "mfa", "socialaccount", "usersessions")
    for path in (TEMPLATES / room / "messages").glob("*.txt")
)
FACTS: dict[str, Any] = {
    "activate_url": "https://plaza.example/confirm",
    "password_reset_url": "https://plaza.example/reset",
    "signup_url": "https://plaza.example/signup",
    "from_email": "old@tienda.example",
    "to_email": "new@tienda.example",
    "deleted_email": "gone@tienda.example",
    "provider": "Elsewhere",
    "timestamp": timezone.now(),
    "ip": "192.0.2.1",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "user": SimpleNamespace(get_short_name="O'Brian & Söhne"),
}


def sent(prefix: str, email: str, **facts: Any) -> Any:
    request = RequestFactory().get("/")
    with context.request_context(request):
        get_adapter(request).send_mail(prefix, email, FACTS | facts)
    return mail.outbox[-1]


def test_there_are_mails_and_words() -> None:
    assert len(MAILS) >= 17
    assert len(WORDS) >= 15


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", MAILS)
class TestEveryMail:
    def test_is_said_in_three_languages(self, prefix: str) -> None:
        said = {}
        for language, _name in settings.LANGUAGES:
            user = grown_up(language=language)
            message = sent(prefix, user.email)
            said[language] = (message.subject, message.body)
            assert message.to == [user.email]
        assert len({subject for subject, _body in said.values()}) == 3
        assert len({body for _subject, body in said.values()}) == 3

    def test_is_plain_text_and_whole(self, prefix: str) -> None:
        message = sent(prefix, grown_up().email)
        assert message.alternatives == []
        assert "\n" not in message.subject
        assert message.body.rstrip().endswith(settings.PUBLIC_URL)
        for bad in ("{{", "{%", "None", "&amp;", "&#x27;", "<", "\n\n\n\n"):
            assert bad not in message.body, bad

    def test_a_notice_says_when_where_and_what_to_do(self, prefix: str) -> None:
        source = get_template(f"{prefix}_message.txt").template.source  # type: ignore[attr-defined]
        if "base_notification" in source:
            body = sent(prefix, grown_up().email).body
            assert "Firefox · Linux" in body
            assert "192.0.2.1" in body
            assert "/account/sessions/" in body


@pytest.mark.django_db
def test_a_mail_to_nobody_we_know_is_in_the_askers_language() -> None:
    with translation.override("pt-br"):
        assert sent("account/email/unknown_account", "nobody@x.example").subject == "Não há conta com este e-mail"


@pytest.mark.django_db
def test_a_name_reads_as_it_is_written() -> None:
    user = User(name="O'Brian & Söhne")
    body = sent("account/email/email_confirmation_signup", grown_up().email, user=user).body
    assert "Hello O'Brian, welcome" in body


@pytest.mark.parametrize("name", WORDS)
@pytest.mark.parametrize("language", ["es", "pt-br", "en"])
def test_every_short_word_is_said(name: str, language: str) -> None:
    with translation.override(language):
        words = render_to_string(name, {"email": "nora@tienda.example"}).strip()
    assert words.endswith(".")
    assert "None" not in words
    with translation.override("en"):
        english = render_to_string(name, {"email": "nora@tienda.example"}).strip()
    assert (words == english) is (language == "en")
