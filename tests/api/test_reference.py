"""The schema is valid, whole and true to the code; the page shows all of it under our policy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from tests.api.test_scopes import OPERATIONS
from workspaces.api.reference import document, page_of

LANGUAGES = ("es", "pt-br", "en")


def resolved(schema: Any, root: dict[str, Any]) -> Any:
    """Without references, so that a piece can be judged alone."""
    if isinstance(schema, dict) and "$ref" in schema:
        found: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return resolved(found, root)
    if isinstance(schema, dict):
        return {name: resolved(value, root) for name, value in schema.items()}
    return [resolved(value, root) for value in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_openapi_3_1(language: str) -> None:
    made = document(language)
    assert made["openapi"].startswith("3.1")
    validate_schema(made)  # type: ignore[no-untyped-call]


def test_it_is_served_as_json_in_the_callers_language(client: Client) -> None:
    said = {language: client.get("/api/v1/schema", headers={"Accept-Language": language}) for language in LANGUAGES}
    summaries = [answer.json()["paths"]["/api/v1/contacts"]["post"]["summary"] for answer in said.values()]
    assert summaries == ["Crear un contacto", "Criar um contato", "Create a contact"]
    assert said["en"]["Content-Type"] == "application/json"


def test_every_component_is_used() -> None:
    made = document("en")
    text = str(made)
    for kind in ("schemas", "responses"):
        assert [name for name in made["components"][kind] if f"#/components/{kind}/{name}'" not in text] == []


@pytest.mark.parametrize(("method", "path", "told"), OPERATIONS)
class TestEveryOperation:
    def test_says_what_it_does_what_it_needs_and_how_it_fails(
        self, method: str, path: str, told: dict[str, Any]
    ) -> None:
        assert told["summary"]
        assert told["x-required-scope"] in told["description"]
        assert told["security"] == [{"apiKey": [told["x-required-scope"]]}]
        assert {"400", "401", "403", "429"} <= told["responses"].keys()
        assert ("404" in told["responses"]) or "{id}" not in path

    def test_has_examples_that_its_own_schema_accepts(self, method: str, path: str, told: dict[str, Any]) -> None:
        made = document("en")
        contents = [told["requestBody"]["content"]] if "requestBody" in told else []
        contents += [resolved(answer, made).get("content", {}) for answer in told["responses"].values()]
        for content in contents:
            for kind in content.values():
                Draft202012Validator(resolved(kind["schema"], made)).validate(kind["example"])

    def test_takes_no_field_it_does_not_name(self, method: str, path: str, told: dict[str, Any]) -> None:
        if "requestBody" in told:
            schema = resolved(told["requestBody"]["content"]["application/json"]["schema"], document("en"))
            assert schema["additionalProperties"] is False


class TestThePage:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_shows_every_operation_with_an_example(self, client: Client, language: str) -> None:
        response = client.get("/api/v1/docs/", headers={"Accept-Language": language})
        page = response.content.decode()
        for one in OPERATIONS:
            method, path, told = one.values
            assert f'id="{told["operationId"]}"' in page  # type: ignore[index]
            assert f"{method}" in page
            assert f"{path}" in page
        assert page.count("Authorization: Bearer $PLAZA_KEY") == len(OPERATIONS) + 1

    def test_names_every_parameter_and_field_and_what_must_be_sent(self) -> None:
        shown = {one["id"]: one["parameters"] for group in page_of("en")["groups"].values() for one in group}
        assert [(one["name"], one["place"], one.get("required", False)) for one in shown["messages_send"]] == [
            ("Idempotency-Key", "header", False),
            ("id", "path", True),
            ("text", "body", True),
            ("reply_to_id", "body", False),
            ("client_id", "body", False),
        ]
        named = {one["name"]: one["kind"] for one in shown["conversations_list"]}
        assert named == {
            "assignee_id": "integer",
            "channel_id": "integer",
            "contact_id": "integer",
            "team_id": "integer",
            "limit": "integer",
            "cursor": "string",
            "status": "open | closed",
            "unassigned": "boolean",
            "updated_since": "date-time",
        }

    def test_needs_no_host_but_ours_and_no_script(self, client: Client) -> None:
        response = client.get("/api/v1/docs/")
        page = response.content.decode()
        assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
        assert "<script" not in page
        assert "style=" not in page
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]

    def test_its_links_lead_somewhere(self, client: Client) -> None:
        page = client.get("/api/v1/docs/").content.decode()
        ids = set(re.findall(r'id="([^"]+)"', page))
        assert {target for target in re.findall(r'href="#([^"]+)"', page) if target not in ids} == set()

    @pytest.mark.parametrize("path", ["/api/v1/docs/", "/api/v1/schema"])
    def test_only_reads(self, path: str) -> None:
        response = Client(enforce_csrf_checks=True).post(path)
        assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
        assert response.headers["Allow"] == "GET, HEAD"

    def test_is_found_without_its_slash(self, client: Client) -> None:
        assert client.get("/api/v1/docs").headers["Location"] == "/api/v1/docs/"
