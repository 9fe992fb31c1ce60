"""Inviting, mailing and accepting, on the real database; the mail is read where the backend of the tests keeps it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from tests.conftest import make_user
from workspaces import doorbell, mailing, tasks, tenancy
from workspaces.actions import invitations as actions
from workspaces.actions.invitations import accept, invite, resend, restore, revoke
from workspaces.actions.members import remove
from workspaces.actions.teams import create_team
from workspaces.models import AuditEntry, Invitation, Membership, Role, TeamMembership, User, Workspace
from workspaces.models.invitation import hashed
from workspaces.refusals import Refused

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
NEW = "nueva@plaza.example"


def link() -> str:
    """The path in the newest mail."""
    found = re.search(r"/invitations/[\w-]+/", str(mail.outbox[-1].body))
    assert found
    return found.group()


def mailed(invitation: Invitation) -> str:
    assert mailing.send_due(invitation.pk)
    return link()


def fresh(invitation: Invitation) -> Invitation:
    return Invitation.objects.get(pk=invitation.pk)


@pytest.fixture
def invited(ana: Membership, calzado: Workspace) -> tuple[Invitation, str]:
    """A mailed invitation and the path of its link."""
    with tenancy.enter(calzado):
        invitation = invite(NEW, Role.AGENT, [create_team("Ventas", by=ana)], by=ana)
        return invitation, mailed(invitation)


class TestInviting:
    def test_the_mail_holds_the_link_and_the_database_its_hash_only(
        self, ana: Membership, inside: Workspace, settings: Any
    ) -> None:
        settings.PUBLIC_URL = "https://plaza.example"
        path = mailed(invite(f" {NEW.upper()} ", Role.SUPERVISOR, by=ana))
        message = mail.outbox[-1]
        assert message.to == [NEW]
        assert "Ana Beltrán" in message.subject
        assert "Calzado Sur" in message.subject
        assert f"https://plaza.example{path}" in message.body
        token = path.split("/")[2]
        row = Invitation.objects.values().get()
        assert row["token_hash"] == hashed(token)
        assert token not in str(row)
        assert row["sent_at"]
        assert row["due_at"] is None
        assert timedelta(days=6.9) < row["expires_at"] - timezone.now() <= timedelta(days=7)

    @pytest.mark.parametrize(
        ("by", "role", "may"),
        [
            (Role.OWNER, Role.OWNER, True),
            (Role.ADMIN, Role.OWNER, False),
            (Role.ADMIN, Role.ADMIN, True),
            (Role.SUPERVISOR, Role.AGENT, False),
            (Role.AGENT, Role.AGENT, False),
        ],
    )
    def test_nobody_invites_above_their_own_role(self, inside: Workspace, by: Role, role: Role, may: bool) -> None:
        who = Membership.objects.create(user=make_user("By", "by@x.example"), role=by)
        if may:
            assert invite(NEW, role, by=who).role == role
        else:
            with pytest.raises(PermissionDenied):
                invite(NEW, role, by=who)

    def test_a_member_is_not_invited_again(self, ana: Membership, bruno: Membership, inside: Workspace) -> None:
        with pytest.raises(Refused, match="already_member"):
            invite("Bruno@plaza.example", Role.AGENT, by=ana)

    def test_inviting_twice_brings_the_one_invitation_up_to_date(self, ana: Membership, inside: Workspace) -> None:
        team = create_team("Ventas", by=ana)
        first = invite(NEW, Role.AGENT, [team], by=ana)
        old = mailed(first)
        second = invite(NEW, Role.ADMIN, by=ana)
        assert (second.pk, second.role, list(second.places.all())) == (first.pk, Role.ADMIN, [])
        assert mailed(second) != old

    def test_a_workspace_is_no_way_to_mail_strangers(
        self, ana: Membership, inside: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(actions, "MOST_AN_HOUR", 2)
        first = invite("a@x.example", Role.AGENT, by=ana)
        invite("b@x.example", Role.AGENT, by=ana)
        with pytest.raises(Refused, match="too_many_invitations"):
            invite("c@x.example", Role.AGENT, by=ana)
        with pytest.raises(Refused, match="too_many_invitations"):
            resend(first, by=ana)

    def test_the_name_of_a_workspace_cannot_add_headers(self, ana: Membership, inside: Workspace) -> None:
        inside.name = "Calzado\nBcc: everybody@x.example"
        mailed(invite(NEW, Role.AGENT, by=ana))
        assert mail.outbox[-1].recipients() == [NEW]
        assert "\n" not in mail.outbox[-1].subject


class TestMailing:
    def test_a_mail_that_failed_is_tried_again_when_its_lease_ends(
        self, ana: Membership, inside: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def down(*args: object) -> None:
            raise ConnectionRefusedError("nobody there")

        invitation = invite(NEW, Role.AGENT, by=ana)
        with monkeypatch.context() as patched:
            patched.setattr(mailing, "send_mail", down)
            assert not mailing.send_due(invitation.pk)
        held = fresh(invitation)
        assert held.due_at
        assert held.due_at > timezone.now()
        assert "nobody there" in held.error
        assert not mailing.send_due(invitation.pk)  # the lease
        Invitation.objects.update(due_at=timezone.now())
        assert mailing.send_due(invitation.pk)
        assert (fresh(invitation).error, fresh(invitation).attempts) == ("", 2)

    def test_it_gives_up_after_some_attempts_and_says_so(
        self, ana: Membership, inside: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def down(*args: object) -> None:
            raise OSError("down")

        monkeypatch.setattr(mailing, "send_mail", down)
        invitation = invite(NEW, Role.AGENT, by=ana)
        for _ in range(mailing.MOST_ATTEMPTS):
            Invitation.objects.update(due_at=timezone.now())
            mailing.send_due(invitation.pk)
        assert fresh(invitation).due_at is None
        assert fresh(invitation).error
        assert fresh(resend(invitation, by=ana)).due_at

    def test_the_clock_rings_for_what_no_doorbell_brought(
        self, ana: Membership, calzado: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with tenancy.enter(calzado):
            invitation = invite(NEW, Role.AGENT, by=ana)
        rung: list[tuple[Any, ...]] = []

        def ring(*rang: Any) -> bool:
            rung.append(rang)
            return True

        monkeypatch.setattr(doorbell, "ring", ring)
        assert tasks.send_due_invitations() == 1
        assert rung[0][0] is tasks.send_invitation
        assert rung[0][1:] == (calzado.pk, invitation.pk)
        with tenancy.enter(calzado):
            assert mailing.send_due(invitation.pk)
        assert tasks.send_due_invitations() == 0
        assert len(mail.outbox) == 1

    def test_it_is_written_in_the_language_of_who_gets_it(self, ana: Membership, inside: Workspace) -> None:
        make_user("Rui", "rui@x.example", language="pt-br")
        mailed(invite("rui@x.example", Role.AGENT, by=ana))
        portuguese = mail.outbox[-1].subject
        mailed(invite(NEW, Role.AGENT, by=ana))
        assert portuguese != mail.outbox[-1].subject
        assert "convida" in portuguese


class TestRevoking:
    def test_a_revoked_link_is_dead_until_the_revocation_is_taken_back(
        self, invited: tuple[Invitation, str], ana: Membership, calzado: Workspace
    ) -> None:
        invitation, path = invited
        with tenancy.enter(calzado):
            revoke(invitation, by=ana)
        assert Client().get(path).status_code == 410
        with tenancy.enter(calzado):
            restore(invitation, by=ana)
        assert Client().get(path).status_code == 200

    def test_one_that_was_replaced_stays_revoked(self, ana: Membership, inside: Workspace) -> None:
        first = invite(NEW, Role.AGENT, by=ana)
        revoke(first, by=ana)
        invite(NEW, Role.ADMIN, by=ana)
        with pytest.raises(Refused, match="invitation_taken"):
            restore(first, by=ana)
        with pytest.raises(Refused, match="invitation_over"):
            revoke(first, by=ana)

    def test_an_admin_does_not_touch_the_invitation_of_an_owner(self, ana: Membership, inside: Workspace) -> None:
        owner = Membership.objects.create(user=make_user("Elena", "elena@x.example"), role=Role.OWNER)
        invitation = invite(NEW, Role.OWNER, by=owner)
        for action in (revoke, resend, restore):
            with pytest.raises(PermissionDenied):
                action(invitation, by=ana)


class TestAccepting:
    def test_a_newcomer_gives_name_and_password_and_is_inside(
        self, invited: tuple[Invitation, str], calzado: Workspace
    ) -> None:
        invitation, path = invited
        client = Client()
        assert NEW in client.get(path).content.decode()
        response = client.post(path, {"name": "Nueva Persona", "password": "una clave larga 9"})
        assert (response.status_code, response["Location"]) == (302, "/w/calzado-sur/")
        assert client.get("/w/calzado-sur/inbox/").status_code == 200
        user = User.objects.get(email=NEW)
        assert EmailAddress.objects.get(user=user).verified
        with tenancy.enter(calzado):
            member = Membership.objects.get(user=user)
            assert member.role == Role.AGENT
            assert [row.team.name for row in TeamMembership.objects.filter(member=member)] == ["Ventas"]
            assert fresh(invitation).state == "accepted"
            assert AuditEntry.objects.filter(verb="invitation.accepted", actor=member).exists()
        assert Client().get(path).status_code == 410

    @pytest.mark.parametrize("password", ["", "short", "password123"])
    def test_a_password_that_is_guessed_makes_no_account(self, invited: tuple[Invitation, str], password: str) -> None:
        response = Client().post(invited[1], {"name": "Nueva", "password": password})
        assert response.status_code == 422
        assert not User.objects.filter(email=NEW).exists()

    def test_opening_the_link_changes_nothing(self, invited: tuple[Invitation, str], calzado: Workspace) -> None:
        for _ in range(2):
            assert Client().get(invited[1]).status_code == 200
        assert not User.objects.filter(email=NEW).exists()
        with tenancy.enter(calzado):
            assert fresh(invited[0]).state == "pending"

    def test_who_has_an_account_logs_in_and_joins(
        self, invited: tuple[Invitation, str], calzado: Workspace, browser_of: BrowserOf
    ) -> None:
        user, path = make_user("Ya Estaba", NEW), invited[1]
        anonymous = Client()
        assert f"/accounts/login/?next={path}" in anonymous.get(path).content.decode()
        anonymous.post(path, {"name": "Impostora", "password": "una clave larga 9"})
        assert User.objects.get(email=NEW).name == "Ya Estaba"
        with tenancy.enter(calzado):
            assert not Membership.objects.filter(user=user).exists()
        assert browser_of(user).post(path)["Location"] == "/w/calzado-sur/"
        with tenancy.enter(calzado):
            assert Membership.objects.get(user=user).role == Role.AGENT

    def test_nobody_joins_on_the_invitation_of_another(
        self, invited: tuple[Invitation, str], calzado: Workspace, zoe: User, browser_of: BrowserOf
    ) -> None:
        client = browser_of(zoe)
        for response in (client.get(invited[1]), client.post(invited[1])):
            assert "zoe@afuera.example" in response.content.decode()
        with tenancy.enter(calzado):
            assert not Membership.objects.filter(user=zoe).exists()
            with pytest.raises(Refused, match="invitation_over"):
                accept(invited[0], zoe)

    def test_an_expired_link_and_one_nobody_made_are_over(
        self, invited: tuple[Invitation, str], calzado: Workspace
    ) -> None:
        with tenancy.enter(calzado):
            Invitation.objects.update(expires_at=timezone.now())
        for path in (invited[1], "/invitations/nobody-made-this/"):
            for response in (Client().get(path), Client().post(path, {"name": "N", "password": "una clave larga 9"})):
                assert response.status_code == 410

    def test_sending_again_ends_the_old_link(
        self, invited: tuple[Invitation, str], ana: Membership, calzado: Workspace
    ) -> None:
        with tenancy.enter(calzado):
            Invitation.objects.update(expires_at=timezone.now())
            new = mailed(resend(invited[0], by=ana))
        assert Client().get(invited[1]).status_code == 410
        assert Client().get(new).status_code == 200

    def test_who_was_removed_comes_back_as_what_the_invitation_says(
        self, ana: Membership, bruno: Membership, inside: Workspace
    ) -> None:
        remove(bruno, by=ana)
        member = accept(invite("bruno@plaza.example", Role.SUPERVISOR, by=ana), bruno.user)
        assert (member.pk, member.role, member.is_active) == (bruno.pk, Role.SUPERVISOR, True)
        assert member.created_at > bruno.created_at

    def test_who_is_a_member_already_keeps_their_role(
        self, ana: Membership, carla: Membership, inside: Workspace
    ) -> None:
        invitation = invite(NEW, Role.ADMIN, by=ana)
        carla.user.email = NEW
        carla.user.save()
        assert accept(invitation, carla.user).role == Role.AGENT
