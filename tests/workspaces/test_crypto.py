from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core import serializers
from django.db import connection

from inbox.models import Channel
from workspaces.crypto import Secrets, box, rotated
from workspaces.models import Workspace

pytestmark = pytest.mark.django_db


def stored(channel: Channel) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM inbox_channel WHERE id = %s", [channel.pk])
        row = cursor.fetchone()
    return bytes(row[0]) if row else b""


def test_a_token_is_not_readable_in_the_database_and_comes_back_whole(ventas: Channel, inside: Workspace) -> None:
    assert b"token-of" not in stored(ventas)
    assert Channel.objects.get().secrets == {"token": "token-of-110000000000009"}


def test_a_new_first_key_encrypts_and_the_old_one_still_reads(
    ventas: Channel, inside: Workspace, settings: Any
) -> None:
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *old]
    assert Channel.objects.get().secrets["token"] == "token-of-110000000000009"

    again = rotated(stored(ventas))
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert b"token-of-110000000000009" in box().decrypt(again)


def test_without_its_key_a_secret_stays_closed(ventas: Channel, inside: Workspace, settings: Any) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(InvalidToken):
        Channel.objects.get()


def test_secrets_do_not_show_when_printed_or_serialised(ventas: Channel, inside: Workspace) -> None:
    assert "token-of" not in f"{Secrets({'token': 'token-of-x'})} {Secrets({'token': 'token-of-x'})!r}"
    with pytest.raises(TypeError):
        serializers.serialize("json", [ventas])


def test_no_secrets_are_no_bytes(ventas: Channel, inside: Workspace) -> None:
    ventas.secrets = {}
    ventas.save()
    assert stored(ventas) == b""
    assert Channel.objects.get().secrets == {}
