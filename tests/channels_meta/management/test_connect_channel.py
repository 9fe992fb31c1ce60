"""`manage connect_channel`: an account becomes a channel of one workspace, with what came before it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from channels_meta import tasks
from inbox.models import Channel, ChannelRoute
from tests.channels_meta.arrivals import State, arrive, drain_both, states, texts
from tests.channels_meta.poison import BUSINESS, NUMBER, body_of, change, message, receipt, whole
from workspaces import doorbell, tenancy
from workspaces.models import AuditEntry, Workspace

pytestmark = pytest.mark.django_db
ACCOUNT = {"kind": "whatsapp", "id": NUMBER, "account": BUSINESS, "token": "EAAG-token", "name": "Ventas"}


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    rings: list[tuple[Any, ...]] = []
    monkeypatch.setattr(doorbell, "ring_on_commit", lambda task, *args: rings.append((task, *args)))
    return rings


def connect(workspace: str = "calzado-sur", *flags: str, **options: str) -> str:
    said = io.StringIO()
    named = {"workspace": workspace, **ACCOUNT, **options}
    arguments = [part for name, value in named.items() for part in (f"--{name}", value)]
    call_command("connect_channel", *arguments, *flags, stdout=said)
    return said.getvalue()


def channel(workspace: Workspace) -> Channel:
    with tenancy.enter(workspace):
        return Channel.objects.get()


class TestConnecting:
    def test_a_new_account_is_a_channel(self, calzado: Workspace) -> None:
        said = connect()
        found = channel(calzado)
        assert said == f"Connected Ventas (whatsapp) as channel {found.pk}.\n"
        assert (found.kind, found.account_key, found.business_key) == ("whatsapp", NUMBER, BUSINESS)
        assert found.secrets == {"token": "EAAG-token"}
        route = ChannelRoute.objects.get()
        assert (route.workspace_id, route.channel_id, route.business_key) == (calzado.pk, found.pk, BUSINESS)

    def test_the_answer_for_a_program(self, calzado: Workspace) -> None:
        assert json.loads(connect("calzado-sur", "--json")) == {
            "channel": channel(calzado).pk,
            "workspace": "calzado-sur",
            "kind": "whatsapp",
            "name": "Ventas",
        }

    def test_without_a_name_its_id_is_one(self, calzado: Workspace) -> None:
        connect(name="")
        assert channel(calzado).name == NUMBER

    def test_a_second_time_renews_the_token_and_mends_the_channel(self, calzado: Workspace) -> None:
        connect()
        with tenancy.enter(calzado):
            Channel.objects.update(state=Channel.State.NEEDS_RECONNECT, state_reason="expired")
        connect(token="EAAG-new", name="")
        found = channel(calzado)
        assert (found.secrets, found.name) == ({"token": "EAAG-new"}, "Ventas")
        assert (found.state, found.state_reason) == (Channel.State.CONNECTED, "")

    def test_it_is_audited_without_the_token(self, calzado: Workspace) -> None:
        connect()
        with tenancy.enter(calzado):
            (entry,) = AuditEntry.objects.all()
        assert entry.verb == "channel.connected"
        assert "EAAG" not in str(vars(entry))

    def test_the_token_is_not_told(self, calzado: Workspace) -> None:
        assert "EAAG" not in connect() + connect("calzado-sur", "--json")


class TestRefusing:
    def test_a_workspace_that_does_not_exist(self, calzado: Workspace) -> None:
        with pytest.raises(CommandError, match="no workspace 'nowhere'"):
            connect("nowhere")
        assert not ChannelRoute.objects.exists()

    def test_an_account_that_another_workspace_holds(self, calzado: Workspace, otra: Workspace) -> None:
        connect()
        with pytest.raises(CommandError, match="Another workspace"):
            connect("otra-tienda", token="EAAG-theirs")
        assert ChannelRoute.objects.get().workspace_id == calzado.pk
        assert channel(calzado).secrets == {"token": "EAAG-token"}
        with tenancy.enter(otra):
            assert not Channel.objects.exists()

    def test_a_kind_nobody_speaks(self, calzado: Workspace) -> None:
        with pytest.raises(CommandError, match="fax"):
            connect(kind="fax")

    @pytest.mark.parametrize("missing", ["workspace", "kind", "id", "token"])
    def test_what_is_needed_is_named(self, calzado: Workspace, missing: str) -> None:
        named = {"workspace": "calzado-sur", **ACCOUNT}
        del named[missing]
        with pytest.raises(CommandError, match=f"--{missing}"):
            call_command("connect_channel", *[part for name, value in named.items() for part in (f"--{name}", value)])

    @pytest.mark.parametrize("key", ["", " ", "1 1", "ü", "x" * 121, "waba:29", "\n", f"{NUMBER}\n"])
    def test_an_id_that_no_webhook_could_carry(self, calzado: Workspace, key: str) -> None:
        """Above all the empty one: it would be given whatever is nobody's."""
        with pytest.raises(CommandError, match="id"):
            connect(id=key)
        assert not ChannelRoute.objects.exists()

    @pytest.mark.parametrize("token", ["", " ", "\t"])
    def test_an_empty_token(self, calzado: Workspace, token: str) -> None:
        with pytest.raises(CommandError, match="token"):
            connect(token=token)
        assert not ChannelRoute.objects.exists()


class TestWhatCameBefore:
    def test_it_is_found_and_rung_for(self, calzado: Workspace, rung: list[tuple[Any, ...]]) -> None:
        news = {"field": "account_alerts", "value": {"entity_type": "WABA"}}
        arrive(whole([message(1)]), body_of(change(statuses=[receipt(1)])), body_of(news))
        for key in (NUMBER, f"waba:{BUSINESS}"):
            drain_both(key)
        assert states() == [State.UNROUTED] * 3
        connect()
        assert states() == [State.PENDING] * 3
        assert set(rung) == {
            (tasks.drain, "whatsapp", NUMBER, "chat"),
            (tasks.drain, "whatsapp", NUMBER, "status"),
            (tasks.drain, "whatsapp", f"waba:{BUSINESS}", "status"),
        }
        for key in (NUMBER, f"waba:{BUSINESS}"):
            drain_both(key)
        assert states() == [State.DONE] * 3
        assert texts(calzado) == ["Hola 1"]

    def test_what_is_of_others_or_of_nobody_stays(self, calzado: Workspace, rung: list[tuple[Any, ...]]) -> None:
        arrive(body_of(change("999", messages=[message(1)])), body_of(change("", messages=[message(2)])))
        for key in ("999", ""):
            drain_both(key)
        connect(account="")
        assert states() == [State.UNROUTED] * 2
        assert rung == []

    def test_a_refused_account_gets_nothing(self, calzado: Workspace, otra: Workspace) -> None:
        arrive(body_of(change("999", messages=[message(1)])))
        drain_both("999")
        connect(id="999")
        arrive(body_of(change("999", messages=[message(2)])))
        with pytest.raises(CommandError):
            connect("otra-tienda", id="999")
        drain_both("999")
        assert texts(calzado) == ["Hola 1", "Hola 2"]
        assert texts(otra) == []
