"""Who gets in: a key that is known, not revoked, not expired, of a member who is still here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.conftest import Program, code_of, key_of, program_of
from tests.conftest import count_queries
from workspaces import tenancy
from workspaces.actions import api_keys
from workspaces.models import ApiKey, AuditEntry, Membership, User, Workspace
from workspaces.permissions import Capability

pytestmark = pytest.mark.django_db


def test_a_key_shows_its_own_workspace(api: Program, theirs: Program) -> None:
    assert api.get("workspace").json()["slug"] == "calzado-sur"  # type: ignore[attr-defined]
    assert theirs.get("workspace").json()["slug"] == "otra-tienda"  # type: ignore[attr-defined]


def test_without_a_key_nothing_opens(outsider: Program) -> None:
    response = outsider.get("workspace")
    assert code_of(response) == "key_missing"
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_secret_is_stored_as_a_hash_only(ana: Membership) -> None:
    key, token = key_of(ana)
    _mark, prefix, secret = token.split("_", 2)
    assert len(secret) >= 43
    assert key.prefix == prefix
    assert secret not in " ".join(str(value) for value in vars(key).values())
    assert key.secret_hash == api_keys.hash_of(secret)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer plaza_",
        "Bearer plaza_000000000000_" + "A" * 43,
        "Bearer " + "x" * 5000,
        "Bearer plaza_\u00e9",
        "Basic YTpi",
        "Token {token}",
        "{token}",
        "Bearer {token}x",
        "Bearer {short}",
    ],
)
def test_what_is_no_whole_token_opens_nothing(ana: Membership, header: str) -> None:
    token = key_of(ana)[1]
    response = Program().get("workspace", Authorization=header.format(token=token, short=token[:-1]))
    assert (response.status_code, code_of(response)) == (401, "key_unknown")


def test_a_prefix_with_another_keys_secret_opens_nothing(ana: Membership, olga: Membership) -> None:
    mine, other = key_of(ana)[1].split("_", 2), key_of(olga)[1].split("_", 2)
    assert code_of(Program(f"plaza_{mine[1]}_{other[2]}").get("workspace")) == "key_unknown"


def test_the_scheme_is_read_in_any_case(ana: Membership) -> None:
    assert Program().get("workspace", Authorization=f"bearer {key_of(ana)[1]}").status_code == 200


def test_a_revoked_key_opens_nothing(ana: Membership, calzado: Workspace) -> None:
    key, token = key_of(ana)
    with tenancy.enter(calzado):
        api_keys.revoke(key, by=ana)
    assert code_of(Program(token).get("workspace")) == "key_revoked"


def test_an_expired_key_opens_nothing(ana: Membership) -> None:
    _, token = key_of(ana, expires_at=timezone.now() - timedelta(seconds=1))
    assert code_of(Program(token).get("workspace")) == "key_expired"
    assert Program(key_of(ana, expires_at=timezone.now() + timedelta(minutes=1))[1]).get("workspace").status_code == 200


@pytest.mark.parametrize("who", ["membership", "user"])
def test_a_key_stops_with_its_member(ana: Membership, calzado: Workspace, who: str) -> None:
    token = key_of(ana)[1]
    if who == "user":
        User.objects.filter(pk=ana.user_id).update(is_active=False)
    else:
        with tenancy.enter(calzado):
            Membership.objects.filter(pk=ana.pk).update(is_active=False)
    assert code_of(Program(token).get("workspace")) == "key_member_inactive"


def test_a_session_is_no_key(ana: Membership, browser_of: Any) -> None:
    client: Client = browser_of(ana.user)
    assert client.get("/api/v1/workspace").status_code == 401


def test_a_key_opens_no_page(ana: Membership) -> None:
    assert Program(key_of(ana)[1]).get("/w/calzado-sur/inbox/").status_code == 302


class TestScopes:
    def test_a_missing_scope_is_named(self, ana: Membership) -> None:
        response = program_of(ana, [Capability.CONTACTS_READ]).get("members")
        assert (response.status_code, code_of(response)) == (403, "scope_missing")
        assert response.json()["scope"] == "members.read"  # type: ignore[attr-defined]

    def test_a_key_never_does_more_than_its_member_may(
        self, bruno: Membership, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from workspaces import permissions

        program = program_of(bruno)
        assert program.get("members").status_code == 200
        narrowed = {**permissions.MATRIX, Capability.MEMBERS_READ: permissions.ADMINS}
        monkeypatch.setattr(permissions, "MATRIX", narrowed)
        response = program.get("members")
        assert (response.status_code, code_of(response)) == (403, "role_insufficient")

    def test_a_scope_that_no_longer_exists_opens_nothing(self, ana: Membership, calzado: Workspace) -> None:
        key, token = key_of(ana)
        with tenancy.enter(calzado):
            ApiKey.objects.filter(pk=key.pk).update(scopes=["everything"])
        assert code_of(Program(token).get("members")) == "scope_missing"


class TestUse:
    def test_it_is_noted_at_most_once_a_minute(self, ana: Membership, calzado: Workspace) -> None:
        key, token = key_of(ana)

        def last() -> Any:
            with tenancy.enter(calzado):
                return ApiKey.objects.get(pk=key.pk).last_used_at

        assert last() is None
        Program(token).get("workspace")
        first = last()
        assert timezone.now() - first < timedelta(seconds=30)
        Program(token).get("workspace")
        assert last() == first
        with tenancy.enter(calzado):
            ApiKey.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
        Program(token).get("workspace")
        assert timezone.now() - last() < timedelta(seconds=30)

    def test_the_door_costs_one_query(self, api: Program) -> None:
        api.get("workspace")
        assert count_queries(lambda: api.get("workspace")) == 1


def test_making_and_revoking_are_in_the_audit_log(ana: Membership, calzado: Workspace) -> None:
    key, token = key_of(ana, [Capability.CONTACTS_READ])
    with tenancy.enter(calzado):
        api_keys.revoke(key, by=ana)
        api_keys.revoke(key, by=ana)
        entries = list(AuditEntry.objects.order_by("id").values_list("verb", "subject", "actor_name"))
        told = str(list(AuditEntry.objects.values_list("data", flat=True)))
    assert entries == [
        ("api_key.created", f"api_key:{key.pk}", "Ana Beltrán"),
        ("api_key.revoked", f"api_key:{key.pk}", "Ana Beltrán"),
    ]
    assert token.rpartition("_")[2] not in told


def test_keys_of_another_workspace_are_not_seen_from_inside(ana: Membership, otra: Workspace) -> None:
    key_of(ana)
    with tenancy.enter(otra):
        assert not ApiKey.objects.exists()
