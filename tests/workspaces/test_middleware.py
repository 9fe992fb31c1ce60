"""The door of a workspace for pages: who gets in, under which address, in which language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_script_prefix, reverse
from django.utils import translation

from tests.conftest import member_of
from workspaces import tenancy
from workspaces.middleware import LanguageMiddleware, WorkspaceMiddleware, membership_of
from workspaces.models import Membership, User, Workspace

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]


def asked(user: Any, path: str, **headers: str) -> HttpRequest:
    request = RequestFactory().get(path, headers=headers)
    request.user = user
    request.session = SessionStore()
    return request


class View:
    """What a view would see."""

    def __init__(self, answer: Exception | None = None) -> None:
        self.seen: dict[str, Any] = {}
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.seen = {
            "path": request.path_info,
            "script": request.META.get("SCRIPT_NAME"),
            "workspace": getattr(request, "workspace", None),
            "member": getattr(request, "member", None),
            "entered": tenancy.is_entered(),
            "urlconf": getattr(request, "urlconf", None),
            "language": translation.get_language(),
        }
        if self.answer:
            raise self.answer
        return HttpResponse("seen")


class TestTheDoor:
    @pytest.mark.parametrize(
        ("path", "inner"),
        [
            ("/w/calzado-sur/inbox/", "/inbox/"),
            ("/w/calzado-sur/", "/"),
            ("/w/calzado-sur", "/"),
            ("/w/calzado-sur/conversations/5/", "/conversations/5/"),
            ("/w/calzado-sur//evil.example/", "//evil.example/"),
        ],
    )
    def test_moves_the_prefix_into_the_script_name(self, ana: Membership, path: str, inner: str) -> None:
        view = View()
        WorkspaceMiddleware(view)(asked(ana.user, path))
        assert (view.seen["path"], view.seen["script"]) == (inner, "/w/calzado-sur")
        assert (view.seen["workspace"], view.seen["member"]) == (ana.workspace, ana)
        assert view.seen["urlconf"] == "config.urls_workspace"

    def test_is_open_around_the_view_and_closed_after_it(self, ana: Membership) -> None:
        view = View()
        WorkspaceMiddleware(view)(asked(ana.user, "/w/calzado-sur/inbox/"))
        assert view.seen["entered"]
        assert not tenancy.is_entered()
        assert get_script_prefix() == "/"

    def test_is_closed_after_a_view_that_raised(self, ana: Membership) -> None:
        with pytest.raises(ZeroDivisionError):
            WorkspaceMiddleware(View(ZeroDivisionError()))(asked(ana.user, "/w/calzado-sur/inbox/"))
        assert not tenancy.is_entered()
        assert reverse("account_login") == "/accounts/login/"

    @pytest.mark.parametrize("path", ["/", "/accounts/login/", "/healthz", "/w", "/webhooks/x/", "/x/w/calzado-sur/"])
    def test_leaves_other_addresses_alone(self, ana: Membership, path: str) -> None:
        view = View()
        WorkspaceMiddleware(view)(asked(ana.user, path))
        assert (view.seen["path"], view.seen["entered"], view.seen["workspace"]) == (path, False, None)

    @pytest.mark.parametrize("slug", ["otra-tienda", "nowhere", "", "CALZADO-SUR", "calzado-sur%00", "..", "1"])
    def test_a_workspace_of_others_and_none_at_all_look_the_same(
        self, ana: Membership, otra: Workspace, slug: str
    ) -> None:
        view = View()
        with pytest.raises(Http404):
            WorkspaceMiddleware(view)(asked(ana.user, f"/w/{slug}/inbox/"))
        assert view.seen == {}

    @pytest.mark.parametrize("slug", ["calzado-sur", "nowhere"])
    def test_whoever_is_not_logged_in_is_sent_to_log_in_and_back(self, calzado: Workspace, slug: str) -> None:
        response = WorkspaceMiddleware(View())(asked(AnonymousUser(), f"/w/{slug}/conversations/5/?view=all"))
        assert response.status_code == 302
        assert response["Location"] == f"/accounts/login/?next=/w/{slug}/conversations/5/%3Fview%3Dall"

    def test_a_member_who_left_is_a_stranger(self, ana: Membership) -> None:
        with tenancy.enter(ana.workspace):
            Membership.objects.update(is_active=False)
        with pytest.raises(Http404):
            WorkspaceMiddleware(View())(asked(ana.user, "/w/calzado-sur/inbox/"))

    @pytest.mark.parametrize(
        ("header", "status"),
        [("calzado-sur", 200), ("otra-tienda", 409), ("nowhere", 409), ("", 409), ("CALZADO-SUR", 409)],
    )
    def test_a_tab_of_another_workspace_is_refused_before_the_view(
        self, ana: Membership, header: str, status: int
    ) -> None:
        view = View()
        request = asked(ana.user, "/w/calzado-sur/inbox/", **{"X-Plaza-Workspace": header})
        assert WorkspaceMiddleware(view)(request).status_code == status
        assert bool(view.seen) is (status == 200)

    def test_of_two_workspaces_each_page_is_its_own(
        self, ana: Membership, otra: Workspace, browser_of: BrowserOf
    ) -> None:
        member_of(otra, ana.user, "agent")
        page = browser_of(ana.user)
        for slug, name in (
            ("calzado-sur", "Calzado Sur"),
            ("otra-tienda", "Otra Tienda"),
            ("calzado-sur", "Calzado Sur"),
        ):
            html = page.get(f"/w/{slug}/inbox/").content.decode()
            assert "<title>" in html
            assert name in html
            assert f'href="/w/{slug}/inbox/"' in html or f'"/w/{slug}/' in html


class TestMemberships:
    def test_are_those_of_the_entered_workspace(self, ana: Membership, olga: Membership, zoe: User) -> None:
        with tenancy.enter(ana.workspace):
            assert membership_of(ana.user) == ana
            assert membership_of(olga.user) is None
            assert membership_of(zoe) is None
            assert membership_of(AnonymousUser()) is None

    def test_of_nobody_are_asked_in_one_query_with_their_user(self, ana: Membership) -> None:
        from tests.conftest import count_queries

        with tenancy.enter(ana.workspace):
            assert count_queries(lambda: str(membership_of(ana.user))) == 1


class TestLanguages:
    @pytest.mark.parametrize("language", ["es", "pt-br", "en"])
    def test_a_member_reads_in_their_own_whatever_the_browser_wants(self, ana: Membership, language: str) -> None:
        ana.user.language = language
        view = View()
        response = LanguageMiddleware(view)(asked(ana.user, "/", **{"Accept-Language": "fr, de;q=0.5"}))
        assert (view.seen["language"], response["Content-Language"]) == (language, language)

    def test_it_ends_with_the_answer_also_when_the_view_raises(self, ana: Membership) -> None:
        before = translation.get_language()
        ana.user.language = "pt-br"
        for answer in (None, ZeroDivisionError()):
            try:
                LanguageMiddleware(View(answer))(asked(ana.user, "/"))
            except ZeroDivisionError:
                assert answer is not None
            assert translation.get_language() == before

    def test_a_language_that_the_view_chose_is_not_overwritten(self, ana: Membership) -> None:
        def view(_: HttpRequest) -> HttpResponse:
            return HttpResponse("x", headers={"Content-Language": "fr"})

        assert LanguageMiddleware(view)(asked(ana.user, "/"))["Content-Language"] == "fr"

    @pytest.mark.parametrize(
        ("wanted", "shown"),
        [("pt-BR,pt;q=0.9", "pt-br"), ("pt-PT", "pt-br"), ("en-GB", "en"), ("es-AR", "es"), ("de", "es"), ("", "es")],
    )
    def test_a_stranger_reads_in_the_browsers_or_in_spanish(self, db: None, wanted: str, shown: str) -> None:
        html = Client().get("/accounts/login/", headers={"Accept-Language": wanted}).content.decode().lower()
        assert f'<html lang="{shown}"' in html
