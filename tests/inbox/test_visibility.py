"""Who sees which conversations: in queries, pages, counters and verbs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from inbox.actions.assign import assign, assign_team
from inbox.actions.receive import receive
from inbox.listing import Listing
from inbox.models import Channel, Conversation
from inbox.port import Key, Person
from tests.conftest import make_user
from tests.inbox.events import says
from workspaces import tenancy
from workspaces.actions.teams import create_team
from workspaces.actions.workspace import change_visibility
from workspaces.models import Membership, Role, User, Visibility, Workspace

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
ROOT = "/w/calzado-sur"
# conversation: (its team, its assignee); Bruno is in Ventas
CASES = {
    "mine of no team": (None, "bruno"),
    "mine of another team": ("Soporte", "bruno"),
    "my team's, nobody's": ("Ventas", None),
    "my team's, a colleague's": ("Ventas", "carla"),
    "nobody's of no team": (None, None),
    "a colleague's of no team": (None, "carla"),
    "another team's, nobody's": ("Soporte", None),
    "another team's, a colleague's": ("Soporte", "carla"),
}
MINE = {"mine of no team", "mine of another team"}
SEEN = {
    Visibility.ALL: set(CASES),
    Visibility.TEAM: {*MINE, "my team's, nobody's", "my team's, a colleague's", "nobody's of no team"},
    Visibility.OWN: {*MINE, "my team's, nobody's"},
}


@pytest.fixture
def cases(ventas: Channel, ana: Membership, bruno: Membership, carla: Membership) -> dict[str, int]:
    """One conversation of each case, by the name of its contact."""
    with tenancy.enter(ventas.workspace):
        teams = {"Ventas": create_team("Ventas", [bruno], by=ana), "Soporte": create_team("Soporte", [carla], by=ana)}
        members = {"bruno": bruno, "carla": carla}
        people = [Person((Key("phone", f"55119555000{n:02}"),), name) for n, name in enumerate(CASES)]
        receive(ventas, [says("Oi", by=person) for person in people])
        rows = {row.contact.name: row for row in Conversation.objects.select_related("contact")}
        for name, (team, member) in CASES.items():
            if team:
                assign_team(rows[name], teams[team], by=ana)
            if member:
                assign(rows[name], members[member], by=ana)
        return {name: row.pk for name, row in rows.items()}


def seen_by(member: Membership) -> set[str]:
    return {row.contact.name for row in Conversation.objects.visible_to(member).select_related("contact")}


def see(workspace: Workspace, visibility: str) -> Workspace:
    """As the next request finds it."""
    Workspace.objects.filter(pk=workspace.pk).update(agent_visibility=visibility, supervisor_visibility=visibility)
    return Workspace.objects.get(pk=workspace.pk)


@pytest.mark.parametrize("visibility", list(SEEN))
@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_what_the_workspace_chose(
    visibility: Visibility, role: Role, cases: dict[str, int], bruno: Membership, calzado: Workspace
) -> None:
    bruno.role = role
    with tenancy.enter(see(calzado, visibility)):
        expected = SEEN[visibility] if role in (Role.AGENT, Role.SUPERVISOR) else set(CASES)
        assert seen_by(bruno) == expected


def test_agents_and_supervisors_are_set_apart(
    cases: dict[str, int], ana: Membership, bruno: Membership, inside: Workspace
) -> None:
    change_visibility({"agent_visibility": Visibility.OWN}, by=ana)
    with pytest.raises(PermissionDenied):
        change_visibility({"agent_visibility": Visibility.ALL}, by=bruno)
    fresh = Workspace.objects.get(pk=inside.pk)
    assert fresh.visibility_of(Role.AGENT) == Visibility.OWN
    assert fresh.visibility_of(Role.SUPERVISOR) == Visibility.ALL


def test_who_was_removed_sees_nothing(cases: dict[str, int], bruno: Membership, inside: Workspace) -> None:
    bruno.is_active = False
    assert seen_by(bruno) == set()


@pytest.mark.parametrize("visibility", list(SEEN))
def test_list_and_counters_obey(
    visibility: Visibility, cases: dict[str, int], bruno: Membership, calzado: Workspace
) -> None:
    with tenancy.enter(see(calzado, visibility)):
        seen = SEEN[visibility]
        listing = Listing(bruno, "all")
        assert {row.pk for row in listing.page()[0]} == {cases[name] for name in seen}
        counters = listing.counters()
        assert counters["all"] == len(seen)
        assert counters["unassigned"] == len([name for name in seen if CASES[name][1] is None])
        assert counters["mine"] == 2
        assert {row.pk for row in listing.these(list(cases.values()))} == {cases[name] for name in seen}


@pytest.mark.parametrize("visibility", list(SEEN))
def test_what_is_not_seen_is_404_for_every_verb(
    visibility: Visibility, cases: dict[str, int], bruno: Membership, calzado: Workspace, browser_of: BrowserOf
) -> None:
    see(calzado, visibility)
    client = browser_of(bruno.user)
    for name, pk in cases.items():
        root, hidden = f"{ROOT}/conversations/{pk}", name not in SEEN[visibility]
        for method, path in [
            ("get", "/"),
            ("get", "/header/"),
            ("get", "/messages/?since=0"),
            ("post", "/reading/"),
            ("post", "/closure/"),
            ("delete", "/closure/"),
        ]:
            response = getattr(client, method)(root + path)
            assert (response.status_code == 404) is hidden, (name, path)


def test_the_desk_passes_to_a_team_and_takes_it_back(
    cases: dict[str, int], ana: Membership, browser_of: BrowserOf, calzado: Workspace
) -> None:
    client, pk = browser_of(ana.user), cases["mine of no team"]
    url = f"{ROOT}/conversations/{pk}/assignment/"
    html = client.get(f"{ROOT}/conversations/{pk}/").content.decode()
    assert "Ventas" in html
    assert 'data-presence="' in html
    with tenancy.enter(calzado):
        before = Conversation.objects.get(pk=pk)
        soporte = Conversation.objects.get(pk=cases["another team's, nobody's"]).team_id
    assert client.put(url, f"team={soporte}").status_code == 200
    with tenancy.enter(calzado):
        passed = Conversation.objects.get(pk=pk)
    assert (passed.team_id, passed.assignee_id) == (soporte, None)  # Bruno is not in it
    assert client.put(url, f"team=&member={before.assignee_id}").status_code == 200
    with tenancy.enter(calzado):
        back = Conversation.objects.get(pk=pk)
    assert (back.team_id, back.assignee_id) == (None, before.assignee_id)


@pytest.mark.parametrize("body", ["team=999999", "team=x", "member=999999"])
def test_a_team_nobody_made_is_404(
    body: str, cases: dict[str, int], ana: Membership, browser_of: BrowserOf, calzado: Workspace
) -> None:
    pk = cases["mine of no team"]
    response = browser_of(ana.user).put(f"{ROOT}/conversations/{pk}/assignment/", body)
    assert response.status_code == 404


def test_the_team_of_another_workspace_is_404(
    cases: dict[str, int], ana: Membership, olga: Membership, browser_of: BrowserOf
) -> None:
    with tenancy.enter(olga.workspace):
        foreign = create_team("Vendas", by=olga)
    pk = cases["mine of no team"]
    response = browser_of(ana.user).put(f"{ROOT}/conversations/{pk}/assignment/", f"team={foreign.pk}")
    assert response.status_code == 404


def test_a_member_of_two_teams_sees_both(ventas: Channel, cases: dict[str, int], calzado: Workspace) -> None:
    with tenancy.enter(see(calzado, Visibility.TEAM)):
        owner = Membership.objects.create(user=make_user("E", "e@x.example"), role=Role.OWNER)
        both = Membership.objects.create(user=make_user("B", "b@x.example"), role=Role.AGENT)
        extra = create_team("Posventa", [both], by=owner)
        conversation = Conversation.objects.get(pk=cases["another team's, nobody's"])
        assign_team(conversation, extra, by=owner)
        assert "another team's, nobody's" in seen_by(both)
        assert "my team's, nobody's" not in seen_by(both)
