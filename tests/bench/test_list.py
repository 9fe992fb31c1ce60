"""How `list` counts a page's statements and times them."""

from __future__ import annotations

import time

import pytest
from django.db import connection

from bench.list import SCOPE, _statements
from inbox.models import Conversation
from workspaces import tenancy
from workspaces.models import Workspace

pytestmark = pytest.mark.django_db


def test_every_statement_is_counted_and_timed_with_its_rows(calzado: Workspace) -> None:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")
            cursor.execute("SELECT generate_series(1, 3)")
            assert len(cursor.fetchall()) == 3

    began = time.perf_counter()
    (first, slept), (second, quick) = _statements(ask)
    assert "pg_sleep" in first
    assert "generate_series" in second
    assert 0.05 <= slept <= time.perf_counter() - began
    assert 0 < quick < slept


def test_telling_the_workspace_is_a_statement_that_can_be_told_apart(calzado: Workspace) -> None:
    def ask() -> None:
        with tenancy.enter(calzado):
            list(Conversation.objects.all())

    texts = [text for text, _ in _statements(ask)]
    assert [SCOPE in text for text in texts] == [True, False]


def test_the_connection_is_left_as_it_was() -> None:
    connection.ensure_connection()
    before = connection.connection.cursor_factory
    with pytest.raises(ZeroDivisionError):
        _statements(lambda: 1 / 0)
    assert connection.connection.cursor_factory is before
