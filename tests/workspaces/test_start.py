"""The first run: a workspace of one's own; and going from one to another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import URLPattern, URLResolver

from tests.conftest import member_of
from tests.workspaces.visitors import at_home, grown_up, visitor
from workspaces import start_views, tenancy
from workspaces.models import AuditEntry, Membership, Role, User, Workspace
from workspaces.slugs import RESERVED, slug_trouble, suggested_slug

pytestmark = pytest.mark.django_db

ANSWERS = {
    "name": "Zapatos Ñandú",
    "slug": "zapatos-nandu",
    "business": "shop",
    "country": "MX",
    "language": "es",
    "time_zone": "America/Mexico_City",
    "currency": "MXN",
}


def started(client: Client, **answers: str) -> Any:
    return client.post("/workspaces/new/", ANSWERS | answers)


class TestStarting:
    def test_makes_the_person_its_owner_and_opens_the_inbox(self) -> None:
        user = grown_up()
        client = at_home(user)
        answer = started(client)
        assert answer["Location"] == "/w/zapatos-nandu/"
        assert client.get("/w/zapatos-nandu/inbox/").status_code == 200
        workspace = Workspace.objects.get(slug="zapatos-nandu")
        assert {name: getattr(workspace, name) for name in ANSWERS} == ANSWERS
        with tenancy.enter(workspace):
            assert Membership.objects.get().role == Role.OWNER
            assert AuditEntry.objects.get().verb == "workspace.started"
        assert client.get("/")["Location"] == "/w/zapatos-nandu/"

    @pytest.mark.parametrize(
        ("header", "expected"),
        [
            ("es-MX,es;q=0.9,en;q=0.8", ("MX", "America/Mexico_City", "MXN")),
            ("pt-BR,pt;q=0.9", ("BR", "America/Sao_Paulo", "BRL")),
            ("es-419,es-CO;q=0.9", ("CO", "America/Bogota", "COP")),
            ("en", ("AR", "America/Argentina/Buenos_Aires", "ARS")),
        ],
    )
    def test_proposes_what_the_browser_says_of_the_country(self, header: str, expected: tuple[str, ...]) -> None:
        form = at_home(grown_up()).get("/workspaces/new/", headers={"accept-language": header}).context["form"]
        assert tuple(form[name].value() for name in ("country", "time_zone", "currency")) == expected

    def test_hands_the_browser_what_goes_with_each_country(self) -> None:
        page = at_home(grown_up()).get("/workspaces/new/").content.decode()
        places = json.loads(page.split('id="usual-places" type="application/json">')[1].split("</script>")[0])
        assert places["CL"] == {
            "country": "CL",
            "language": "es",
            "time_zone": "America/Santiago",
            "currency": "CLP",
        }

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("slug", "Zapatos"),
            ("slug", "a--b"),
            ("slug", "admin"),
            ("slug", "ab"),
            ("slug", ""),
            ("country", "ZZ"),
            ("time_zone", "America/Nowhere"),
            ("currency", "XXX"),
            ("language", "fr"),
            ("business", "spies"),
        ],
    )
    def test_refuses_what_is_wrong_beside_its_field(self, field: str, value: str) -> None:
        answer = started(at_home(grown_up()), **{field: value})
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert not Workspace.objects.exists()

    def test_refuses_an_address_that_is_taken(self, calzado: Workspace) -> None:
        answer = started(at_home(grown_up()), slug=calzado.slug)
        assert "Another workspace has this address" in answer.content.decode()

    def test_says_the_same_when_it_was_taken_meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def taken(*_: Any, **__: Any) -> None:
            raise IntegrityError

        monkeypatch.setattr(start_views, "start_workspace", taken)
        answer = started(at_home(grown_up()))
        assert answer.status_code == 422
        assert "Another workspace has this address" in answer.content.decode()

    def test_is_the_operators_where_signing_up_is_closed(self, settings: Any) -> None:
        settings.SIGNUP_OPEN = False
        assert started(at_home(grown_up())).status_code == 403
        assert started(at_home(grown_up(is_staff=True))).status_code == 302

    def test_a_stranger_starts_nothing(self) -> None:
        assert started(visitor())["Location"].startswith("/accounts/login/")


class TestTheAddress:
    @pytest.mark.parametrize(
        ("slug", "words"),
        [
            ("calzado-sur", "Another workspace"),
            ("admin", "Plaza needs"),
            ("ab", "at least 3"),
            ("Con Espacios", "small letters"),
            ("ñandú", "small letters"),
            ("-x-", "small letters"),
            ("x" * 61, "small letters"),
            ("zapatos-nandu", ""),
        ],
    )
    def test_is_looked_up_while_one_types(self, slug: str, words: str, calzado: Workspace) -> None:
        answer = at_home(grown_up()).get("/workspaces/address/", {"slug": slug}).json()
        assert answer["slug"] == slug
        assert words in answer["trouble"]
        assert bool(words) == bool(answer["trouble"])

    def test_is_proposed_out_of_the_name(self, calzado: Workspace) -> None:
        client = at_home(grown_up())
        proposals = {
            "Calzado Sur": "calzado-sur-2",
            "Ñandú & Hijos S.A.": "nandu-hijos-sa",
            "日本": "",
            "Admin": "admin-2",
        }
        for name, slug in proposals.items():
            assert client.get("/workspaces/address/", {"name": name}).json()["slug"] == slug

    @pytest.mark.parametrize("name", ["a" * 200, "- - -", "a_b__c", "   ", "x", "É" * 70])
    def test_that_is_proposed_can_be_had(self, name: str) -> None:
        proposed = suggested_slug(name)
        assert proposed == "" or slug_trouble(proposed) == ""

    def test_words_of_our_own_pages_are_reserved(self) -> None:
        from config.urls import urlpatterns

        paths = [str(pattern.pattern) for pattern in urlpatterns if isinstance(pattern, URLPattern | URLResolver)]
        assert len(paths) == len(urlpatterns) > 5
        first = {path.strip("/").split("/")[0].split("<")[0] for path in paths}
        assert {word for word in first if word} <= RESERVED


class TestHome:
    def test_without_a_workspace_offers_to_start_one(self, zoe: User, browser_of: Any) -> None:
        assert "/workspaces/new/" in browser_of(zoe).get("/").content.decode()

    def test_without_a_workspace_where_signing_up_is_closed_says_whom_to_ask(
        self, zoe: User, browser_of: Any, settings: Any
    ) -> None:
        settings.SIGNUP_OPEN = False
        assert "/workspaces/new/" not in browser_of(zoe).get("/").content.decode()

    def test_with_several_offers_them_by_name(self, ana: Membership, otra: Workspace, browser_of: Any) -> None:
        member_of(otra, ana.user, Role.AGENT)
        html = browser_of(ana.user).get("/").content.decode()
        assert html.index("Calzado Sur") < html.index("Otra Tienda")

    def test_of_a_stranger_is_the_login(self) -> None:
        assert visitor().get("/")["Location"].startswith("/accounts/login/")


class TestTheSwitcher:
    def test_shows_where_one_is_and_where_one_may_go(self, ana: Membership, otra: Workspace, browser_of: Any) -> None:
        member_of(otra, ana.user, Role.AGENT)
        html = browser_of(ana.user).get("/w/calzado-sur/switcher/").content.decode()
        assert 'href="/w/calzado-sur/" aria-checked="true"' in html
        assert 'href="/w/otra-tienda/" aria-checked="false"' in html
        assert "/workspaces/new/" in html

    def test_leaves_out_a_workspace_one_has_left(self, ana: Membership, otra: Workspace, browser_of: Any) -> None:
        left = member_of(otra, ana.user, Role.AGENT)
        with tenancy.enter(otra):
            Membership.objects.filter(pk=left.pk).update(is_active=False)
        assert "otra-tienda" not in browser_of(ana.user).get("/w/calzado-sur/switcher/").content.decode()

    def test_is_on_the_rail_and_fetched_when_opened(self, ana: Membership, browser_of: Any) -> None:
        html = browser_of(ana.user).get("/w/calzado-sur/inbox/").content.decode()
        assert 'hx-get="/w/calzado-sur/switcher/" hx-trigger="toggle once"' in html
