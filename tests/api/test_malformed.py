"""Whatever is sent, the answer is a problem that says what is wrong: never a page, never a 500."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from inbox.models import Conversation
from tests.api.conftest import Program, code_of

pytestmark = pytest.mark.django_db

DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "malformed"),
        (b"nonsense", "malformed"),
        (b"\xff\xfe\x00", "malformed"),
        (b'{"name": NaN}', "malformed"),
        (b'{"name": "a", "name": "b"}', "malformed"),
        (b'{"name": "a\\u0000b"}', "malformed"),
        (b'{"name": "\\ud83d"}', "malformed"),
        (b'{"a\\udc00": 1}', "malformed"),
        (b'{"name": ' + b"9" * 5000 + b"}", "malformed"),
        (DEEP, "malformed"),
        (b'{"name": ' + b"[" * 50 + b"]" * 50 + b"}", "malformed"),
        (b"[]", "invalid"),
        (b'"text"', "invalid"),
        (b"null", "invalid"),
        (b'{"name": 7}', "invalid"),
        (b'{"name": null}', "invalid"),
        (b'{"is_blocked": "true"}', "invalid"),
        (b'{"is_blocked": 1}', "invalid"),
        (b'{"email": "nobody"}', "invalid"),
        (b'{"colour": "red"}', "invalid"),
        (b'{"id": 7}', "invalid"),
    ],
)
def test_a_bad_body_is_400(api: Program, body: bytes, code: str) -> None:
    response = api.post("contacts", body)
    assert (response.status_code, code_of(response)) == (400, code)


def test_an_unknown_field_is_named(api: Program) -> None:
    errors = api.post("contacts", {"colour": "red", "name": "Lia"}).json()["errors"]  # type: ignore[attr-defined]
    assert errors == [{"field": "colour", "code": "unknown", "detail": "There is no such field."}]


def test_several_errors_are_told_at_once(api: Program) -> None:
    errors = api.post("contacts", {"name": 7, "email": "x"}).json()["errors"]  # type: ignore[attr-defined]
    assert {(one["field"], one["code"]) for one in errors} == {("name", "invalid"), ("email", "invalid")}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=ten",
        "limit=1e3",
        "limit=",
        "limit=" + "9" * 5000,
        "limit=٣",
        "limit=1&limit=2",
        "colour=red",
        "contact_id=" + "9" * 19,
        "status=done",
        "unassigned=yes",
        "updated_since=yesterday",
        "updated_since=2026-11-20",
        "updated_since=2026-02-31T00:00:00Z",
        "cursor=",
        "cursor=%00",
    ],
)
def test_a_bad_query_is_400(api: Program, query: str) -> None:
    response = api.get(f"conversations?{query}")
    assert (response.status_code, code_of(response)) == (400, "invalid")


@pytest.mark.parametrize(
    "path",
    ["conversations/0", f"conversations/{2**63}", "conversations/" + "9" * 5000, "conversations/x", "nothing", ""],
)
def test_what_is_not_there_is_404(api: Program, outsider: Program, path: str) -> None:
    assert (api.get(path).status_code, code_of(api.get(path))) == (404, "not_found")


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/api/", "/api/v2/", "/api/v1/contacts/", "/api/v1/contacts//", "/api/v1/me"])
def test_an_address_nobody_knows_is_a_problem_to_strangers_too(
    settings: Any, debug: bool, method: str, path: str
) -> None:
    settings.DEBUG = debug
    stranger = Program()
    stranger.client = Client(enforce_csrf_checks=True)
    response = stranger.ask(method, path)
    assert (response.status_code, code_of(response)) == (404, "not_found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_a_method_that_is_not_there_is_405(api: Program, method: str) -> None:
    response = api.ask(method, "members")
    assert (response.status_code, code_of(response)) == (405, "method_not_allowed")
    assert "GET" in response.headers["Allow"]


def test_heads_are_answered_without_a_body(api: Program) -> None:
    response = api.ask("HEAD", "members")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/html"]
)
def test_what_is_no_json_is_415(api: Program, kind: str) -> None:
    response = api.post("contacts", b"name=Lia", Content_Type=kind)
    assert (response.status_code, code_of(response)) == (415, "unsupported_media_type")


def test_a_charset_beside_the_type_is_fine(api: Program) -> None:
    assert api.post("contacts", {"name": "Lia"}, Content_Type="Application/JSON; charset=utf-8").status_code == 201


def test_a_large_body_is_413_before_it_is_read(api: Program) -> None:
    response = api.post("contacts", b'{"name": "' + b"x" * 300_000 + b'"}')
    assert (response.status_code, code_of(response)) == (413, "body_too_large")


def test_a_body_without_its_length_is_411(api: Program) -> None:
    response = api.post("contacts", b"{}", Transfer_Encoding="chunked")
    assert (response.status_code, code_of(response)) == (411, "length_required")


def test_an_operation_without_fields_takes_none(api: Program, lia: Conversation) -> None:
    assert code_of(api.post(f"conversations/{lia.pk}/closure", {"reason": "done"})) == "invalid"
    assert api.post(f"conversations/{lia.pk}/closure", {}).status_code == 200
    assert api.post(f"conversations/{lia.pk}/closure").status_code == 200


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "No valid API key"),
        ("es", "Sin una clave de API válida"),
        ("pt-BR", "Sem uma chave de API válida"),
        ("pt-BR;q=0.9,en;q=0.1", "Sem uma chave de API válida"),
    ],
)
def test_problems_speak_the_callers_language(outsider: Program, language: str, title: str) -> None:
    told = outsider.get("workspace", Accept_Language=language).json()  # type: ignore[attr-defined]
    assert (told["title"], told["code"]) == (title, "key_missing")


def test_a_fault_of_ours_is_a_problem_too(api: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from workspaces.api import views

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(views, "page", broken)
    api.client.raise_request_exception = False
    response = api.get("members")
    assert (response.status_code, code_of(response)) == (500, "fault")
    assert b"ZeroDivision" not in response.content


def test_a_type_leads_to_its_explanation(outsider: Program, settings: Any) -> None:
    told = outsider.get("workspace").json()  # type: ignore[attr-defined]
    assert told["type"] == f"{settings.PUBLIC_URL}/api/v1/docs/#status-401"
    page = outsider.get("docs/").content.decode()
    assert 'id="status-401"' in page
