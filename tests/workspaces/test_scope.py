"""The scope: what `enter` opens it closes, whatever happens inside, and what is written outside runs inside only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django import forms
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.db.models import Count, Exists, OuterRef
from django.urls import get_script_prefix, get_urlconf, reverse

from crm.models import Contact, Identity
from workspaces import scope, tenancy
from workspaces.models import AuditEntry, EventRow, Membership, User, Workspace
from workspaces.tenancy import NoWorkspace, WrongWorkspace

pytestmark = pytest.mark.django_db


def surroundings() -> tuple[object, ...]:
    return scope.current.get(), get_script_prefix(), get_urlconf(), tenancy.is_entered()


def in_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.workspace', true)")
        row = cursor.fetchone()
    return str(row[0] if row else "")


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = surroundings()
    yield
    assert surroundings() == before


@pytest.fixture
def lia(calzado: Workspace) -> Contact:
    with tenancy.enter(calzado):
        return Contact.objects.create(name="Lia")


@pytest.fixture
def olga_s(otra: Workspace) -> Contact:
    with tenancy.enter(otra):
        return Contact.objects.create(name="Olga's customer")


class TestEntering:
    def test_sets_the_database_the_prefix_and_the_addresses(self, calzado: Workspace) -> None:
        with tenancy.enter(calzado) as entered:
            assert (entered, tenancy.current(), tenancy.current_id()) == (calzado, calzado, calzado.pk)
            assert in_database() == str(calzado.pk)
            assert reverse("inbox:desk") == "/w/calzado-sur/inbox/"
            assert tenancy.global_reverse("account_login") == "/accounts/login/"
            assert get_script_prefix() == "/w/calzado-sur/"
        assert in_database() == ""

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit, SystemExit])
    def test_is_undone_whatever_happens_inside(self, calzado: Workspace, error: type[BaseException]) -> None:
        with pytest.raises(error), tenancy.enter(calzado):
            raise error
        assert not tenancy.is_entered()
        assert in_database() == ""

    def test_the_same_again_inside_is_no_harm(self, calzado: Workspace) -> None:
        with tenancy.enter(calzado):
            with tenancy.enter(calzado):
                pass
            assert (tenancy.current(), reverse("inbox:desk")) == (calzado, "/w/calzado-sur/inbox/")

    def test_another_inside_is_refused_and_nothing_has_moved(self, calzado: Workspace, otra: Workspace) -> None:
        with tenancy.enter(calzado):
            before = surroundings()
            with pytest.raises(WrongWorkspace), tenancy.enter(otra):
                raise AssertionError("entered")
            assert surroundings() == before

    def test_one_after_the_other_each_sees_its_own(
        self, calzado: Workspace, otra: Workspace, lia: Contact, olga_s: Contact
    ) -> None:
        everybody = Contact.objects.order_by("name")  # written outside, run inside
        for workspace, contact in ((calzado, lia), (otra, olga_s), (calzado, lia)):
            with tenancy.enter(workspace):
                assert list(everybody.all()) == [contact]
                assert in_database() == str(workspace.pk)

    def test_a_thread_begins_outside(self, calzado: Workspace) -> None:
        seen: list[bool] = []
        with tenancy.enter(calzado):
            thread = threading.Thread(target=lambda: seen.append(tenancy.is_entered()))
            thread.start()
            thread.join()
        assert seen == [False]

    def test_in_the_middle_of_a_transaction_the_database_follows(self, calzado: Workspace, otra: Workspace) -> None:
        with transaction.atomic():
            for workspace in (calzado, otra, calzado):
                with tenancy.enter(workspace):
                    assert in_database() == str(workspace.pk)

    def test_a_rolled_back_savepoint_does_not_bring_an_old_scope_back(
        self, calzado: Workspace, otra: Workspace, olga_s: Contact
    ) -> None:
        with tenancy.enter(calzado):
            Contact.objects.exists()
        with tenancy.enter(otra):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                Contact.objects.create(name="gone")
                raise ZeroDivisionError
            assert list(Contact.objects.all()) == [olga_s]
            assert in_database() == str(otra.pk)


class TestOutside:
    @pytest.mark.parametrize(
        "run",
        [
            lambda: list(Contact.objects.all()),
            lambda: Contact.objects.exclude(name="x").count(),
            lambda: Contact.objects.filter(name="x").exists(),
            lambda: Contact.objects.filter(pk=1).first(),
            lambda: Contact.objects.update(name="x"),
            lambda: Contact.objects.all().delete(),
            lambda: Contact.objects.aggregate(n=Count("pk")),
            lambda: list(Contact.objects.values_list("pk").iterator()),
            lambda: Contact.objects.in_bulk([1]),
            lambda: Contact.objects.create(name="x"),
            lambda: Contact.objects.bulk_create([Contact(name="x")]),
            lambda: Contact.objects.get_or_create(name="x"),
            lambda: list(User.objects.filter(Exists(Membership.objects.filter(user=OuterRef("pk"))))),
            tenancy.current,
        ],
    )
    def test_everything_of_a_tenant_is_refused_when_it_runs(self, lia: Contact, run: Any) -> None:
        with pytest.raises(NoWorkspace):
            run()

    def test_what_is_only_written_is_not_refused(self) -> None:
        str(Contact.objects.filter(name="x").exclude(pk=2).order_by("name").query.model)

    def test_a_form_may_be_declared_and_asks_for_its_rows_when_it_is_used(
        self, calzado: Workspace, otra: Workspace, lia: Contact, olga_s: Contact
    ) -> None:
        class Choosing(forms.Form):
            contact = forms.ModelChoiceField(Contact.objects.all())

        for workspace, own, foreign in ((calzado, lia, olga_s), (otra, olga_s, lia), (calzado, lia, olga_s)):
            with tenancy.enter(workspace):
                form = Choosing({"contact": str(own.pk)})
                assert form.is_valid(), form.errors
                assert not Choosing({"contact": str(foreign.pk)}).is_valid()
                assert own.name.split("'")[0] in str(form)
                assert foreign.name not in str(form)
        with pytest.raises(NoWorkspace):
            str(Choosing())

    def test_the_raw_table_is_empty(self, lia: Contact) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM crm_contact")
            assert cursor.fetchone() == (0,)


class TestInside:
    def test_no_way_of_asking_shows_another_workspaces_rows(
        self, calzado: Workspace, lia: Contact, olga_s: Contact
    ) -> None:
        with tenancy.enter(calzado):
            assert not Contact.objects.filter(pk=olga_s.pk).exists()
            assert Contact.objects.in_bulk([lia.pk, olga_s.pk]) == {lia.pk: lia}
            assert Contact.objects.filter(pk=olga_s.pk).update(name="stolen") == 0
            assert Contact.objects.filter(pk=olga_s.pk).delete()[0] == 0
            assert list(Contact.objects.union(Contact.objects.filter(name="Olga's customer"))) == [lia]
            assert list(Contact.objects.raw("SELECT * FROM crm_contact")) == [lia]
            with pytest.raises(Contact.DoesNotExist):
                olga_s.refresh_from_db()

    def test_a_row_of_another_workspace_cannot_be_saved(
        self, calzado: Workspace, olga_s: Contact, otra: Workspace
    ) -> None:
        olga_s.name = "stolen"
        with tenancy.enter(calzado):
            with pytest.raises(ProgrammingError), transaction.atomic():
                olga_s.save(force_insert=True)
            with pytest.raises(DatabaseError), transaction.atomic():
                olga_s.save(force_update=True)
        with tenancy.enter(otra):
            assert Contact.objects.get().name == "Olga's customer"

    def test_a_row_cannot_be_moved_to_another_workspace(
        self, calzado: Workspace, otra: Workspace, lia: Contact
    ) -> None:
        with tenancy.enter(calzado), pytest.raises(ProgrammingError), transaction.atomic():
            Contact.objects.update(workspace=otra)

    def test_a_relation_followed_backwards_stays_inside(
        self, calzado: Workspace, otra: Workspace, lia: Contact
    ) -> None:
        fields = {"scope": "s", "reply_kind": "ring", "reply_value": "7"}
        with tenancy.enter(calzado):
            Identity.objects.create(contact=lia, **fields)
            assert lia.identities.count() == 1
        with tenancy.enter(otra):
            assert lia.identities.count() == 0
        with pytest.raises(NoWorkspace):
            lia.identities.count()


class TestAcross:
    def test_reads_the_few_tables_that_are_listed_and_only_by_their_other_name(
        self, lia: Contact, ana: Membership, olga: Membership
    ) -> None:
        with tenancy.across():
            assert set(Membership.across_workspaces.all()) == {ana, olga}
            assert not Contact.across_workspaces.exists()
            assert not AuditEntry.across_workspaces.exists()
            for objects in (Membership.objects, Contact.objects):
                with pytest.raises(NoWorkspace):
                    objects.exists()
        with pytest.raises(NoWorkspace):
            Membership.across_workspaces.exists()

    def test_writes_nothing(self, ana: Membership, calzado: Workspace) -> None:
        with tenancy.across():
            assert Membership.across_workspaces.update(role="owner") == 0
            assert Membership.across_workspaces.all()._raw_delete("default") == 0
            with pytest.raises(ProgrammingError), transaction.atomic():
                EventRow.across_workspaces.bulk_create(
                    [EventRow(workspace=calzado, listener="x", kind="x", run_at=ana.created_at)]
                )
            with pytest.raises(NoWorkspace):
                Membership(user=ana.user)

    def test_is_closed_by_entering_and_open_again_after(self, ana: Membership, calzado: Workspace) -> None:
        with tenancy.across():
            with tenancy.enter(calzado):
                assert Membership.objects.get() == ana
                with pytest.raises(NoWorkspace):
                    Membership.across_workspaces.exists()
            assert Membership.across_workspaces.get() == ana
            assert not tenancy.is_entered()

    def test_inside_a_workspace_it_is_closed_again_after(self, ana: Membership, calzado: Workspace) -> None:
        with tenancy.enter(calzado):
            with tenancy.across():
                assert Membership.across_workspaces.count() == 1
            assert Membership.objects.count() == 1

    def test_on_a_relation_keeps_the_relations_filter(self, ana: Membership, olga: Membership) -> None:
        with tenancy.across():
            assert list(Membership.across_workspaces.filter(user=ana.user)) == [ana]


def test_many_scopes_opened_and_closed_leave_nothing(calzado: Workspace, otra: Workspace) -> None:
    for n in range(20):
        with ExitStack() as stack:
            stack.enter_context(tenancy.across())
            stack.enter_context(tenancy.enter((calzado, otra)[n % 2]))
            Contact.objects.create(name=str(n))
    for workspace in (calzado, otra):
        with tenancy.enter(workspace):
            assert Contact.objects.count() == 10
