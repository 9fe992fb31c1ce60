"""`Idempotency-Key`: done once, answered alike; two at once, another body, another day."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from crm.actions import contacts as contact_actions
from crm.models import Contact
from inbox.models import Conversation, Message
from tests.api.conftest import Program, code_of, program_of
from workspaces import locks, tenancy
from workspaces.models import ApiKey, ApiReply, Membership, Workspace
from workspaces.tasks import forget_old_replies

pytestmark = pytest.mark.django_db


def contacts_of(workspace: Workspace) -> int:
    with tenancy.enter(workspace):
        return Contact.objects.count()


def test_the_same_post_again_is_done_once_and_answered_alike(api: Program, calzado: Workspace) -> None:
    first = api.post("contacts", {"name": "Lia"}, Idempotency_Key="a")
    again = api.post("contacts", {"name": "Lia"}, Idempotency_Key="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert contacts_of(calzado) == 1


def test_without_the_header_each_post_counts(api: Program, calzado: Workspace) -> None:
    api.post("contacts", {"name": "Lia"})
    api.post("contacts", {"name": "Lia"})
    assert contacts_of(calzado) == 2


def test_another_body_under_the_same_name_is_refused(api: Program, calzado: Workspace) -> None:
    api.post("contacts", {"name": "Lia"}, Idempotency_Key="a")
    response = api.post("contacts", {"name": "Rui"}, Idempotency_Key="a")
    assert (response.status_code, code_of(response)) == (422, "idempotency_key_reused")
    assert contacts_of(calzado) == 1


def test_a_name_holds_for_one_key_and_one_route(api: Program, bruno: Membership, lia: Conversation) -> None:
    for verb in ("closure", "reading"):
        assert "Idempotency-Replayed" not in api.post(f"conversations/{lia.pk}/{verb}", Idempotency_Key="a").headers
    other = program_of(bruno).post(f"conversations/{lia.pk}/closure", Idempotency_Key="a")
    assert "Idempotency-Replayed" not in other.headers


def test_an_answer_without_a_body_comes_again(api: Program, lia: Conversation) -> None:
    api.post(f"conversations/{lia.pk}/reading", Idempotency_Key="a")
    again = api.post(f"conversations/{lia.pk}/reading", Idempotency_Key="a")
    assert (again.status_code, again.content, again.headers["Idempotency-Replayed"]) == (204, b"", "true")


def test_a_refusal_is_an_answer_too(api: Program, lia: Conversation) -> None:
    path = f"conversations/{lia.pk}/messages"
    first = api.post(path, {"text": "  "}, Idempotency_Key="a")
    assert code_of(first) == "text_empty"
    again = api.post(path, {"text": "  "}, Idempotency_Key="a")
    assert (again.status_code, again.content) == (422, first.content)
    assert code_of(again) == "text_empty"


def test_what_cannot_be_read_is_not_kept(api: Program, calzado: Workspace) -> None:
    assert api.post("contacts", {"name": 7}, Idempotency_Key="a").status_code == 400
    assert api.post("contacts", {"name": "Lia"}, Idempotency_Key="a").status_code == 201


def test_a_fault_leaves_nothing_behind(api: Program, calzado: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = contact_actions.create

    def breaks_after_writing(*args: Any, **kwargs: Any) -> Contact:
        whole(*args, **kwargs)
        raise ZeroDivisionError

    monkeypatch.setattr(contact_actions, "create", breaks_after_writing)
    api.client.raise_request_exception = False
    assert api.post("contacts", {"name": "Lia"}, Idempotency_Key="a").status_code == 500
    assert contacts_of(calzado) == 0
    monkeypatch.setattr(contact_actions, "create", whole)
    assert api.post("contacts", {"name": "Lia"}, Idempotency_Key="a").status_code == 201
    assert contacts_of(calzado) == 1


def test_a_message_without_a_client_id_is_sent_once(api: Program, lia: Conversation) -> None:
    path = f"conversations/{lia.pk}/messages"
    for _ in range(3):
        assert api.post(path, {"text": "Temos sim!"}, Idempotency_Key="a").status_code == 201
    with tenancy.enter(lia.workspace):
        assert Message.objects.filter(direction="out").count() == 1


@pytest.mark.parametrize("name", ["", " ", "a b", "é", "x" * 256, "tab\there"])
def test_a_name_that_is_none_is_refused(api: Program, name: str) -> None:
    response = api.post("contacts", {"name": "Lia"}, Idempotency_Key=name)
    assert (response.status_code, code_of(response)) == (400, "idempotency_key_invalid")


def test_after_a_day_the_name_is_free_again(api: Program, calzado: Workspace) -> None:
    api.post("contacts", {"name": "Lia"}, Idempotency_Key="a")
    with tenancy.enter(calzado):
        ApiReply.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    response = api.post("contacts", {"name": "Rui"}, Idempotency_Key="a")
    assert response.status_code == 201
    assert contacts_of(calzado) == 2


def test_the_clock_forgets_what_is_a_day_old_and_nothing_else(
    api: Program, theirs: Program, calzado: Workspace, otra: Workspace
) -> None:
    api.post("contacts", {"name": "Lia"}, Idempotency_Key="old")
    theirs.post("contacts", {"name": "Rui"}, Idempotency_Key="old")
    for workspace in (calzado, otra):
        with tenancy.enter(workspace):
            ApiReply.objects.update(created_at=timezone.now() - timedelta(hours=25))
    api.post("contacts", {"name": "Lia"}, Idempotency_Key="new")
    assert forget_old_replies() == 2
    with tenancy.enter(calzado):
        assert [reply.name for reply in ApiReply.objects.all()] == ["new"]
        assert ApiKey.objects.exists()


def test_a_reply_keeps_no_token_and_no_header(api: Program, calzado: Workspace) -> None:
    api.post("contacts", {"name": "Lia"}, Idempotency_Key="a")
    with tenancy.enter(calzado):
        reply = ApiReply.objects.get()
    assert "plaza_" not in str(vars(reply))


@contextmanager
def somebody_at_work(workspace: Workspace, key: int, route: str, name: str) -> Iterator[None]:
    """Another request in another process, as far as the database can tell."""
    working, done = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with tenancy.enter(workspace), transaction.atomic():
                assert locks.try_lock("api-reply", f"{key} {route} {name}")
                working.set()
                done.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    assert working.wait(20)
    yield
    done.set()
    thread.join(20)


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_at_work_the_second_is_told_to_wait(api: Program, calzado: Workspace) -> None:
    with tenancy.enter(calzado):
        key = ApiKey.objects.get().pk
    name = str(uuid.uuid4())
    with somebody_at_work(calzado, key, "POST /api/v1/contacts", name):
        response = api.post("contacts", {"name": "Lia"}, Idempotency_Key=name)
        assert (response.status_code, code_of(response)) == (409, "idempotency_in_flight")
        assert contacts_of(calzado) == 0
    assert api.post("contacts", {"name": "Lia"}, Idempotency_Key=name).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one(api: Program, calzado: Workspace) -> None:
    statuses: list[int] = []
    start = threading.Barrier(6)

    def post() -> None:
        try:
            start.wait(20)
            statuses.append(api.post("contacts", {"name": "Lia"}, Idempotency_Key="once").status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(statuses) == 6
    assert 201 in statuses
    assert set(statuses) <= {201, 409}
    assert contacts_of(calzado) == 1
    assert connection.is_usable()
