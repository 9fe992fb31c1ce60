"""Every operation of the schema, for every scope, for every role, for an outsider and for another workspace."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse

from inbox.actions.send import Draft, send
from inbox.models import Conversation
from tests.api.conftest import EVERYTHING, Program, code_of, program_of
from tests.conftest import make_user, member_of
from workspaces import tenancy
from workspaces.api.reference import METHODS, document
from workspaces.api.scopes import SCOPES
from workspaces.models import Membership, Role, Team, Workspace
from workspaces.permissions import Capability, allows

pytestmark = pytest.mark.django_db

OPERATIONS = [
    pytest.param(method.upper(), path, told, id=told["operationId"])
    for path, methods in document("en")["paths"].items()
    for method, told in methods.items()
    if method in METHODS
]
WITH_ID = [one for one in OPERATIONS if "{id}" in str(one.values[1])]


def ids(lia: Conversation, ana: Membership) -> dict[str, int]:
    import uuid

    with tenancy.enter(lia.workspace):
        message, _ = send(lia, Draft("Temos sim!"), by=ana, client_id=uuid.uuid4())
        return {
            "members": ana.pk,
            "teams": Team.objects.create(name="Ventas").pk,
            "contacts": lia.contact_id,
            "identities": lia.identity_id,
            "channels": lia.channel_id,
            "conversations": lia.pk,
            "messages": message.pk,
            "deliveries": message.deliveries.get().pk,
        }


def call(program: Program, method: str, path: str, told: dict[str, Any], rows: dict[str, int]) -> HttpResponse:
    filled = re.sub(r"\{id\}", str(rows.get(path.split("/")[3])), path)
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    return program.ask(method, filled, adapted(body, rows))


def adapted(body: dict[str, Any] | None, rows: dict[str, int]) -> dict[str, Any] | None:
    """The schema's own example, about rows that are here."""
    if body is None:
        return None
    here = {"member_id": rows["members"], "team_id": rows["teams"], "reply_to_id": rows["messages"]}
    return {name: here.get(name, value) for name, value in body.items()}


def test_the_walk_is_about_every_operation_there_is() -> None:
    assert len(OPERATIONS) >= 32
    assert {one.values[2]["x-required-scope"] for one in OPERATIONS} == set(SCOPES)  # type: ignore[index]


@pytest.mark.parametrize(("method", "path", "told"), OPERATIONS)
class TestEveryOperation:
    def test_asks_for_its_scope_and_no_other(
        self, method: str, path: str, told: dict[str, Any], lia: Conversation, ana: Membership
    ) -> None:
        rows, needed = ids(lia, ana), Capability(told["x-required-scope"])
        for scope in Capability:
            response = call(program_of(ana, [scope]), method, path, told, rows)
            if scope == needed:
                assert response.status_code in (200, 201, 204, 409), response.content
            else:
                assert code_of(response) == "scope_missing"
                assert response.json()["scope"] == needed  # type: ignore[attr-defined]
        assert code_of(call(program_of(ana, EVERYTHING - {needed}), method, path, told, rows)) == "scope_missing"

    def test_is_open_to_the_roles_that_may(
        self, method: str, path: str, told: dict[str, Any], lia: Conversation, ana: Membership, calzado: Workspace
    ) -> None:
        rows, needed = ids(lia, ana), Capability(told["x-required-scope"])
        for role in Role:
            member = member_of(calzado, make_user(role, f"{role}@plaza.example"), role)
            response = call(program_of(member), method, path, told, rows)
            may = response.status_code in (200, 201, 204, 409, 422)
            assert may == allows(role, needed), response.content

    def test_is_closed_without_a_key(
        self, method: str, path: str, told: dict[str, Any], lia: Conversation, ana: Membership, outsider: Program
    ) -> None:
        assert code_of(call(outsider, method, path, told, ids(lia, ana))) == "key_missing"

    def test_answers_what_the_schema_says_with_its_own_example(
        self, method: str, path: str, told: dict[str, Any], lia: Conversation, ana: Membership, api: Program
    ) -> None:
        response = call(api, method, path, told, ids(lia, ana))
        assert str(response.status_code) in told["responses"]
        if response.status_code == 200 and "{id}" not in path and path != "/api/v1/workspace":
            assert response.json().keys() == {"results", "next_cursor"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("method", "path", "told"), WITH_ID)
def test_an_id_of_another_workspace_is_not_there(
    method: str, path: str, told: dict[str, Any], lia: Conversation, ana: Membership, theirs: Program
) -> None:
    rows = ids(lia, ana)
    response = call(theirs, method, path, told, rows)
    assert (response.status_code, code_of(response)) == (404, "not_found")
    absent = call(theirs, method, path, told, dict.fromkeys(rows, 2**40))
    assert absent.content == response.content, "that it is another's must not show"
    with tenancy.enter(lia.workspace):
        assert Conversation.objects.get(pk=lia.pk).status == "open"


@pytest.mark.parametrize(
    "path", ["members", "teams", "contacts", "identities", "channels", "conversations", "messages", "deliveries"]
)
def test_a_list_holds_nothing_of_another_workspace(
    path: str, lia: Conversation, ana: Membership, api: Program, theirs: Program
) -> None:
    row = ids(lia, ana)[path]
    assert row in {one["id"] for one in api.results(path)}
    assert row not in {one["id"] for one in theirs.results(path)}
