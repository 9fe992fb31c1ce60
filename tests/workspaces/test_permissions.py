"""The matrix is whole, and whoever asks it gets one answer."""

from __future__ import annotations

import itertools

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from workspaces.middleware import WorkspaceRequest
from workspaces.models import Membership, Role
from workspaces.permissions import MATRIX, Capability, allows, requires


def test_every_capability_has_its_row_and_the_owner_may_do_everything() -> None:
    assert set(MATRIX) == set(Capability)
    assert all(Role.OWNER in roles for roles in MATRIX.values())


def test_a_higher_role_may_do_whatever_a_lower_one_may() -> None:
    rising = [Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER]
    for lower, higher in itertools.pairwise(rising):
        assert {row for row in Capability if allows(lower, row)} <= {row for row in Capability if allows(higher, row)}


@pytest.mark.parametrize(
    ("role", "capability", "may"),
    [
        (Role.AGENT, Capability.CONVERSATIONS_REPLY, True),
        (Role.AGENT, Capability.TEAMS_MANAGE, False),
        (Role.SUPERVISOR, Capability.TEAMS_MANAGE, True),
        (Role.SUPERVISOR, Capability.MEMBERS_MANAGE, False),
        (Role.ADMIN, Capability.API_KEYS_MANAGE, True),
        (Role.ADMIN, Capability.OWNERSHIP_TRANSFER, False),
        ("nobody", Capability.CONVERSATIONS_READ, False),
    ],
)
def test_what_each_role_may(role: str, capability: Capability, may: bool) -> None:
    assert allows(role, capability) is may


def test_a_guarded_view_answers_those_who_may_and_refuses_the_others(ana: Membership, bruno: Membership) -> None:
    @requires(Capability.AUDIT_READ)
    def view(request: WorkspaceRequest) -> HttpResponse:
        return HttpResponse("log")

    request = RequestFactory().get("/")
    request.member = ana  # type: ignore[attr-defined]
    assert view(request).status_code == 200  # type: ignore[arg-type]
    request.member = bruno  # type: ignore[attr-defined]
    with pytest.raises(PermissionDenied):
        view(request)  # type: ignore[arg-type]


def test_a_member_who_left_may_nothing(ana: Membership) -> None:
    ana.is_active = False
    assert not any(ana.can(capability) for capability in Capability)
