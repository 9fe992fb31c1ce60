"""The second step of a login: an app's codes, recovery codes, and workspaces that let nobody in without."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from inbox.consumers import InboxSocket
from tests.workspaces.visitors import PASSWORD, at_home, code_of, grown_up, last_mail, log_in, visitor, with_app
from workspaces.models import Membership, User, Workspace

pytestmark = pytest.mark.django_db


def secret_on(page: Any) -> str:
    return str(page.context["form"].secret)


def half_in(user: User) -> Client:
    """A browser where the password was right and the second step is still to come."""
    client = visitor()
    assert log_in(client, user)["Location"] == "/accounts/login/second-factor/"
    return client


class TestTheApp:
    @pytest.mark.django_db(transaction=True)  # allauth writes once it is committed
    def test_is_set_up_with_a_code_it_shows_and_a_mail_says_so(self) -> None:
        user = grown_up(language="es")
        client = at_home(user)
        secret = secret_on(client.get("/account/second-factor/app/"))
        answer = client.post("/account/second-factor/app/", {"code": code_of(secret)})
        assert answer["Location"] == "/account/second-factor/codes/"
        assert last_mail().subject == "La verificación en dos pasos está activa"
        page = client.get("/account/second-factor/codes/").content.decode()
        assert len(Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()) == 10
        assert all(code in page for code in codes_of(user))

    def test_keeps_its_secret_encrypted(self) -> None:
        secret = with_app(user := grown_up())
        stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
        assert secret not in stored
        assert Authenticator.objects.get(user=user, type="totp").wrap().validate_code(code_of(secret))

    def test_a_wrong_code_changes_nothing_and_keeps_the_square(self) -> None:
        client = at_home(grown_up())
        secret = secret_on(client.get("/account/second-factor/app/"))
        page = client.post("/account/second-factor/app/", {"code": "000000"})
        assert "That code is not right" in page.content.decode()
        assert secret_on(page) == secret
        assert not Authenticator.objects.exists()

    def test_is_switched_off_and_a_mail_says_so(self) -> None:
        with_app(user := grown_up())
        client = fully_in(user)
        assert "Switch the app off?" in client.get("/account/second-factor/app/removal/").content.decode()
        client.post("/account/second-factor/app/removal/")
        assert not Authenticator.objects.filter(user=user).exists()
        assert last_mail().subject == "The app for codes was switched off"

    def test_cannot_be_set_up_twice(self) -> None:
        with_app(user := grown_up())
        assert fully_in(user).get("/account/second-factor/app/")["Location"] == "/account/second-factor/app/removal/"


def codes_of(user: User) -> list[str]:
    return list(Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes())


def fully_in(user: User) -> Client:
    client = half_in(user)
    assert client.post("/accounts/login/second-factor/", {"code": codes_of(user)[0]}).status_code == 302
    return client


class TestLoggingIn:
    def test_asks_for_the_apps_code(self) -> None:
        secret = with_app(user := grown_up())
        client = half_in(user)
        assert client.get("/account/").status_code == 302
        assert "One more step" in client.get("/accounts/login/second-factor/").content.decode()
        assert client.post("/accounts/login/second-factor/", {"code": code_of(secret)})["Location"] == "/"
        assert client.get("/account/").status_code == 200

    @pytest.mark.parametrize("steps", [-1, 1])
    def test_forgives_a_clock_that_is_half_a_minute_off(self, steps: int) -> None:
        secret = with_app(user := grown_up())
        answer = half_in(user).post("/accounts/login/second-factor/", {"code": code_of(secret, steps=steps)})
        assert answer.status_code == 302

    def test_refuses_an_old_code_and_one_that_was_used(self) -> None:
        secret = with_app(user := grown_up())
        answer = half_in(user).post("/accounts/login/second-factor/", {"code": code_of(secret, steps=-4)})
        assert "That code is not right" in answer.content.decode()
        now = code_of(secret)
        assert half_in(user).post("/accounts/login/second-factor/", {"code": now}).status_code == 302
        assert half_in(user).post("/accounts/login/second-factor/", {"code": now}).status_code == 200

    def test_takes_a_recovery_code_once(self) -> None:
        with_app(user := grown_up())
        code = codes_of(user)[0]
        assert half_in(user).post("/accounts/login/second-factor/", {"code": code}).status_code == 302
        assert half_in(user).post("/accounts/login/second-factor/", {"code": code}).status_code == 200
        assert len(codes_of(user)) == 9

    def test_guessing_codes_is_slowed_down(self) -> None:
        secret = with_app(user := grown_up())
        client = half_in(user)
        for guess in range(5):
            client.post("/accounts/login/second-factor/", {"code": f"{guess:06}"})
        answer = client.post("/accounts/login/second-factor/", {"code": code_of(secret)})
        assert answer.status_code == 200
        assert "Too many attempts" in answer.content.decode()

    def test_can_be_left_for_another_account(self) -> None:
        with_app(user := grown_up())
        client = half_in(user)
        assert client.get("/accounts/login/")["Location"].startswith("/accounts/login/second-factor/")
        client.post("/accounts/logout/", {"next": "/accounts/login/"})
        assert client.get("/accounts/login/").status_code == 200

    def test_a_stranger_has_no_second_step(self) -> None:
        assert visitor().get("/accounts/login/second-factor/")["Location"] == "/accounts/login/"


class TestRecoveryCodes:
    def test_are_downloaded_as_a_text(self) -> None:
        with_app(user := grown_up())
        answer = fully_in(user).get("/account/second-factor/codes.txt")
        assert answer["Content-Type"].startswith("text/plain")
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer.content.decode().split() == codes_of(user)

    @pytest.mark.django_db(transaction=True)  # allauth writes once it is committed
    def test_are_made_anew_and_a_mail_says_so(self) -> None:
        with_app(user := grown_up())
        client, before = fully_in(user), codes_of(user)
        assert "stop working" in client.get("/account/second-factor/codes/new/").content.decode()
        client.post("/account/second-factor/codes/new/")
        assert not set(before) & set(codes_of(user))
        assert last_mail().subject == "You have new recovery codes"

    def test_who_has_no_second_step_has_none(self) -> None:
        client = at_home(grown_up())
        assert client.get("/account/second-factor/codes/").status_code == 404
        client.post("/account/second-factor/codes/new/")
        assert not Authenticator.objects.exists()


class TestProvingItAgain:
    def later(self, client: Client) -> Client:
        """An hour after the login."""
        session = client.session
        for record in session["account_authentication_methods"]:
            record["at"] -= 3600
        session.save()
        return client

    @pytest.mark.parametrize(
        "path", ["/account/second-factor/app/", "/account/passkeys/new/", "/account/second-factor/codes/new/"]
    )
    def test_is_asked_of_who_logged_in_long_ago(self, path: str) -> None:
        client = self.later(at_home(grown_up()))
        answer = client.post(path) if path.endswith("app/") else client.get(path)
        assert answer["Location"].startswith("/accounts/reauthenticate/")
        client.post(answer["Location"], {"password": PASSWORD, "next": path})
        assert client.get(path).status_code == 200

    def test_with_a_wrong_password_says_so(self) -> None:
        client = self.later(at_home(grown_up()))
        answer = client.post("/accounts/reauthenticate/", {"password": "guess"})
        assert "That is not your password." in answer.content.decode()

    def test_offers_the_app_to_who_has_it(self) -> None:
        secret = with_app(user := grown_up())
        client = self.later(fully_in(user))
        page = client.get("/accounts/reauthenticate/?next=/account/passkeys/new/").content.decode()
        assert "Use a code" in page
        assert "css/tokens.css" in client.get("/accounts/reauthenticate/code/").content.decode()
        answer = client.post(
            "/accounts/reauthenticate/code/", {"code": code_of(secret), "next": "/account/passkeys/new/"}
        )
        assert answer["Location"] == "/account/passkeys/new/"
        assert client.get("/account/passkeys/new/").status_code == 200


NONSENSE = {
    "clientDataJSON": "e30",
    "attestationObject": "_w",
    "authenticatorData": "AA",
    "signature": "AA",
    "userHandle": "MQ",
}
RUBBISH = [
    "",
    "no json",
    "[]",
    "{}",
    '"text"',
    '{"id": "x", "response": {}}',
    '{"id": "x", "response": []}',
    '{"id": "x", "response": {"userHandle": "MQ"}}',
    json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": NONSENSE}),
]


class TestAPasskey:
    """What needs no device; the rest is in the browser's tests."""

    @pytest.mark.parametrize("credential", RUBBISH)
    def test_of_rubbish_is_refused(self, credential: str) -> None:
        client = at_home(grown_up())
        client.get("/account/passkeys/new/")
        assert client.post("/account/passkeys/new/", {"name": "x", "credential": credential}).status_code == 200
        assert not Authenticator.objects.exists()

    @pytest.mark.parametrize("credential", RUBBISH)
    def test_login_with_rubbish_goes_back_to_the_login(self, credential: str) -> None:
        client = visitor()
        asked = client.get("/accounts/login/passkey/", headers={"accept": "application/json"}).json()
        assert asked["request_options"]["publicKey"]["userVerification"] == "required"
        answer = client.post("/accounts/login/passkey/", {"credential": credential})
        assert answer["Location"] == "/accounts/login/"
        assert client.get("/account/").status_code == 302

    @pytest.mark.parametrize("credential", RUBBISH)
    def test_of_rubbish_is_no_second_step_and_no_proof(self, credential: str) -> None:
        with_app(user := grown_up())
        assert half_in(user).post("/accounts/login/second-factor/", {"credential": credential}).status_code == 200
        answer = fully_in(user).post("/accounts/reauthenticate/passkey/", {"credential": credential})
        assert answer.status_code == 302

    def test_of_somebody_else_is_out_of_reach(self) -> None:
        owner, stranger = grown_up(), at_home(grown_up())
        key = Authenticator.objects.create(user=owner, type="webauthn", data={"name": "mine", "credential": {}})
        for path in (f"/account/passkeys/{key.pk}/", f"/account/passkeys/{key.pk}/removal/"):
            assert stranger.get(path).status_code == 404
            assert stranger.post(path, {"name": "yours"}).status_code == 404
        assert Authenticator.objects.get(pk=key.pk).data["name"] == "mine"

    def test_is_renamed_and_removed_by_its_owner_and_a_mail_says_so(self) -> None:
        user = grown_up()
        client = at_home(user)
        key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "mine", "credential": {}})
        assert "mine" in client.get("/account/passkeys/").content.decode()
        client.post(f"/account/passkeys/{key.pk}/", {"name": "laptop"})
        assert "laptop" in client.get(f"/account/passkeys/{key.pk}/removal/").content.decode()
        client.post(f"/account/passkeys/{key.pk}/removal/")
        assert not Authenticator.objects.exists()
        assert last_mail().subject == "A passkey was removed"


@pytest.fixture
def strict(calzado: Workspace) -> Workspace:
    calzado.require_second_factor = True
    calzado.save()
    return calzado


class TestAWorkspaceThatAsksForIt:
    def member(self, ana: Membership) -> Client:
        ana.user.set_password(PASSWORD)
        ana.user.language = "en"
        ana.user.save()
        EmailAddress.objects.create(user=ana.user, email=ana.user.email, verified=True, primary=True)
        return at_home(ana.user)

    def test_leads_its_members_to_set_it_up_and_then_in(self, strict: Workspace, ana: Membership) -> None:
        client = self.member(ana)
        assert client.get("/w/calzado-sur/inbox/")["Location"] == "/account/second-factor/"
        page = client.get("/account/second-factor/").content.decode()
        assert "Calzado Sur lets in only who has two-step verification" in page
        secret = secret_on(client.get("/account/second-factor/app/"))
        client.post("/account/second-factor/app/", {"code": code_of(secret)})
        codes = client.get("/account/second-factor/codes/").content.decode()
        assert 'href="/w/calzado-sur/"' in codes
        assert client.get("/w/calzado-sur/inbox/").status_code == 200
        assert "Calzado Sur" not in client.get("/account/second-factor/").content.decode()

    def test_tells_scripts_where_to_go_and_does_nothing_for_them(self, strict: Workspace, ana: Membership) -> None:
        client = self.member(ana)
        answer = client.get("/w/calzado-sur/inbox/rows/", headers={"HX-Request": "true"})
        assert (answer.status_code, answer["HX-Redirect"]) == (403, "/account/second-factor/")
        posted = client.post("/w/calzado-sur/me/", {"theme": "dark"})
        assert posted.status_code == 403
        assert User.objects.get(pk=ana.user_id).theme == "system"

    def test_opens_no_socket_without(self, strict: Workspace, ana: Membership) -> None:
        client = self.member(ana)
        socket = InboxSocket()
        socket.scope = {"session": client.session, "url_route": {"kwargs": {"slug": "calzado-sur"}}}
        assert socket._look() is None
        with_app(ana.user)
        assert socket._look() is not None

    def test_does_not_take_recovery_codes_alone_for_it(self, strict: Workspace, ana: Membership) -> None:
        client = self.member(ana)
        Authenticator.objects.create(user=ana.user, type="recovery_codes", data={})
        assert client.get("/w/calzado-sur/inbox/").status_code == 302

    def test_is_still_unknown_to_strangers(self, strict: Workspace, olga: Membership, browser_of: Any) -> None:
        assert browser_of(olga.user).get("/w/calzado-sur/inbox/").status_code == 404

    def test_the_others_ask_for_nothing(self, ana: Membership, olga: Membership, strict: Workspace) -> None:
        assert self.member(olga).get("/w/otra-tienda/inbox/").status_code == 200

    def test_who_switches_it_off_is_out_again(self, strict: Workspace, ana: Membership) -> None:
        self.member(ana)
        with_app(ana.user)
        client = fully_in(ana.user)
        assert client.get("/w/calzado-sur/inbox/").status_code == 200
        client.post("/account/second-factor/app/removal/")
        assert client.get("/w/calzado-sur/inbox/").status_code == 302
        assert mail.outbox
