"""Your account: who may see which page, profile, picture, e-mail, password, sessions."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.workspaces.visitors import PASSWORD, address_of, at_home, grown_up, last_mail, link_in, log_in, visitor
from workspaces.models import Avatar, Membership, User

pytestmark = pytest.mark.django_db

OPEN = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/logout/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/no-such-key/",
    "/accounts/password/reset/",
    "/accounts/password/reset/sent/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/1-no-such-key/",
    "/accounts/elsewhere/cancelled/",
]
PRIVATE = [
    "/account/",
    "/account/email/",
    "/account/password/",
    "/account/second-factor/",
    "/account/second-factor/app/",
    "/account/passkeys/",
    "/account/passkeys/new/",
    "/account/sessions/",
    "/account/elsewhere/",
    "/accounts/reauthenticate/",
    "/workspaces/new/",
    "/workspaces/address/",
]
OURS = "css/tokens.css"


class TestWhoSeesWhat:
    @pytest.mark.parametrize("path", OPEN)
    def test_the_way_in_is_open_to_strangers(self, path: str) -> None:
        answer = visitor().get(path)
        if path == "/accounts/logout/":
            assert answer.status_code == 302
        else:
            assert answer.status_code == 200
            assert OURS in answer.content.decode()

    @pytest.mark.parametrize("path", PRIVATE)
    def test_your_account_is_closed_to_strangers(self, path: str) -> None:
        answer = visitor().get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")

    @pytest.mark.parametrize("path", PRIVATE)
    def test_a_member_and_an_outsider_see_their_own(self, path: str, ana: Membership, zoe: User) -> None:
        for user in (ana.user, zoe):
            user.set_password(PASSWORD)
            user.save()
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            answer = at_home(user).get(path)
            assert answer.status_code == 200, path
            if path != "/workspaces/address/":
                assert OURS in answer.content.decode()

    @pytest.mark.parametrize("path", [*OPEN, *PRIVATE])
    @pytest.mark.parametrize("language", ["es", "pt-br", "en"])
    def test_every_page_speaks_every_language(self, path: str, language: str) -> None:
        client = visitor(**{"accept-language": language}) if path in OPEN else at_home(grown_up(language=language))
        answer = client.get(path)
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            assert f'<html lang="{language}"' in answer.content.decode()

    def test_a_form_without_its_token_is_refused(self) -> None:
        client = Client(enforce_csrf_checks=True)
        assert client.post("/accounts/login/", {"login": "a@b.example", "password": "x"}).status_code == 403


def saved(client: Client, **fields: str) -> Any:
    usual = {"name": "Nora Q.", "language": "en", "theme": "dark", "signature": ""}
    return client.post("/account/", usual | fields)


class TestTheProfile:
    def test_is_saved_and_thanks_in_the_language_chosen(self) -> None:
        user = grown_up()
        client = at_home(user)
        assert saved(client, language="pt-br", signature="Nora\nVentas")["Location"] == "/account/"
        user.refresh_from_db()
        assert (user.name, user.language, user.theme, user.signature) == ("Nora Q.", "pt-br", "dark", "Nora\nVentas")
        html = client.get("/account/").content.decode()
        assert "Salvo." in html
        assert 'data-theme="dark"' in html

    @pytest.mark.parametrize(
        ("field", "value"), [("name", " "), ("language", "xx"), ("theme", "pink"), ("signature", "x" * 301)]
    )
    def test_refuses_what_is_wrong_and_keeps_the_rest_on_the_page(self, field: str, value: str) -> None:
        user = grown_up()
        answer = saved(at_home(user), **{field: value})
        assert answer.status_code == 422
        assert f'id="id_{field}_errors"' in answer.content.decode()
        assert "Quiroga" in User.objects.get(pk=user.pk).name

    def test_shows_the_name_of_before_above_a_name_that_was_refused(self) -> None:
        assert "NQ" in saved(at_home(grown_up()), name="").content.decode()


def picture(blue: int = 200, kind: str = "JPEG", name: str = "me.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (900, 400), (40, 120, blue)).save(out, kind)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


class TestThePicture:
    def test_becomes_a_small_square_that_only_people_see(self) -> None:
        user = grown_up()
        client = at_home(user)
        assert client.post("/account/picture/", {"picture": picture()}).status_code == 302
        user.refresh_from_db()
        address = f"/avatars/{user.avatar}.webp"
        assert address in client.get("/account/").content.decode()
        answer = client.get(address)
        assert (answer["Content-Type"], answer["Cache-Control"]) == (
            "image/webp",
            "private, max-age=31536000, immutable",
        )
        with Image.open(BytesIO(answer.content)) as image:
            assert (image.format, image.size) == ("WEBP", (256, 256))
        assert visitor().get(address).status_code == 302
        assert client.get("/avatars/nothing.webp").status_code == 404

    def test_is_shown_on_the_rail(self, ana: Membership, browser_of: Any) -> None:
        browser_of(ana.user).post("/account/picture/", {"picture": picture()})
        ana.user.refresh_from_db()
        assert f"/avatars/{ana.user.avatar}.webp" in browser_of(ana.user).get("/w/calzado-sur/inbox/").content.decode()

    def test_that_is_replaced_or_removed_is_gone_unless_somebody_else_wears_it(self) -> None:
        first, second = at_home(grown_up()), at_home(grown_up())
        for client in (first, second):
            client.post("/account/picture/", {"picture": picture()})
        assert Avatar.objects.count() == 1
        first.post("/account/picture/", {"picture": picture(blue=20)})
        assert Avatar.objects.count() == 2
        second.post("/account/picture/removal/")
        first.post("/account/picture/removal/")
        assert Avatar.objects.count() == 0

    @pytest.mark.parametrize(
        "upload",
        [
            SimpleUploadedFile("me.jpg", b"no picture at all"),
            SimpleUploadedFile("me.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
            SimpleUploadedFile("empty.jpg", b""),
            picture(kind="TIFF", name="me.tif"),
        ],
        ids=["text", "svg", "empty", "tiff"],
    )
    def test_that_is_none_is_refused_with_words(self, upload: SimpleUploadedFile) -> None:
        user = grown_up()
        upload.seek(0)
        answer = at_home(user).post("/account/picture/", {"picture": upload})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
        assert User.objects.get(pk=user.pk).avatar == ""

    def test_that_is_too_heavy_is_refused(self) -> None:
        heavy = SimpleUploadedFile("me.jpg", b"\xff\xd8" + b"0" * (8 * 1024 * 1024))
        answer = at_home(grown_up()).post("/account/picture/", {"picture": heavy})
        assert "larger than 8 MB" in answer.content.decode()

    def test_nothing_chosen_is_an_error_and_a_look_is_no_post(self) -> None:
        client = at_home(grown_up())
        assert client.post("/account/picture/").status_code == 422
        assert client.get("/account/picture/").status_code == 405


class TestTheEMail:
    def test_changes_when_the_new_one_is_confirmed_and_the_old_one_is_told(self) -> None:
        user, new = grown_up(), address_of("nuevo")
        old, client = user.email, at_home(user)
        client.post("/account/email/", {"email": new, "action_add": ""})
        assert last_mail().to == [new]
        page = client.get("/account/email/").content.decode()
        assert "Waiting for your confirmation" in page
        assert User.objects.get(pk=user.pk).email == old
        client.post(link_in(last_mail()))
        assert User.objects.get(pk=user.pk).email == new
        assert (last_mail().subject, last_mail().to) == ("Your e-mail was changed", [old])
        assert log_in(visitor(), User.objects.get(pk=user.pk)).status_code == 302

    def test_that_somebody_else_has_is_not_given_away(self) -> None:
        other = grown_up()
        client = at_home(grown_up())
        client.post("/account/email/", {"email": other.email, "action_add": ""})
        assert EmailAddress.objects.filter(email=other.email, verified=True).count() == 1
        assert User.objects.filter(email=other.email).count() == 1

    def test_a_change_can_be_taken_back(self) -> None:
        client, new = at_home(grown_up()), address_of("nuevo")
        client.post("/account/email/", {"email": new, "action_add": ""})
        client.post("/account/email/", {"email": new, "action_remove": ""})
        assert not EmailAddress.objects.filter(email=new).exists()


class TestThePassword:
    def test_is_changed_by_who_knows_it_and_a_mail_says_so(self) -> None:
        user = grown_up(language="es")
        phone, client = at_home(user), at_home(user)
        words = "otras palabras distintas"
        answer = client.post("/account/password/", {"oldpassword": PASSWORD, "password1": words, "password2": words})
        assert answer["Location"] == "/account/password/"
        message = last_mail()
        assert (message.subject, message.to) == ("Tu contraseña cambió", [user.email])
        assert "10." in message.body
        assert client.get("/account/").status_code == 200
        assert phone.get("/account/").status_code == 302
        assert log_in(visitor(), user, words).status_code == 302

    def test_is_not_changed_by_who_does_not_know_it(self) -> None:
        words = "otras palabras distintas"
        answer = at_home(grown_up()).post(
            "/account/password/", {"oldpassword": "guess", "password1": words, "password2": words}
        )
        assert "That is not your password." in answer.content.decode()
        assert mail.outbox == []

    def test_of_who_has_none_is_set(self, zoe: User, browser_of: Any) -> None:
        client, words = browser_of(zoe), "otras palabras distintas"
        assert client.get("/account/password/")["Location"] == "/account/password/first/"
        assert OURS in client.get("/account/password/first/").content.decode()
        client.post("/account/password/first/", {"password1": words, "password2": words})
        assert User.objects.get(pk=zoe.pk).check_password(words)


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


class TestTheSessions:
    def test_are_listed_in_words_and_each_can_be_ended(self) -> None:
        user = grown_up()
        client, elsewhere = at_home(user), visitor(**{"user-agent": FIREFOX})
        log_in(elsewhere, user)
        html = client.get("/account/sessions/").content.decode()
        assert "Firefox · Windows" in html
        assert "This one" in html
        other = UserSession.objects.get(user=user, user_agent=FIREFOX)
        assert client.post(f"/account/sessions/{other.pk}/ending/").status_code == 302
        assert elsewhere.get("/account/").status_code == 302
        assert client.get("/account/").status_code == 200

    def test_all_others_are_ended_at_once(self) -> None:
        user = grown_up()
        client, others = at_home(user), [at_home(user), at_home(user)]
        client.post("/account/sessions/")
        assert [other.get("/account/").status_code for other in others] == [302, 302]
        assert client.get("/account/").status_code == 200

    def test_of_other_people_are_out_of_reach(self) -> None:
        stranger, user = at_home(grown_up()), grown_up()
        mine = at_home(user)
        session = UserSession.objects.get(user=user)
        assert stranger.post(f"/account/sessions/{session.pk}/ending/").status_code == 404
        assert visitor().post(f"/account/sessions/{session.pk}/ending/").status_code == 302
        assert mine.get("/account/").status_code == 200
        assert user.email not in stranger.get("/account/sessions/").content.decode()
