"""Rows made in sets: the same as one by one, whatever columns are left to their defaults."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from inbox.models import Message
from workspaces import tenancy
from workspaces.models import Workspace
from workspaces.rows import as_json, made


@pytest.mark.usefixtures("inside")
def test_a_row_made_by_its_columns_is_the_row_made_by_keywords(calzado: Workspace) -> None:
    given = {"id": 5, "conversation_id": 3, "channel_id": 4, "kind": "text", "at": timezone.now(), "seq": 1, "rev": 1}
    one, other = made(Message, given), Message(**given)
    fields = [field.attname for field in Message._meta.concrete_fields if field.attname != "client_id"]
    assert [getattr(one, name) for name in fields] == [getattr(other, name) for name in fields]
    assert one.workspace_id == calzado.pk
    assert one.client_id != other.client_id
    assert one._state.adding


@pytest.mark.usefixtures("inside")
def test_defaults_are_not_shared() -> None:
    given = {"conversation_id": 3, "channel_id": 4}
    one, other = made(Message, given), made(Message, given)
    one.reactions.append({"emoji": "👍"})
    assert other.reactions == []


def test_outside_a_workspace_nothing_is_made() -> None:
    with pytest.raises(tenancy.NoWorkspace):
        made(Message, {"id": 5})


def test_numbers_of_any_length_are_written() -> None:
    assert json.loads(as_json([{"a": 1, "b": 2**70}])) == [{"a": 1, "b": 2**70}]
