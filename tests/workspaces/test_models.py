"""Users, workspaces and memberships; the audit log that nobody rewrites; secrets under another key."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from inbox.actions.connect import Account, connect
from inbox.models import Channel
from tests.conftest import KIND, member_of
from workspaces import audit, tenancy
from workspaces.crypto import Secrets, box, rotated
from workspaces.models import AuditEntry, Membership, Role, User, Workspace
from workspaces.permissions import Capability

pytestmark = pytest.mark.django_db


class TestUsers:
    @pytest.mark.parametrize("email", ["Ana@Plaza.Example", "  ana@plaza.example ", "ANA@PLAZA.EXAMPLE\n"])
    def test_are_found_by_one_spelling_of_their_address(self, email: str) -> None:
        user = User.objects.create_user(email, "a good password", name="Ana")
        assert user.email == "ana@plaza.example"
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create_user("ana@plaza.example", name="Another")

    def test_without_a_password_cannot_log_in(self) -> None:
        user = User.objects.create_user("ana@plaza.example", name="Ana")
        assert not user.has_usable_password()
        assert not user.check_password("")

    def test_of_the_staff_are_made_on_purpose(self) -> None:
        admin = User.objects.create_superuser("root@plaza.example", "a good password", name="Root")
        plain = User.objects.create_user("ana@plaza.example", "a good password", name="Ana")
        assert (admin.is_staff, admin.is_superuser, plain.is_staff, plain.is_superuser) == (True, True, False, False)

    @pytest.mark.parametrize(
        ("name", "whole", "short"),
        [("Ana Beltrán", "Ana Beltrán", "Ana"), ("Ana", "Ana", "Ana"), ("", "ana@plaza.example", "ana@plaza.example")],
    )
    def test_are_called_by_name_or_address(self, name: str, whole: str, short: str) -> None:
        user = User(name=name, email="ana@plaza.example")
        assert (str(user), user.get_short_name(), user.get_full_name()) == (whole, short, name)


class TestWorkspaces:
    @pytest.mark.parametrize("slug", ["a", "calzado-sur", "1", "a-1-b", "a" * 60])
    def test_have_an_address_of_plain_letters(self, slug: str) -> None:
        Workspace(name="x", slug=slug).full_clean()

    @pytest.mark.parametrize(
        "slug", ["", "A", "ñ", "a b", "-a", "a-", "a--b", "a_b", "a/b", "../x", "a\n", "a.b", "a" * 61]
    )
    def test_have_no_other_address(self, slug: str) -> None:
        with pytest.raises(ValidationError):
            Workspace(name="x", slug=slug).full_clean()

    def test_share_no_address(self, calzado: Workspace) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Workspace.objects.create(name="Other", slug="calzado-sur")
        assert str(calzado) == "Calzado Sur"


class TestMemberships:
    def test_are_one_per_person_and_workspace(self, ana: Membership, otra: Workspace) -> None:
        assert member_of(otra, ana.user, Role.AGENT).role == Role.AGENT
        with pytest.raises(IntegrityError), transaction.atomic():
            member_of(ana.workspace, ana.user, Role.OWNER)

    def test_are_shown_as_their_person(self, ana: Membership) -> None:
        assert (str(ana), ana.name, ana.short_name, ana.initials) == ("Ana Beltrán", "Ana Beltrán", "Ana", "AB")
        assert ana.hue == Membership(user=ana.user, workspace=ana.workspace).hue

    @pytest.mark.parametrize("role", [*Role, "ghost", ""])
    def test_that_ended_may_nothing_whatever_their_role(self, ana: Membership, role: str) -> None:
        ana.role, ana.is_active = role, False
        assert not any(ana.can(capability) for capability in Capability)


class TestTheAuditLog:
    @pytest.fixture
    def entry(self, ana: Membership, inside: Workspace) -> AuditEntry:
        audit.record("channel.connected", "channel:5", by=ana, kind="phone")
        return AuditEntry.objects.get()

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE workspaces_auditentry SET verb = 'x'",
            "UPDATE workspaces_auditentry SET data = '{}'",
            "UPDATE workspaces_auditentry SET at = now()",
            "UPDATE workspaces_auditentry SET actor_name = ''",
            "DELETE FROM workspaces_auditentry",
        ],
    )
    def test_is_not_rewritten_by_any_statement(self, entry: AuditEntry, statement: str) -> None:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        entry.refresh_from_db()
        assert (entry.verb, entry.data) == ("channel.connected", {"kind": "phone"})

    def test_is_not_rewritten_by_a_model(self, entry: AuditEntry) -> None:
        entry.verb = "x"
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            entry.save()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            entry.delete()

    def test_keeps_the_name_of_the_day(self, entry: AuditEntry, ana: Membership) -> None:
        ana.user.name = "Ana B."
        ana.user.save()
        entry.refresh_from_db()
        assert (entry.actor_name, str(entry)) == ("Ana Beltrán", "channel.connected channel:5")

    def test_tells_what_nobody_did_as_well(self, inside: Workspace) -> None:
        audit.record("channel.needs_reconnect", "channel:5")
        assert (AuditEntry.objects.get().actor, AuditEntry.objects.get().actor_name) == (None, "")

    def test_is_of_the_transaction_it_tells_of(self, inside: Workspace) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            audit.record("x.done", "x:1")
            raise ZeroDivisionError
        assert not AuditEntry.objects.exists()

    def test_cannot_be_written_for_another_workspace(self, entry: AuditEntry, otra: Workspace) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            AuditEntry.objects.create(verb="x", subject="x", workspace=otra)


class TestSecrets:
    @pytest.fixture
    def channel(self, inside: Workspace) -> Channel:
        return connect(Account(KIND, "1", secrets={"token": "s3cret", "app": "señal 🔑"}))

    def raw(self) -> bytes:
        with connection.cursor() as cursor:
            cursor.execute("SELECT secrets FROM inbox_channel")
            row = cursor.fetchone()
        return bytes(row[0]) if row else b""

    @pytest.mark.parametrize("assigned", [{"token": "other"}, Secrets({"token": "other"})])
    def test_never_show_when_printed_however_they_got_there(self, channel: Channel, assigned: dict[str, str]) -> None:
        channel.secrets = assigned
        for shown in (repr(channel.secrets), str(channel.secrets), f"{channel.__dict__}", f"{[channel.secrets]}"):
            assert "other" not in shown
        assert channel.secrets["token"] == "other"
        assert Channel(secrets=assigned).secrets == {"token": "other"}

    def test_two_rows_of_the_same_secret_look_different(self, channel: Channel, inside: Workspace) -> None:
        first = self.raw()
        channel.save()
        assert self.raw() != first
        assert Channel.objects.get().secrets == {"token": "s3cret", "app": "señal 🔑"}

    def test_keys_go_round_without_a_secret_lost(self, channel: Channel, settings: Any) -> None:
        token = self.raw()
        for _ in range(3):
            settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS][:2]
            token = rotated(token)
        settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
        assert b"s3cret" in box().decrypt(token)
        with pytest.raises(InvalidToken):
            box().decrypt(self.raw())  # what was not rotated in time is lost, and says so

    @pytest.mark.parametrize("nothing", [b"", memoryview(b"")])
    def test_nothing_stays_nothing(self, nothing: Any) -> None:
        assert rotated(nothing) == b""

    @pytest.mark.parametrize("tampered", [b"x", b"gAAAAA", b"\x00" * 100])
    def test_what_somebody_changed_in_the_database_is_not_read(self, channel: Channel, tampered: bytes) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE inbox_channel SET secrets = %s", [tampered])
        with pytest.raises(InvalidToken):
            Channel.objects.get()
        assert Channel.objects.defer("secrets").get().name  # the desk goes on without them

    def test_are_not_read_where_they_are_not_needed(self, channel: Channel) -> None:
        assert "secrets" in Channel.objects.defer("secrets").get().get_deferred_fields()


def test_a_workspace_that_was_left_keeps_its_log(ana: Membership, calzado: Workspace, otra: Workspace) -> None:
    with tenancy.enter(calzado):
        audit.record("member.left", f"member:{ana.pk}", by=ana)
    with tenancy.enter(otra):
        assert not AuditEntry.objects.exists()
    with tenancy.enter(calzado):
        assert AuditEntry.objects.get().actor == ana
