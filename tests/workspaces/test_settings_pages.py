"""The pages of the settings: what they show, what a form does, what undoing does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.conftest import count_queries, make_user, member_of
from workspaces import tenancy
from workspaces.actions.invitations import invite
from workspaces.actions.teams import create_team
from workspaces.hours import hours_of
from workspaces.models import (
    BusinessHours,
    Holiday,
    Invitation,
    Membership,
    Role,
    Team,
    User,
    Workspace,
)

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
ROOT = "/w/calzado-sur/settings"


@pytest.fixture
def page(ana: Membership, browser_of: BrowserOf) -> Client:
    """Ana's browser."""
    return browser_of(ana.user)


def html(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def undo(client: Client) -> Any:
    """Presses the button of the toast on the next page."""
    text = html(client.get(f"{ROOT}/people/"))
    form = re.search(r'class="toast".*?<form method="post" action="([^"]+)">(.*?)</form>', text, re.DOTALL)
    assert form, "there is nothing to undo"
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[2]):
        fields.setdefault(name, []).append(value)
    return client.post(form[1], fields)


class TestThePeople:
    def test_it_lists_who_is_here_and_who_is_invited(
        self, page: Client, ana: Membership, bruno: Membership, calzado: Workspace
    ) -> None:
        with tenancy.enter(calzado):
            invite("nueva@plaza.example", Role.AGENT, by=ana)
        text = html(page.get(f"{ROOT}/people/"))
        assert all(word in text for word in ("Ana Beltrán", "bruno@plaza.example", "nueva@plaza.example"))

    def test_agents_see_people_but_neither_invitations_nor_handles(
        self, ana: Membership, bruno: Membership, calzado: Workspace, browser_of: BrowserOf
    ) -> None:
        with tenancy.enter(calzado):
            invite("nueva@plaza.example", Role.AGENT, by=ana)
        text = html(browser_of(bruno.user).get(f"{ROOT}/people/"))
        assert "Ana Beltrán" in text
        assert "nueva@plaza.example" not in text
        assert f"{ROOT}/people/{ana.pk}/" not in text
        assert f"{ROOT}/invitations/" not in text

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("q=BRUNO", {"Bruno Sosa"}),
            ("q=plaza.example&role=agent", {"Bruno Sosa", "Carla Núñez"}),
            ("q=nobody", set()),
            ("role=nonsense&team=x&page=y", {"Ana Beltrán", "Bruno Sosa", "Carla Núñez"}),
            ("team=" + "9" * 30, {"Ana Beltrán", "Bruno Sosa", "Carla Núñez"}),
        ],
    )
    def test_it_finds_by_name_mail_and_role(
        self, page: Client, bruno: Membership, carla: Membership, query: str, names: set[str]
    ) -> None:
        found = page.get(f"{ROOT}/people/?{query}").context["people"]
        assert {person.name for person, _ in found} == names

    def test_it_finds_by_team(self, page: Client, ana: Membership, bruno: Membership, calzado: Workspace) -> None:
        with tenancy.enter(calzado):
            team = create_team("Ventas", [bruno], by=ana)
        assert [person for person, _ in page.get(f"{ROOT}/people/?team={team.pk}").context["people"]] == [bruno]

    def test_many_people_are_pages_and_a_few_queries(self, page: Client, calzado: Workspace) -> None:
        few = count_queries(lambda: page.get(f"{ROOT}/people/"))
        for n in range(60):
            member_of(calzado, make_user(f"P{n:02}", f"p{n}@x.example"), Role.AGENT)
        assert count_queries(lambda: page.get(f"{ROOT}/people/")) <= few + 1
        first, second = (page.get(f"{ROOT}/people/?page={n}").context["people"] for n in (1, 2))
        assert (len(first), len(second)) == (50, 11)

    def test_a_name_is_text(self, page: Client, bruno: Membership) -> None:
        bruno.user.name = '<img src=x onerror="alert(1)">'
        bruno.user.save()
        text = html(page.get(f"{ROOT}/people/"))
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text


class TestOnePerson:
    def test_saving_changes_role_and_teams_and_undoing_gives_them_back(
        self, page: Client, ana: Membership, bruno: Membership, calzado: Workspace
    ) -> None:
        with tenancy.enter(calzado):
            sales, support = create_team("Ventas", [bruno], by=ana), create_team("Soporte", by=ana)
        url = f"{ROOT}/people/{bruno.pk}/"
        assert page.post(url, {"role": "supervisor", "teams": [support.pk]}).status_code == 302
        assert self.now(bruno) == ("supervisor", ["Soporte"])
        undo(page)
        assert self.now(bruno) == ("agent", [sales.name])

    def test_an_owner_is_not_managed_by_an_admin(self, page: Client, calzado: Workspace) -> None:
        owner = member_of(calzado, make_user("Elena", "elena@x.example"), Role.OWNER)
        for path in (f"people/{owner.pk}/", f"people/{owner.pk}/removal/"):
            assert page.post(f"{ROOT}/{path}", {"role": "agent"}).status_code == 403
        assert self.now(owner)[0] == "owner"

    def test_a_role_above_ones_own_is_not_offered(self, page: Client, bruno: Membership) -> None:
        assert 'value="owner"' not in html(page.get(f"{ROOT}/people/{bruno.pk}/"))
        assert page.post(f"{ROOT}/people/{bruno.pk}/", {"role": "owner"}).status_code == 422
        assert self.now(bruno)[0] == "agent"

    def test_who_steps_down_is_led_to_a_page_that_still_opens(self, page: Client, ana: Membership) -> None:
        response = page.post(f"{ROOT}/people/{ana.pk}/", {"role": "agent"}, follow=True)
        assert response.status_code == 200
        assert response.redirect_chain[-1][0] == f"{ROOT}/people/"

    def test_removing_ends_access(self, page: Client, bruno: Membership, browser_of: BrowserOf) -> None:
        theirs = browser_of(bruno.user)
        assert theirs.get("/w/calzado-sur/inbox/").status_code == 200
        assert "Bruno Sosa" in html(page.post(f"{ROOT}/people/{bruno.pk}/removal/", follow=True))
        assert theirs.get("/w/calzado-sur/inbox/").status_code == 404
        assert page.get(f"{ROOT}/people/{bruno.pk}/").status_code == 404

    def test_leaving_leads_out_unless_one_is_the_last_owner(
        self, ana: Membership, calzado: Workspace, page: Client, browser_of: BrowserOf
    ) -> None:
        assert page.post(f"{ROOT}/people/leaving/")["Location"] == "/"
        assert page.get(f"{ROOT}/people/").status_code == 404
        owner = member_of(calzado, make_user("Elena", "elena@x.example"), Role.OWNER)
        response = browser_of(owner.user).post(f"{ROOT}/people/leaving/", follow=True)
        assert 'class="toast"' in html(response)
        assert self.now(owner)[0] == "owner"

    def test_an_owner_hands_over(self, bruno: Membership, calzado: Workspace, browser_of: BrowserOf) -> None:
        owner = member_of(calzado, make_user("Elena", "elena@x.example"), Role.OWNER)
        browser_of(owner.user).post(f"{ROOT}/people/{bruno.pk}/ownership/")
        assert (self.now(bruno)[0], self.now(owner)[0]) == ("owner", "admin")

    @staticmethod
    def now(member: Membership) -> tuple[str, list[str]]:
        with tenancy.enter(member.workspace):
            fresh = Membership.objects.get(pk=member.pk)
            return fresh.role, sorted(fresh.team_memberships.values_list("team__name", flat=True))


class TestInviting:
    def test_several_at_once_in_any_spelling(self, page: Client, ana: Membership, calzado: Workspace) -> None:
        with tenancy.enter(calzado):
            team = create_team("Ventas", by=ana)
        emails = "a@x.example, B@x.example;a@x.example\nc@x.example"
        page.post(f"{ROOT}/invitations/", {"emails": emails, "role": "agent", "teams": [team.pk]})
        with tenancy.enter(calzado):
            assert sorted(Invitation.objects.values_list("email", flat=True)) == [f"{x}@x.example" for x in "abc"]
            assert all(row.places.get().team == team for row in Invitation.objects.all())

    @pytest.mark.parametrize(
        ("emails", "role"),
        [
            ("", "agent"),
            ("not an address", "agent"),
            ("a@x.example, bruno@plaza.example", "agent"),
            ("a@x.example", "owner"),
            (" ".join(f"p{n}@x.example" for n in range(21)), "agent"),
        ],
    )
    def test_what_is_wrong_is_said_and_nobody_is_invited(
        self, page: Client, bruno: Membership, calzado: Workspace, emails: str, role: str
    ) -> None:
        response = page.post(f"{ROOT}/invitations/", {"emails": emails, "role": role})
        assert response.status_code == 422
        assert "errorlist" in response.content.decode()
        with tenancy.enter(calzado):
            assert not Invitation.objects.exists()

    def test_revoking_can_be_undone_and_sending_again_is_said(
        self, page: Client, ana: Membership, calzado: Workspace
    ) -> None:
        with tenancy.enter(calzado):
            invitation = invite("nueva@plaza.example", Role.AGENT, by=ana)
        page.post(f"{ROOT}/invitations/{invitation.pk}/revocation/")
        assert self.state(invitation) == "revoked"
        undo(page)
        assert self.state(invitation) == "pending"
        response = page.post(f"{ROOT}/invitations/{invitation.pk}/mail/", follow=True)
        assert "nueva@plaza.example" in html(response)

    @staticmethod
    def state(invitation: Invitation) -> str:
        with tenancy.enter(invitation.workspace):
            return Invitation.objects.get(pk=invitation.pk).state


class TestTeams:
    def test_a_team_is_made_changed_undone_and_removed(
        self, page: Client, bruno: Membership, carla: Membership, calzado: Workspace
    ) -> None:
        assert page.post(f"{ROOT}/teams/new/", {"name": "Ventas", "members": [bruno.pk]}).status_code == 302
        with tenancy.enter(calzado):
            team = Team.objects.get()
        page.post(f"{ROOT}/teams/{team.pk}/", {"name": "Ventas Sur", "members": [carla.pk]})
        assert self.now(calzado) == [("Ventas Sur", [carla.pk])]
        undo(page)
        assert self.now(calzado) == [("Ventas", [bruno.pk])]
        page.post(f"{ROOT}/teams/{team.pk}/removal/")
        assert self.now(calzado) == []
        assert 'class="empty"' in html(page.get(f"{ROOT}/teams/"))

    def test_a_name_that_is_taken_is_said(self, page: Client, ana: Membership, calzado: Workspace) -> None:
        with tenancy.enter(calzado):
            create_team("Ventas", by=ana)
        assert page.post(f"{ROOT}/teams/new/", {"name": "Ventas"}).status_code == 422

    def test_who_was_removed_or_belongs_elsewhere_is_no_choice(
        self, page: Client, bruno: Membership, olga: Membership, calzado: Workspace
    ) -> None:
        with tenancy.enter(calzado):
            Membership.objects.filter(pk=bruno.pk).update(is_active=False)
        for stranger in (bruno, olga):
            response = page.post(f"{ROOT}/teams/new/", {"name": "X", "members": [stranger.pk]})
            assert response.status_code == 422
        assert self.now(calzado) == []

    @staticmethod
    def now(workspace: Workspace) -> list[tuple[str, list[int]]]:
        with tenancy.enter(workspace):
            return [(team.name, [row.member_id for row in team.memberships.all()]) for team in Team.objects.all()]


class TestHours:
    week = {"has_hours": "on", "open_0": "on", "opens_0": "09:00", "closes_0": "00:00"}

    def test_a_week_with_a_break_is_stored_and_shown(self, page: Client, calzado: Workspace) -> None:
        page.post(f"{ROOT}/hours/", {**self.week, "pauses_0": "13:00", "resumes_0": "14:00"})
        with tenancy.enter(calzado):
            assert hours_of(None).week == (((540, 780), (840, 1440)), *((),) * 6)
        text = html(page.get(f"{ROOT}/hours/"))
        assert all(f'value="{at}"' in text for at in ("09:00", "13:00", "14:00", "00:00"))
        page.post(f"{ROOT}/hours/", {})
        with tenancy.enter(calzado):
            assert not BusinessHours.objects.exists()

    @pytest.mark.parametrize(
        "change",
        [{"closes_0": ""}, {"closes_0": "08:00"}, {"pauses_0": "10:00"}, {"pauses_0": "13:00", "resumes_0": "12:00"}],
    )
    def test_a_day_that_makes_no_sense_is_said(self, page: Client, calzado: Workspace, change: dict[str, str]) -> None:
        assert page.post(f"{ROOT}/hours/", {**self.week, **change}).status_code == 422
        with tenancy.enter(calzado):
            assert not BusinessHours.objects.exists()

    def test_a_team_has_a_page_of_its_own(self, page: Client, ana: Membership, calzado: Workspace) -> None:
        with tenancy.enter(calzado):
            team = create_team("Ventas", by=ana)
        page.post(f"{ROOT}/hours/{team.pk}/", self.week)
        with tenancy.enter(calzado):
            assert hours_of(team).week is not None
            assert hours_of(None).week is None

    def test_a_holiday_is_added_removed_and_back_by_undoing(self, page: Client, calzado: Workspace) -> None:
        fields = {
            "date": "2026-12-24",
            "name": "Nochebuena",
            "is_yearly": "on",
            "opens_at": "09:00",
            "closes_at": "13:00",
        }
        page.post(f"{ROOT}/hours/holidays/", fields)
        assert page.post(f"{ROOT}/hours/holidays/", fields).status_code == 422
        with tenancy.enter(calzado):
            holiday = Holiday.objects.get()
        assert "Nochebuena" in html(page.get(f"{ROOT}/hours/"))
        page.post(f"{ROOT}/hours/holidays/{holiday.pk}/removal/")
        with tenancy.enter(calzado):
            assert not Holiday.objects.exists()
        undo(page)
        with tenancy.enter(calzado):
            back = Holiday.objects.get()
        assert (back.date, back.name, back.is_yearly) == (date(2026, 12, 24), "Nochebuena", True)
        assert (back.opens_at, back.closes_at) == (holiday.opens_at, holiday.closes_at)


class TestTheWorkspace:
    fields = {
        "name": "Calzado del Sur",
        "slug": "calzado-sur",
        "language": "es",
        "country": "CL",
        "time_zone": "America/Santiago",
        "currency": "CLP",
    }

    def test_what_is_saved_can_be_undone(self, page: Client, calzado: Workspace) -> None:
        page.post(f"{ROOT}/workspace/", self.fields)
        calzado.refresh_from_db()
        assert (calzado.name, calzado.time_zone, calzado.currency) == ("Calzado del Sur", "America/Santiago", "CLP")
        undo(page)
        calzado.refresh_from_db()
        assert (calzado.name, calzado.country) == ("Calzado Sur", "AR")

    def test_a_new_address_leads_there(self, page: Client, calzado: Workspace) -> None:
        response = page.post(f"{ROOT}/workspace/", {**self.fields, "slug": "norte"})
        assert response["Location"] == "/w/norte/settings/workspace/"
        assert page.get("/w/norte/settings/workspace/").status_code == 200
        assert page.get(f"{ROOT}/workspace/").status_code == 404

    @pytest.mark.parametrize(
        "wrong",
        [
            {"slug": "otra-tienda"},
            {"slug": "Not a slug"},
            {"slug": "-x"},
            {"name": ""},
            {"time_zone": "Mars/Olympus"},
            {"currency": "XXX"},
            {"language": "xx"},
        ],
    )
    def test_what_is_wrong_changes_nothing(
        self, page: Client, calzado: Workspace, otra: Workspace, wrong: dict[str, str]
    ) -> None:
        assert page.post(f"{ROOT}/workspace/", {**self.fields, **wrong}).status_code == 422
        calzado.refresh_from_db()
        assert calzado.name == "Calzado Sur"

    def test_the_policy_is_saved_and_undone(self, page: Client, calzado: Workspace) -> None:
        page.post(f"{ROOT}/security/", {"agent_visibility": "own", "supervisor_visibility": "team"})
        calzado.refresh_from_db()
        assert (calzado.agent_visibility, calzado.supervisor_visibility) == ("own", "team")
        undo(page)
        calzado.refresh_from_db()
        assert (calzado.agent_visibility, calzado.supervisor_visibility) == ("all", "all")
        assert page.post(f"{ROOT}/security/", {"agent_visibility": "none"}).status_code == 422
