"""Error pages: in the reader's language, without a database or a workspace, and with something to do next."""

from __future__ import annotations

import types
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config import urls

LANGUAGES = ("es", "pt-br", "en")


def failing(error: type[Exception]) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        raise error("internal words about +5511955501234")

    return view


@pytest.fixture
def pages(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    """An installation with a view that fails in each way, and our handlers."""
    module = types.ModuleType("failing_urls")
    faults = {"bad": SuspiciousOperation, "forbidden": PermissionDenied, "missing": Http404, "broken": RuntimeError}
    vars(module).update(
        urlpatterns=[*urls.urlpatterns, *(path(name, failing(error)) for name, error in faults.items())],
        handler400=urls.handler400,
        handler403=urls.handler403,
        handler404=urls.handler404,
        handler500=urls.handler500,
    )
    monkeypatch.setitem(__import__("sys").modules, "failing_urls", module)
    settings.ROOT_URLCONF = "failing_urls"
    settings.DEBUG = False
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("name", "status"), [("bad", 400), ("forbidden", 403), ("missing", 404), ("broken", 500), ("nowhere", 404)]
)
class TestPages:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_one_says_what_happened_in_the_readers_language(
        self, pages: Client, name: str, status: int, language: str
    ) -> None:
        answer = pages.get(f"/{name}", headers={"Accept-Language": language})
        assert answer.status_code == status
        page = answer.content.decode()
        assert f'lang="{language}"' in page or status == 500
        assert "<h1" in page

    def test_it_tells_nothing_of_ours(self, pages: Client, name: str, status: int) -> None:
        page = pages.get(f"/{name}").content.decode()
        for word in ("internal words", "5511955501234", "Traceback", "RuntimeError", "failing_urls", "site-packages"):
            assert word not in page

    def test_there_is_a_way_on(self, pages: Client, name: str, status: int) -> None:
        page = pages.get(f"/{name}").content.decode()
        assert 'href="/' in page or "<a " in page

    def test_it_needs_no_script_and_no_style_of_its_own(self, pages: Client, name: str, status: int) -> None:
        page = pages.get(f"/{name}").content.decode()
        assert "<style" not in page
        assert "style=" not in page
        assert "onclick" not in page


def test_the_words_differ_by_language(pages: Client) -> None:
    found = {pages.get("/nowhere", headers={"Accept-Language": one}).content for one in LANGUAGES}
    assert len(found) == len(LANGUAGES)


def test_another_host_is_a_bad_request(pages: Client) -> None:
    answer = pages.get("/healthz", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_what_to_do(settings: Any) -> None:
    settings.DEBUG = False
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert b"CSRF" not in answer.content
    assert b"<h1" in answer.content


def test_a_workspace_has_the_same_handlers() -> None:
    from config import urls_workspace

    for name in ("handler400", "handler403", "handler404", "handler500"):
        assert getattr(urls_workspace, name) is getattr(urls, name)
