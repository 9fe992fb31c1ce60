"""Connecting an account: once, to one workspace, with its secrets out of sight."""

from __future__ import annotations

from typing import Any

import pytest

from inbox.actions import connect as connecting
from inbox.actions.connect import Account, AccountTaken, connect
from inbox.models import Channel, ChannelRoute
from tests.inbox.pigeon import KIND, Pigeon
from workspaces import tenancy
from workspaces.models import AuditEntry, Membership, Workspace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pigeon")]

COOP = Account(KIND, "coop-1", "flock-1", "Palomar", {"ring": "blue"})


def test_it_is_a_channel_with_its_route_and_an_audit_entry(inside: Workspace, ana: Membership) -> None:
    channel = connect(COOP, by=ana)
    route = ChannelRoute.objects.get()
    assert (channel.kind, channel.account_key, channel.business_key, channel.name) == (
        KIND,
        "coop-1",
        "flock-1",
        "Palomar",
    )
    assert (route.workspace, route.channel, route.business_key) == (inside, channel, "flock-1")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.subject) == (ana, "channel.connected", f"channel:{channel.pk}")
    assert entry.data == {"kind": KIND, "account": "coop-1", "new": True}


def test_no_secret_reaches_the_audit_log_or_a_page_that_prints_it(inside: Workspace) -> None:
    channel = connect(COOP)
    assert "blue" not in f"{AuditEntry.objects.get().data} {channel!r} {channel.secrets!r} {channel.__dict__}"


def test_connecting_again_brings_it_up_to_date(inside: Workspace) -> None:
    first = connect(COOP)
    Channel.objects.update(state=Channel.State.NEEDS_RECONNECT, state_reason="expired")
    again = connect(Account(KIND, "coop-1", "flock-2", "Palomar Norte", {"ring": "red"}))
    assert again == first
    again.refresh_from_db()
    assert (again.state, again.state_reason, again.name) == ("connected", "", "Palomar Norte")
    assert again.secrets == {"ring": "red"}
    assert ChannelRoute.objects.get().business_key == "flock-2"
    assert [entry.data["new"] for entry in AuditEntry.objects.order_by("id")] == [True, False]


@pytest.mark.parametrize(("name", "shown"), [("", "coop-1"), ("Palomar", "Palomar")])
def test_one_without_a_name_is_called_by_its_key(inside: Workspace, name: str, shown: str) -> None:
    assert connect(Account(KIND, "coop-1", name=name)).name == shown


def test_a_name_that_somebody_gave_it_survives_reconnecting_without_one(inside: Workspace) -> None:
    connect(COOP)
    assert connect(Account(KIND, "coop-1")).name == "Palomar"


class TestAnAccountOfAnotherWorkspace:
    def test_is_refused_and_nothing_is_left_behind(self, calzado: Workspace, otra: Workspace) -> None:
        with tenancy.enter(otra):
            theirs = connect(COOP)
        with tenancy.enter(calzado):
            with pytest.raises(AccountTaken):
                connect(COOP)
            assert not Channel.objects.exists()
            assert not AuditEntry.objects.exists()
        assert ChannelRoute.objects.get().channel_id == theirs.pk

    def test_is_refused_also_if_they_were_faster_by_a_moment(
        self, calzado: Workspace, otra: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Between looking for the route and writing it, another workspace commits its own."""
        with tenancy.enter(otra):
            theirs = connect(Account(KIND, "coop-2"))
        make_channel = connecting._channel

        def overtaken(account: Account) -> Any:
            ChannelRoute.objects.create(kind=KIND, account_key="coop-1", workspace=otra, channel_id=theirs.pk)
            return make_channel(account)

        monkeypatch.setattr(connecting, "_channel", overtaken)
        with tenancy.enter(calzado), pytest.raises(AccountTaken):
            connect(COOP)
        assert not ChannelRoute.objects.filter(workspace=calzado).exists()

    @pytest.mark.parametrize("other", [Account(KIND, "coop-2"), Account("owl", "coop-1")])
    def test_another_key_or_another_kind_is_another_account(
        self, calzado: Workspace, otra: Workspace, other: Account
    ) -> None:
        with tenancy.enter(otra):
            connect(COOP)
        with tenancy.enter(calzado):
            connect(other)
        assert ChannelRoute.objects.count() == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Account(KIND, "a", "flock-1"), Account(KIND, "b", "flock-1"), True),
        (Account(KIND, "a", "flock-1"), Account(KIND, "b", "flock-2"), False),
        (Account(KIND, "a"), Account(KIND, "b"), False),
    ],
)
def test_people_are_the_same_within_one_business_account(
    inside: Workspace, one: Account, other: Account, same: bool
) -> None:
    assert (connect(one).identity_scope == connect(other).identity_scope) is same


def test_a_channel_speaks_by_its_adapter(inside: Workspace, pigeon: Pigeon) -> None:
    channel = connect(COOP)
    assert (channel.adapter, channel.policy, channel.label) == (pigeon, pigeon.policy, "Pigeon post")
    assert (str(channel), str(ChannelRoute.objects.get())) == ("Palomar", f"{KIND}:coop-1")
