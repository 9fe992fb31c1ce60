"""Channels, conversations, assignment, closing and reading through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.api import conversations
from inbox.models import Channel, Conversation, Message, ReadMark
from tests.api.conftest import Program, code_of, program_of
from workspaces import tenancy
from workspaces.actions.workspace import change_visibility
from workspaces.models import Membership, Team, TeamMembership, Workspace
from workspaces.refusals import Refused
from workspaces.roles import Visibility

pytestmark = pytest.mark.django_db


def shown(api: Program, row: Conversation) -> dict[str, Any]:
    return dict(api.get(f"conversations/{row.pk}").json())  # type: ignore[attr-defined]


def lines(row: Conversation) -> list[tuple[str, str]]:
    with tenancy.enter(row.workspace):
        found = Message.objects.filter(conversation=row, direction="event").order_by("seq")
        return [(line.content["what"], line.content["by"]) for line in found]


class TestChannels:
    def test_they_never_show_a_secret(self, api: Program, ventas: Channel) -> None:
        response = api.get(f"channels/{ventas.pk}")
        assert response.json() == {  # type: ignore[attr-defined]
            "id": ventas.pk,
            "kind": ventas.kind,
            "name": "Ventas Centro",
            "account_key": "110000000000009",
            "state": "connected",
            "state_reason": "",
            "created_at": response.json()["created_at"],  # type: ignore[attr-defined]
        }
        for path in ("channels", f"channels/{ventas.pk}", "conversations"):
            assert b"token-of" not in api.get(path).content

    def test_they_are_filtered(self, api: Program, ventas: Channel) -> None:
        assert [row["id"] for row in api.results("channels?state=connected")] == [ventas.pk]
        assert api.results("channels?state=disconnected") == []
        assert api.results("channels?kind=other") == []


def test_a_conversation_shows_who_where_and_how_long_one_may_write(api: Program, lia: Conversation) -> None:
    told = shown(api, lia)
    assert (told["contact_id"], told["contact_name"], told["channel_id"]) == (
        lia.contact_id,
        "Lia Prado",
        lia.channel_id,
    )
    assert (told["status"], told["assignee_id"], told["preview_text"]) == ("open", None, "Olá, vocês têm tênis 42?")
    assert told["window"]["open"] is True
    assert told["window"]["until"].endswith("Z")
    with tenancy.enter(lia.workspace):
        Conversation.objects.update(window_from=timezone.now() - timedelta(days=2))
    assert shown(api, lia)["window"] == {"open": False, "until": None}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=open", 2),
        ("status=closed", 0),
        ("assignee_id={ana}", 1),
        ("assignee_id=999999", 0),
        ("unassigned=true", 1),
        ("unassigned=false", 1),
        ("contact_id={contact}", 1),
        ("channel_id={channel}", 2),
        ("channel_id={channel}&contact_id={contact}&status=open", 1),
        ("channel_id=999999", 0),
        ("updated_since=2020-01-01T00:00:00-03:00", 2),
        ("updated_since=2099-01-01T00:00:00Z", 0),
        ("updated_since=0001-01-01T00:00:00%2B14:00", 2),
        ("updated_since=9999-12-31T23:59:60-12:00", 0),
    ],
)
def test_the_list_is_filtered(api: Program, lia: Conversation, ana: Membership, query: str, found: int) -> None:
    api.ask("PUT", f"conversations/{lia.pk}/assignment", {"member_id": ana.pk})
    filled = query.format(ana=ana.pk, contact=lia.contact_id, channel=lia.channel_id)
    assert len(api.results(f"conversations?{filled}")) == found


class TestAssignment:
    def test_assigning_is_what_the_desk_does(self, api: Program, lia: Conversation, bruno: Membership) -> None:
        response = api.ask("PUT", f"conversations/{lia.pk}/assignment", {"member_id": bruno.pk})
        assert (response.status_code, response.json()["assignee_id"]) == (200, bruno.pk)  # type: ignore[attr-defined]
        api.ask("PUT", f"conversations/{lia.pk}/assignment", {"member_id": bruno.pk})
        assert lines(lia) == [("assigned", "Ana Beltrán")]

    def test_taking_it_from_everybody(self, api: Program, lia: Conversation, bruno: Membership) -> None:
        api.ask("PUT", f"conversations/{lia.pk}/assignment", {"member_id": bruno.pk})
        response = api.ask("DELETE", f"conversations/{lia.pk}/assignment")
        assert response.json()["assignee_id"] is None  # type: ignore[attr-defined]
        assert [what for what, _ in lines(lia)] == ["assigned", "unassigned"]

    def test_only_to_somebody_who_is_here(
        self, api: Program, lia: Conversation, bruno: Membership, olga: Membership, calzado: Workspace
    ) -> None:
        with tenancy.enter(calzado):
            Membership.objects.filter(pk=bruno.pk).update(is_active=False)
        for member in (bruno.pk, olga.pk, 2**50):
            response = api.ask("PUT", f"conversations/{lia.pk}/assignment", {"member_id": member})
            assert (response.status_code, code_of(response)) == (404, "member_not_found")
        assert lines(lia) == []

    @pytest.mark.parametrize("member", [None, "7", 7.5, True, 0, -1, 2**63, [], {}])
    def test_an_id_is_a_number(self, api: Program, lia: Conversation, member: Any) -> None:
        assert code_of(api.ask("PUT", f"conversations/{lia.pk}/assignment", {"member_id": member})) == "invalid"


class TestTeams:
    @pytest.fixture
    def sales(self, calzado: Workspace, bruno: Membership) -> Team:
        """A team of Bruno's."""
        with tenancy.enter(calzado):
            team = Team.objects.create(name="Ventas")
            TeamMembership.objects.create(team=team, member=bruno)
            return team

    def test_they_show_who_is_in_them(self, api: Program, sales: Team, bruno: Membership) -> None:
        rows = api.results("teams")
        assert [(row["id"], row["name"], row["member_ids"]) for row in rows] == [(sales.pk, "Ventas", [bruno.pk])]
        assert api.get(f"teams/{sales.pk}").json() == rows[0]  # type: ignore[attr-defined]

    def test_passing_a_conversation_on_is_what_the_desk_does(
        self, api: Program, lia: Conversation, sales: Team, ana: Membership
    ) -> None:
        api.ask("PUT", f"conversations/{lia.pk}/assignment", {"member_id": ana.pk})
        told = api.ask("PUT", f"conversations/{lia.pk}/team", {"team_id": sales.pk}).json()  # type: ignore[attr-defined]
        assert (told["team_id"], told["assignee_id"]) == (sales.pk, None)
        assert [row["id"] for row in api.results(f"conversations?team_id={sales.pk}")] == [lia.pk]
        back = api.ask("DELETE", f"conversations/{lia.pk}/team").json()  # type: ignore[attr-defined]
        assert back["team_id"] is None
        assert [what for what, _ in lines(lia)] == ["taken", "passed", "teamless"]

    def test_only_to_a_team_of_the_workspace(
        self, api: Program, lia: Conversation, olga: Membership, otra: Workspace
    ) -> None:
        with tenancy.enter(otra):
            foreign = Team.objects.create(name="Vendas").pk
        for pk in (foreign, 2**50):
            response = api.ask("PUT", f"conversations/{lia.pk}/team", {"team_id": pk})
            assert (response.status_code, code_of(response)) == (404, "team_not_found")


def test_a_key_sees_what_its_member_sees_and_no_more(
    api: Program, lia: Conversation, ana: Membership, bruno: Membership, carla: Membership
) -> None:
    with tenancy.enter(lia.workspace):
        change_visibility({"agent_visibility": Visibility.OWN}, by=ana)
    api.ask("PUT", f"conversations/{lia.pk}/assignment", {"member_id": bruno.pk})
    assert program_of(bruno).get(f"conversations/{lia.pk}").status_code == 200
    stranger = program_of(carla)
    for path in (f"conversations/{lia.pk}", f"conversations/{lia.pk}/messages"):
        assert code_of(stranger.get(path)) == "not_found"
    assert lia.pk not in {row["id"] for row in stranger.results("conversations")}
    assert stranger.results("messages?external_id=in-lia") == []
    assert len(api.results("messages?external_id=in-lia")) == 1


def test_an_actions_refusal_is_an_answer(
    api: Program, lia: Conversation, bruno: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bruno is removed between the API's look and the action's."""

    def gone(*_: Any, **__: Any) -> None:
        raise Refused("member_gone", "This person is no longer in the workspace.")

    monkeypatch.setattr(conversations, "assign", gone)
    response = api.ask("PUT", f"conversations/{lia.pk}/assignment", {"member_id": bruno.pk})
    assert (response.status_code, code_of(response)) == (422, "member_gone")


class TestClosing:
    def test_closing_and_opening_again(self, api: Program, lia: Conversation) -> None:
        closed = api.post(f"conversations/{lia.pk}/closure").json()  # type: ignore[attr-defined]
        assert closed["status"] == "closed"
        assert closed["closed_at"] is not None
        assert api.post(f"conversations/{lia.pk}/closure").json()["closed_at"] == closed["closed_at"]  # type: ignore[attr-defined]
        opened = api.ask("DELETE", f"conversations/{lia.pk}/closure").json()  # type: ignore[attr-defined]
        assert (opened["status"], opened["closed_at"]) == ("open", None)
        assert [what for what, _ in lines(lia)] == ["closed", "reopened"]

    def test_it_counts_as_a_change(self, api: Program, lia: Conversation) -> None:
        before = shown(api, lia)["updated_at"]
        assert api.post(f"conversations/{lia.pk}/closure").json()["updated_at"] > before  # type: ignore[attr-defined]


class TestReading:
    def test_the_mark_is_the_members(self, api: Program, lia: Conversation, ana: Membership) -> None:
        assert api.post(f"conversations/{lia.pk}/reading").status_code == 204
        with tenancy.enter(lia.workspace):
            assert [(mark.member_id, mark.inbound_count) for mark in ReadMark.objects.all()] == [(ana.pk, 1)]
        assert api.ask("DELETE", f"conversations/{lia.pk}/reading").status_code == 204
        with tenancy.enter(lia.workspace):
            assert ReadMark.objects.get().inbound_count == 0

    def test_two_keys_of_one_member_share_it(self, api: Program, lia: Conversation, ana: Membership) -> None:
        api.post(f"conversations/{lia.pk}/reading")
        program_of(ana).post(f"conversations/{lia.pk}/reading")
        with tenancy.enter(lia.workspace):
            assert ReadMark.objects.count() == 1


class TestMembers:
    def test_they_show_their_role_and_nothing_secret(self, api: Program, ana: Membership, bruno: Membership) -> None:
        rows = api.results("members")
        assert [(row["name"], row["email"], row["role"]) for row in rows] == [
            ("Bruno Sosa", "bruno@plaza.example", "agent"),
            ("Ana Beltrán", "ana@plaza.example", "admin"),
        ]
        assert rows[0].keys() == {"id", "name", "email", "role", "is_active", "created_at"}

    def test_they_are_filtered(self, api: Program, ana: Membership, bruno: Membership, calzado: Workspace) -> None:
        with tenancy.enter(calzado):
            Membership.objects.filter(pk=bruno.pk).update(is_active=False)
        assert [row["id"] for row in api.results("members?is_active=false")] == [bruno.pk]
        assert [row["id"] for row in api.results("members?role=admin&is_active=true")] == [ana.pk]
