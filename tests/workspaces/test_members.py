"""Roles, teams, leaving and removal, on the real database."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections

from inbox.actions.assign import assign, assign_team
from inbox.actions.closure import close
from inbox.actions.receive import receive
from inbox.models import Channel, Conversation, Message
from tests.conftest import make_user, member_of
from tests.inbox.events import LIA, RUI, says
from workspaces import tenancy
from workspaces.actions.members import change_role, leave, remove, set_teams, transfer_ownership
from workspaces.actions.teams import create_team, remove_team, rename_team, set_members
from workspaces.models import AuditEntry, Membership, Role, Team, TeamMembership, Workspace
from workspaces.refusals import Refused

pytestmark = pytest.mark.django_db

RISING = [Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER]


def fresh(member: Membership) -> Membership:
    return Membership.objects.select_related("user").get(pk=member.pk)


@pytest.fixture
def elena(calzado: Workspace) -> Membership:
    """The owner."""
    return member_of(calzado, make_user("Elena Ruiz", "elena@plaza.example"), Role.OWNER)


def one_of_each(workspace: Workspace) -> dict[str, Membership]:
    return {role: member_of(workspace, make_user(role, f"{role}@plaza.example"), role) for role in RISING}


class TestRoles:
    @pytest.mark.parametrize(("by", "of", "to"), list(itertools.product(RISING, RISING, RISING)))
    def test_nobody_reaches_above_their_own_role(self, calzado: Workspace, by: Role, of: Role, to: Role) -> None:
        with tenancy.enter(calzado):
            who = Membership.objects.create(user=make_user("By", "by@x.example"), role=by)
            whom = Membership.objects.create(user=make_user("Of", "of@x.example"), role=of)
            Membership.objects.create(user=make_user("Other", "other@x.example"), role=Role.OWNER)
            height = RISING.index
            may = by in (Role.ADMIN, Role.OWNER) and max(height(of), height(to)) <= height(by)
            if may:
                change_role(whom, to, by=who)
            else:
                with pytest.raises(PermissionDenied):
                    change_role(whom, to, by=who)
            assert fresh(whom).role == (to if may else of)

    def test_a_change_is_in_the_audit_log(self, ana: Membership, bruno: Membership, inside: Workspace) -> None:
        change_role(bruno, Role.SUPERVISOR, by=ana)
        entry = AuditEntry.objects.get(verb="member.role_changed")
        assert (entry.actor, entry.subject) == (ana, f"member:{bruno.pk}")
        assert entry.data == {"name": "Bruno Sosa", "old": "agent", "new": "supervisor"}
        change_role(bruno, Role.SUPERVISOR, by=ana)
        assert AuditEntry.objects.filter(verb="member.role_changed").count() == 1

    def test_the_role_counts_that_the_actor_has_now(
        self, ana: Membership, bruno: Membership, elena: Membership, inside: Workspace
    ) -> None:
        stale = fresh(ana)
        change_role(ana, Role.AGENT, by=elena)
        with pytest.raises(PermissionDenied):
            change_role(bruno, Role.ADMIN, by=stale)

    def test_the_last_owner_is_neither_demoted_nor_leaves(self, elena: Membership, inside: Workspace) -> None:
        for attempt in (lambda: change_role(elena, Role.ADMIN, by=elena), lambda: leave(elena)):
            with pytest.raises(Refused) as refused:
                attempt()
            assert refused.value.code == "last_owner"
        assert fresh(elena).role == Role.OWNER
        assert fresh(elena).is_active

    def test_one_of_two_owners_may_go(self, elena: Membership, ana: Membership, inside: Workspace) -> None:
        change_role(ana, Role.OWNER, by=elena)
        leave(elena)
        assert not fresh(elena).is_active

    def test_handing_over_makes_one_an_owner_and_the_other_an_admin(
        self, elena: Membership, bruno: Membership, ana: Membership, inside: Workspace
    ) -> None:
        with pytest.raises(PermissionDenied):
            transfer_ownership(bruno, by=ana)
        transfer_ownership(bruno, by=elena)
        assert (fresh(bruno).role, fresh(elena).role) == (Role.OWNER, Role.ADMIN)
        assert AuditEntry.objects.filter(verb="ownership.transferred", subject=f"member:{bruno.pk}").exists()


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once_leave_one_owner(calzado: Workspace) -> None:
    first, second = (member_of(calzado, make_user(n, f"{n}@x.example"), Role.OWNER) for n in ("uno", "dos"))
    start, outcomes = threading.Barrier(2), []

    def demote(whom: Membership, by: Membership) -> None:
        try:
            with tenancy.enter(calzado):
                start.wait(timeout=10)
                change_role(whom, Role.ADMIN, by=by)
            outcomes.append("done")
        except (Refused, PermissionDenied) as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with tenancy.enter(calzado):
        assert Membership.objects.filter(role=Role.OWNER, is_active=True).count() == 1
    assert sorted(outcomes) == ["PermissionDenied", "done"]


class TestGoing:
    def test_nobody_removes_themselves_or_who_stands_above(
        self, ana: Membership, elena: Membership, bruno: Membership, inside: Workspace
    ) -> None:
        for whom, by in ((ana, ana), (elena, ana), (ana, bruno)):
            with pytest.raises(PermissionDenied):
                remove(whom, by=by)
        assert Membership.objects.filter(is_active=True).count() == 3

    def test_what_was_theirs_is_nobodys_and_says_so(
        self, ventas: Channel, ana: Membership, bruno: Membership, inside: Workspace
    ) -> None:
        receive(ventas, [says("Oi", by=LIA), says("Olá", by=RUI)])
        open_one, closed_one = Conversation.objects.order_by("pk")
        for conversation in (open_one, closed_one):
            assign(conversation, bruno, by=ana)
        close(closed_one, by=bruno)
        remove(bruno, by=ana)
        open_one.refresh_from_db()
        closed_one.refresh_from_db()
        assert (open_one.assignee, closed_one.assignee) == (None, None)
        line = Message.objects.filter(conversation=open_one).order_by("-seq")[0]
        assert line.content == {"what": "removed", "by": "Ana Beltrán", "who": "Bruno Sosa"}
        assert (line.seq, line.rev) == (open_one.clock, open_one.clock)
        last = Message.objects.filter(conversation=closed_one).order_by("-seq")[0]
        assert last.content["what"] == "closed"
        assert closed_one.clock > last.rev  # its row in the list is drawn anew

    def test_removal_takes_a_constant_number_of_statements(
        self, ventas: Channel, ana: Membership, bruno: Membership, carla: Membership, inside: Workspace
    ) -> None:
        from tests.conftest import count_queries

        people = [type(LIA)((type(LIA.keys[0])("phone", f"551198{n:07}"),), f"P{n}") for n in range(30)]
        receive(ventas, [says("Oi", by=person) for person in people])
        rows = list(Conversation.objects.order_by("pk"))
        for conversation in rows[:2]:
            assign(conversation, bruno, by=ana)
        for conversation in rows[2:]:
            assign(conversation, carla, by=ana)
        few = count_queries(lambda: remove(bruno, by=ana))
        many = count_queries(lambda: remove(carla, by=ana))
        assert many == few
        assert not Conversation.objects.filter(assignee__isnull=False).exists()

    def test_a_removal_that_fails_half_way_changes_nothing(
        self, ventas: Channel, ana: Membership, bruno: Membership, inside: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        receive(ventas, [says("Oi")])
        assign(Conversation.objects.get(), bruno, by=ana)

        def broken(*args: object, **options: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("workspaces.audit.record", broken)
        with pytest.raises(ZeroDivisionError):
            remove(bruno, by=ana)
        assert fresh(bruno).is_active
        assert Conversation.objects.get().assignee == bruno

    def test_who_left_is_in_no_team_and_gets_no_conversation(
        self, ventas: Channel, ana: Membership, bruno: Membership, inside: Workspace
    ) -> None:
        receive(ventas, [says("Oi")])
        create_team("Ventas", [bruno], by=ana)
        leave(bruno)
        assert not TeamMembership.objects.filter(member=bruno).exists()
        with pytest.raises(Refused, match="member_gone"):
            assign(Conversation.objects.get(), bruno, by=ana)
        assert AuditEntry.objects.filter(verb="member.left", actor=bruno).exists()

    def test_who_is_gone_cannot_be_changed(self, ana: Membership, bruno: Membership, inside: Workspace) -> None:
        remove(bruno, by=ana)
        attempts: list[Callable[[], object]] = [
            lambda: change_role(bruno, Role.ADMIN, by=ana),
            lambda: set_teams(bruno, [], by=ana),
            lambda: remove(bruno, by=ana),
            lambda: leave(bruno),
        ]
        for attempt in attempts:
            with pytest.raises(Refused, match="member_gone"):
                attempt()


class TestTeams:
    def test_a_team_is_made_named_and_filled_by_leads_only(
        self, ana: Membership, bruno: Membership, carla: Membership, inside: Workspace
    ) -> None:
        with pytest.raises(PermissionDenied):
            create_team("Ventas", by=bruno)
        team = create_team("Ventas", [bruno], by=ana)
        rename_team(team, "Ventas Sur", by=ana)
        set_members(team, [carla], by=ana)
        assert Team.objects.get().name == "Ventas Sur"
        assert [row.member for row in TeamMembership.objects.all()] == [carla]
        with pytest.raises(PermissionDenied):
            set_members(team, [], by=bruno)
        with pytest.raises(PermissionDenied):
            remove_team(team, by=bruno)
        changed = AuditEntry.objects.filter(verb="team.members_changed").order_by("-pk")[0]
        assert changed.data == {"name": "Ventas Sur", "joined": ["Carla Núñez"], "left": ["Bruno Sosa"]}

    def test_two_teams_do_not_share_a_name(self, ana: Membership, inside: Workspace) -> None:
        create_team("Ventas", by=ana)
        other = create_team("Soporte", by=ana)
        with pytest.raises(Refused, match="team_name_taken"):
            create_team("Ventas", by=ana)
        with pytest.raises(Refused, match="team_name_taken"):
            rename_team(other, "Ventas", by=ana)
        assert sorted(Team.objects.values_list("name", flat=True)) == ["Soporte", "Ventas"]

    def test_the_teams_of_a_member_are_exactly_these(
        self, ana: Membership, bruno: Membership, inside: Workspace
    ) -> None:
        sales, support = create_team("Ventas", [bruno], by=ana), create_team("Soporte", by=ana)
        set_teams(bruno, [support], by=ana)
        assert [row.team for row in TeamMembership.objects.filter(member=bruno)] == [support]
        with pytest.raises(PermissionDenied):
            set_teams(bruno, [sales], by=bruno)

    def test_a_team_that_goes_leaves_its_conversations_to_no_team(
        self, ventas: Channel, ana: Membership, bruno: Membership, inside: Workspace
    ) -> None:
        receive(ventas, [says("Oi", by=LIA), says("Olá", by=RUI)])
        team = create_team("Ventas", [bruno], by=ana)
        open_one, closed_one = Conversation.objects.order_by("pk")
        for conversation in (open_one, closed_one):
            assign_team(conversation, team, by=ana)
        assign(open_one, bruno, by=ana)
        close(closed_one, by=ana)
        remove_team(team, by=ana)
        open_one.refresh_from_db()
        closed_one.refresh_from_db()
        assert (open_one.team, closed_one.team, open_one.assignee) == (None, None, bruno)
        line = Message.objects.filter(conversation=open_one).order_by("-seq")[0]
        assert line.content == {"what": "team_removed", "by": "Ana Beltrán", "who": "Ventas"}
        assert not Team.objects.exists()

    def test_passing_to_a_team_keeps_only_an_assignee_who_is_in_it(
        self, ventas: Channel, ana: Membership, bruno: Membership, carla: Membership, inside: Workspace
    ) -> None:
        receive(ventas, [says("Oi")])
        conversation = Conversation.objects.get()
        team = create_team("Ventas", [bruno], by=ana)
        assign(conversation, bruno, by=ana)
        assert assign_team(conversation, team, by=ana).assignee == bruno
        assign(conversation, carla, by=ana)
        other = create_team("Soporte", [bruno], by=ana)
        after = assign_team(conversation, other, by=ana)
        assert (after.team, after.assignee) == (other, None)
        assert assign_team(conversation, None, by=ana).team is None
        what = [line.content["what"] for line in Message.objects.filter(direction="event").order_by("seq")]
        assert what == ["assigned", "passed", "assigned", "passed", "teamless"]
