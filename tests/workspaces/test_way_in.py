"""From a stranger to somebody with an inbox: sign-up, verification, login, reset."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.workspaces.visitors import (
    PASSWORD,
    address_of,
    at_home,
    grown_up,
    last_mail,
    link_in,
    log_in,
    visitor,
)
from workspaces.caching import THROTTLES_KEPT, ForgivingRedisCache
from workspaces.models import Membership, User

pytestmark = pytest.mark.django_db


def sign_up(client: Client, email: str, password: str = PASSWORD, name: str = "Nora Quiroga") -> Any:
    return client.post("/accounts/signup/", {"name": name, "email": email, "password1": password})


class TestSigningUp:
    def test_leads_over_a_link_in_a_mail_to_the_first_workspace(self) -> None:
        client, email = visitor(**{"accept-language": "es-MX,es;q=0.9"}), address_of("nora")
        assert sign_up(client, email)["Location"] == "/accounts/confirm-email/"
        message = last_mail()
        assert (message.subject, message.to) == ("Confirma tu correo", [email])
        assert "Hola, Nora" in message.body
        page = client.get(link_in(message))
        assert email in page.content.decode()
        answer = client.post(link_in(message))
        assert answer["Location"] == "/workspaces/new/"
        assert client.get("/workspaces/new/").status_code == 200
        user = User.objects.get(email=email)
        assert (user.name, user.language) == ("Nora Quiroga", "es")
        assert EmailAddress.objects.get(user=user).verified

    def test_nobody_is_in_before_the_link_is_followed(self) -> None:
        client, email = visitor(), address_of("nora")
        sign_up(client, email)
        assert client.get("/workspaces/new/").status_code == 302
        answer = log_in(visitor(), User.objects.get(email=email))
        assert answer["Location"] == "/accounts/confirm-email/"

    def test_looking_at_the_link_confirms_nothing(self) -> None:
        client, email = visitor(), address_of("nora")
        sign_up(client, email)
        visitor().get(link_in(last_mail()))  # a mail scanner
        assert not EmailAddress.objects.get(email=email).verified

    def test_in_another_browser_the_link_confirms_and_asks_to_log_in(self) -> None:
        email = address_of("nora")
        sign_up(visitor(), email)
        other = visitor()
        assert other.post(link_in(last_mail()))["Location"].startswith("/accounts/login/")
        assert log_in(other, User.objects.get(email=email))["Location"] == "/"

    def test_the_mail_can_be_sent_again_once_a_minute(self) -> None:
        client = visitor()
        sign_up(client, address_of("nora"))
        assert len(mail.outbox) == 1
        answer = client.post("/accounts/confirm-email/again/", follow=True)
        assert "Wait a minute" in answer.content.decode()
        assert len(mail.outbox) == 1
        assert visitor().post("/accounts/confirm-email/again/")["Location"] == "/accounts/login/"

    def test_with_an_e_mail_that_has_an_account_tells_only_its_owner(self) -> None:
        owner = grown_up(language="pt-br")
        answer = sign_up(visitor(), owner.email)
        assert answer["Location"] == "/accounts/confirm-email/"
        assert last_mail().subject == "Você já tem uma conta"
        assert User.objects.filter(email=owner.email).count() == 1

    @pytest.mark.parametrize("password", ["short", "12345678", "quiroga.nora"])
    def test_with_a_weak_password_says_why(self, password: str) -> None:
        answer = sign_up(visitor(), "quiroga.nora@tienda.example", password)
        assert answer.status_code == 200
        assert 'id="id_password1_errors"' in answer.content.decode()
        assert not User.objects.exists()

    def test_asks_for_a_name(self) -> None:
        assert 'id="id_name_errors"' in sign_up(visitor(), address_of("nora"), name=" ").content.decode()

    def test_is_closed_where_the_operator_closed_it(self, settings: Any) -> None:
        settings.SIGNUP_OPEN = False
        assert "by invitation" in visitor().get("/accounts/signup/").content.decode()
        sign_up(visitor(), address_of("nora"))
        assert not User.objects.exists()
        assert "Create an account" not in visitor().get("/accounts/login/").content.decode()

    def test_who_was_invited_gets_in_where_it_is_closed_and_needs_no_mail(self, settings: Any) -> None:
        settings.SIGNUP_OPEN = False
        client, email = visitor(), address_of("nora")
        client.get("/accounts/login/")
        session = client.session
        session["account_verified_email"] = email
        session.save()
        assert sign_up(client, email)["Location"] == "/workspaces/new/"
        assert mail.outbox == []
        assert EmailAddress.objects.get(email=email).verified


class TestLoggingIn:
    def test_goes_where_one_wanted_to(self) -> None:
        user = grown_up()
        assert log_in(visitor(), user, next="/account/")["Location"] == "/account/"
        assert log_in(visitor(), user, next="https://evil.example/")["Location"] == "/"

    def test_does_not_say_whether_the_e_mail_or_the_password_is_wrong(self) -> None:
        wrong = log_in(visitor(), grown_up(), "something else").content.decode()
        nobody = log_in(visitor(), User(email=address_of("nobody"))).content.decode()
        assert "The e-mail or the password is not right." in wrong
        assert "The e-mail or the password is not right." in nobody

    def test_is_slowed_down_for_one_account_from_anywhere(self) -> None:
        user = grown_up()
        for _ in range(5):
            log_in(visitor(), user, "guess")
        assert "Too many attempts" in log_in(visitor(), user).content.decode()

    def test_is_slowed_down_from_one_address_for_any_account(self) -> None:
        client = visitor()
        for _ in range(10):
            log_in(client, User(email=address_of("x")), "guess")
        assert "Too many attempts" in log_in(client, grown_up()).content.decode()

    def test_answers_a_flood_with_429_in_our_own_look(self) -> None:
        client = visitor()
        user = User(email=address_of("flood"))
        answers = [log_in(client, user, "guess").status_code for _ in range(31)]
        assert answers[-1] == 429
        assert "page-alone" in log_in(client, user, "guess").content.decode()

    def test_a_good_login_does_not_count_against_anybody(self) -> None:
        user = grown_up()
        for _ in range(7):
            assert log_in(visitor(), user).status_code == 302

    def test_an_account_that_was_switched_off_stays_out(self) -> None:
        user = grown_up(is_active=False)
        client = visitor()
        answer = log_in(client, user)
        assert answer.status_code in (200, 302)
        assert client.get("/account/").status_code == 302

    def test_logging_out_asks_first(self) -> None:
        client = at_home(grown_up())
        client.get("/accounts/logout/")
        assert client.get("/account/").status_code == 200
        client.post("/accounts/logout/")
        assert client.get("/account/").status_code == 302


@pytest.fixture
def redis_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command to Redis fails, as if its server had stopped."""

    def gone(*_: Any, **__: Any) -> Any:
        raise RedisConnectionError

    THROTTLES_KEPT.clear()
    monkeypatch.setattr("redis.client.Redis.execute_command", gone)
    monkeypatch.setattr(ForgivingRedisCache, "dead_until", 0.0)


class TestWithoutRedis:
    def test_one_still_gets_in(self, redis_away: None) -> None:
        assert log_in(visitor(), grown_up()).status_code == 302

    def test_guessing_is_still_slowed_down(self, redis_away: None) -> None:
        user = grown_up()
        for _ in range(5):
            assert log_in(visitor(), user, "guess").status_code == 200
        assert "Too many attempts" in log_in(visitor(), user).content.decode()

    def test_signing_up_and_resetting_work(self, redis_away: None) -> None:
        assert sign_up(visitor(), address_of("nora")).status_code == 302
        assert visitor().post("/accounts/password/reset/", {"email": grown_up().email}).status_code == 302


class TestResettingThePassword:
    def test_goes_over_a_link_that_works_once(self) -> None:
        user, client = grown_up(language="pt-br"), visitor()
        answer = client.post("/accounts/password/reset/", {"email": user.email.upper()})
        assert answer["Location"] == "/accounts/password/reset/sent/"
        message = last_mail()
        assert (message.subject, message.to) == ("Escolha uma nova senha", [user.email])
        form = client.get(link_in(message))["Location"]
        assert "set-password" in form
        words = "otras palabras distintas"
        done = client.post(form, {"password1": words, "password2": words})
        assert done["Location"] == "/accounts/password/reset/done/"
        assert last_mail().subject == "Sua senha foi mudada"
        assert log_in(visitor(), user, words).status_code == 302
        assert "no longer works" in visitor().get(link_in(message)).content.decode()

    def test_logs_every_device_out(self) -> None:
        user = grown_up()
        phone, client = at_home(user), visitor()
        client.post("/accounts/password/reset/", {"email": user.email})
        form = client.get(link_in(last_mail()))["Location"]
        client.post(form, {"password1": "otras palabras distintas", "password2": "otras palabras distintas"})
        assert phone.get("/account/").status_code == 302

    def test_of_an_unknown_e_mail_answers_alike_and_tells_its_owner(self) -> None:
        email = address_of("nobody")
        answer = visitor().post("/accounts/password/reset/", {"email": email})
        assert answer["Location"] == "/accounts/password/reset/sent/"
        assert last_mail().subject == "There is no account with this e-mail"
        assert last_mail().to == [email]

    def test_two_different_words_are_refused(self) -> None:
        client = visitor()
        client.post("/accounts/password/reset/", {"email": grown_up().email})
        form = client.get(link_in(last_mail()))["Location"]
        answer = client.post(form, {"password1": "otras palabras distintas", "password2": "no son las mismas"})
        assert 'id="id_password2_errors"' in answer.content.decode()

    def test_a_link_names_the_installation_whatever_the_host_header_says(self, settings: Any) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        settings.PUBLIC_URL = "https://plaza.tienda.example"
        visitor(host="evil.example").post("/accounts/password/reset/", {"email": grown_up().email})
        assert "https://plaza.tienda.example/accounts/password/reset/" in last_mail().body
        assert "evil.example" not in last_mail().body


class TestTheLanguage:
    def test_of_a_stranger_is_the_browsers_until_they_choose(self) -> None:
        client = visitor(**{"accept-language": "pt-BR"})
        assert "Entrar" in client.get("/accounts/login/").content.decode()
        answer = client.post("/language/", {"language": "es", "next": "/accounts/login/"})
        assert answer["Location"] == "/accounts/login/"
        assert "Contraseña" in client.get("/accounts/login/").content.decode()

    def test_of_a_person_is_kept_with_them(self) -> None:
        user = grown_up()
        at_home(user).post("/language/", {"language": "pt-br", "next": "https://evil.example/"})
        user.refresh_from_db()
        assert user.language == "pt-br"

    def test_that_plaza_does_not_speak_changes_nothing(self) -> None:
        client = visitor()
        client.post("/language/", {"language": "xx"})
        assert "Password" in client.get("/accounts/login/").content.decode()

    def test_a_way_back_elsewhere_is_not_taken(self) -> None:
        assert visitor().post("/language/", {"language": "es", "next": "//evil.example"})["Location"] == "/"


def test_a_member_who_was_seeded_gets_in(ana: Membership) -> None:
    """Somebody made by a command: their first login confirms their e-mail."""
    user = ana.user
    user.set_password(PASSWORD)
    user.save()
    client = visitor()
    assert log_in(client, user)["Location"] == "/accounts/confirm-email/"
    client.post(link_in(last_mail()))
    assert client.get("/")["Location"] == "/w/calzado-sur/"
