"""A key can be taken away once everything is encrypted with the one in front of it."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command

from inbox.models import Channel
from workspaces import tenancy
from workspaces.management.commands.rotate_keys import encrypted
from workspaces.models import Workspace

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def under_the_old_key(ventas: Channel, loja: Channel, settings: Any) -> list[Channel]:
    settings.FIELD_KEYS = [OLD]
    for channel in (ventas, loja):
        channel.secrets = {"token": f"t-{channel.pk}"}
        with tenancy.enter(channel.workspace):
            channel.save()
    return [ventas, loja]


def token_of(channel: Channel) -> str:
    with tenancy.enter(channel.workspace):
        return str(Channel.objects.get(pk=channel.pk).secrets["token"])


def test_every_workspaces_secrets_open_with_the_new_key_alone(under_the_old_key: list[Channel], settings: Any) -> None:
    settings.FIELD_KEYS = [NEW, OLD]
    call_command("rotate_keys", verbosity=0)
    settings.FIELD_KEYS = [NEW]
    assert [token_of(channel) for channel in under_the_old_key] == [f"t-{channel.pk}" for channel in under_the_old_key]


def test_before_it_ran_they_do_not(under_the_old_key: list[Channel], settings: Any) -> None:
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(InvalidToken):
        token_of(under_the_old_key[0])


def test_with_a_key_missing_nothing_is_lost(under_the_old_key: list[Channel], settings: Any) -> None:
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(InvalidToken):
        call_command("rotate_keys", verbosity=0)
    settings.FIELD_KEYS = [OLD]
    assert all(token_of(channel) for channel in under_the_old_key)


def test_empty_secrets_stay_empty(ventas: Channel, calzado: Workspace) -> None:
    with tenancy.enter(calzado):
        Channel.objects.update(secrets={})
    call_command("rotate_keys", verbosity=0)
    with tenancy.enter(calzado):
        assert Channel.objects.get().secrets == {}


def test_it_finds_the_models_by_their_fields() -> None:
    assert encrypted()[Channel] == ["secrets"]
