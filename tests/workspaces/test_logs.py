"""Every line says whose it is; none says what must not be written down."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from logging.config import dictConfig
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError

from workspaces import doorbell, logs, tenancy
from workspaces.models import Workspace

logger = logging.getLogger("tests.logs")


class Log:
    def __init__(self, formatter: logging.Formatter) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(formatter)
        self.handler.addFilter(logs.Discreet())

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    @property
    def last(self) -> dict[str, Any]:
        found = json.loads(self.lines[-1])
        assert isinstance(found, dict)
        return found


@pytest.fixture
def as_json() -> Iterator[Log]:
    yield from _listening(Log(logs.AsJson()))


@pytest.fixture
def as_text() -> Iterator[Log]:
    yield from _listening(Log(logs.AsText()))


def _listening(log: Log) -> Iterator[Log]:
    logger.addHandler(log.handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield log
    logger.propagate = True
    logger.removeHandler(log.handler)


class TestMasking:
    @pytest.mark.parametrize(
        ("secret", "shown"),
        [
            ("Authorization: Bearer EAAGm0PX4ZCpsBA", "Authorization: *** ***"),
            ("sent with bearer EAAGm0PX4ZCpsBA.x", "sent with bearer ***"),
            ('{"access_token": "EAAG", "a": 1}', '{"access_token": ***, "a": 1}'),
            ("/path?verify_token=abc&x=1", "/path?verify_token=***&x=1"),
            ("password=hunter2)", "password=***)"),
            ("X-Hub-Signature-256: sha256=" + "ab" * 32, "X-Hub-Signature-256: sha256=***"),
            ("redis://:s3cret@host:6379/0", "redis://:***@host:6379/0"),
            ("postgresql://app:s3cret@db/plaza", "postgresql://app:***@db/plaza"),
        ],
    )
    def test_hides_secrets_and_keeps_the_rest(self, secret: str, shown: str) -> None:
        assert logs.masked(secret) == shown

    @pytest.mark.parametrize(
        ("number", "shown"),
        [
            ("from 5511987654321.", "from 5511•••21."),
            ("+54 9 11 5555-0147", "+54 9•••47"),
            ("+5511987654321", "+5511•••21"),
            ("whatever:16175550147:chat", "whatever:1617•••47:chat"),
        ],
    )
    def test_hides_the_middle_of_phone_numbers(self, number: str, shown: str) -> None:
        assert logs.masked(number) == shown

    @pytest.mark.parametrize(
        "plain",
        [
            "part 1234567 of 42",
            "account 110000000000009",  # 15 digits: no phone
            "took 12345.678901234 s",
            "0b7c2c0e-12345678-4a4e",
            "2026-11-24 08:17:38",
            "task inbox.tasks.deliver[3f] received",
        ],
    )
    def test_leaves_alone_what_is_no_phone_and_no_secret(self, plain: str) -> None:
        assert logs.masked(plain) == plain

    def test_leaves_out_the_row_that_the_database_quotes(self) -> None:
        words = "null value in column\nDETAIL:  Failing row contains (1, hola que tal,\n otra linea, 5511987654321)."
        assert logs.masked(words) == "null value in column\nDETAIL: (left out)"

    def test_goes_on_behind_a_quoted_row(self) -> None:
        words = "E\nDETAIL:  Key (text)=(hola)\n\nThe above exception was the direct cause of\n\nTraceback"
        assert logs.masked(words) == "E\nDETAIL: (left out)\n\nThe above exception was the direct cause of\n\nTraceback"


class TestALine:
    def test_is_an_object_with_its_request(self, as_json: Log) -> None:
        with logs.named("req-1"):
            logger.warning("lane %s stays", "chat")
        assert as_json.last | {"at": "", "process": 0} == {
            "at": "", "level": "warning", "logger": "tests.logs", "message": "lane chat stays",
            "workspace": None, "request": "req-1", "process": 0,
        }  # fmt: skip

    def test_knows_the_workspace_that_is_entered(self, as_json: Log, calzado: Workspace) -> None:
        with tenancy.enter(calzado):
            logger.info("in")
        assert as_json.last["workspace"] == calzado.pk
        with tenancy.across():
            logger.info("over all")
        assert as_json.last["workspace"] is None

    def test_knows_the_workspace_that_a_task_was_rung_for(self, as_json: Log) -> None:
        with logs.named("r", 7):
            logger.info("failed")
        assert (as_json.last["workspace"], as_json.last["request"]) == (7, "r")

    def test_masks_its_arguments_and_its_traceback(self, as_json: Log) -> None:
        try:
            raise DatabaseError("no\nDETAIL:  Failing row contains (secreto del cliente)")
        except DatabaseError:
            logger.exception("of %s", "5511987654321")
        text = as_json.stream.getvalue()
        assert "5511•••21" in as_json.last["message"]
        assert "DatabaseError" in as_json.last["error"]
        assert "secreto" not in text
        assert "87654" not in text

    def test_is_one_line_whatever_is_logged(self, as_json: Log) -> None:
        logger.info("a\nb\x00%s", "\ud800")
        assert len(as_json.lines) == 1
        assert as_json.last["message"].startswith("a\nb")

    def test_with_arguments_that_do_not_fit_is_still_written(self, as_json: Log) -> None:
        logger.info("%d things", "many")
        assert as_json.last["message"] == "%d things"

    def test_reads_well_in_development(self, as_text: Log) -> None:
        with logs.named("r1", 5):
            logger.info("hello")
        logger.info("nobody's")
        assert as_text.lines == ["INFO tests.logs [w5 r1] hello", "INFO tests.logs nobody's"]

    def test_shows_its_traceback_in_development(self, as_text: Log) -> None:
        try:
            raise ValueError("token=abc")
        except ValueError:
            logger.exception("broken")
        assert as_text.lines[-1] == "ValueError: token=***"

    def test_passes_two_handlers_unharmed(self, as_json: Log) -> None:
        record = logger.makeRecord("tests.logs", logging.INFO, "", 0, "to %s", ("+5511987654321",), None)
        for _ in range(2):
            assert logs.Discreet().filter(record)
        assert record.getMessage() == "to +5511•••21"


class TestTheId:
    @pytest.mark.parametrize("given", [b"abc-1.2_3", b"x" * 64])
    def test_of_the_caller_is_kept(self, given: bytes) -> None:
        assert logs.id_from([(b"host", b"x"), (b"x-request-id", given)]) == given.decode()

    @pytest.mark.parametrize("given", [b"", b"x" * 65, b"a b", b"a\nb", "ñ".encode()])
    def test_that_could_not_stand_in_a_log_is_replaced(self, given: bytes) -> None:
        made = logs.id_from([(b"x-request-id", given)])
        assert made != given.decode(errors="replace")
        assert len(made) == 16

    def test_is_new_each_time(self) -> None:
        assert logs.id_from([]) != logs.id_from([])

    def test_ends_with_its_block(self) -> None:
        with logs.named("outer"):
            with logs.named():
                assert logs.request.get() != "outer"
            assert logs.request.get() == "outer"
        assert logs.request.get() == ""


class Rung:
    name = "tests.task"

    def __init__(self) -> None:
        self.headers: dict[str, Any] = {}

    def apply_async(self, **options: Any) -> None:
        self.headers = options["headers"]


class TestATask:
    def test_is_rung_with_the_request_and_workspace_that_ask(self, calzado: Workspace) -> None:
        task = Rung()
        with logs.named("req-9"), tenancy.enter(calzado):
            doorbell.ring(task, 1)
        assert task.headers == {"request_id": "req-9", "workspace_id": calzado.pk}

    def test_rung_after_commit_still_knows(self, calzado: Workspace, django_capture_on_commit_callbacks: Any) -> None:
        task = Rung()
        with django_capture_on_commit_callbacks(execute=True), logs.named("req-8"), tenancy.enter(calzado):
            doorbell.ring_on_commit(task, 1)
        assert task.headers == {"request_id": "req-8", "workspace_id": calzado.pk}

    def test_takes_them_on_when_it_starts(self) -> None:
        class Told(doorbell.NamedTask):
            request = {"request_id": "req-7", "workspace_id": 3}  # type: ignore[assignment]

        with logs.named("before"):
            Told().before_start("0123456789abcdef-x", (), {})
            assert (logs.request.get(), logs.workspace()) == ("req-7", 3)

    def test_without_them_is_named_by_its_own_id(self) -> None:
        class Told(doorbell.NamedTask):
            request: dict[str, Any] = {}  # type: ignore[assignment]

        with logs.named("before"):
            Told().before_start("0123456789abcdef-x", (), {})
            assert (logs.request.get(), logs.workspace()) == ("0123456789abcdef", None)


def test_no_logger_of_ours_or_the_servers_has_a_handler_that_does_not_mask() -> None:
    named = {name: logging.getLogger(name) for name in ("uvicorn", "django", "celery")}
    for one in named.values():
        one.addHandler(logging.NullHandler())
    dictConfig({**settings.LOGGING, "root": {"level": "INFO", "handlers": ["console"]}})
    for name in ("uvicorn", "uvicorn.error", "django", "django.server"):
        assert logging.getLogger(name).handlers == []
        assert logging.getLogger(name).propagate
    assert not logging.getLogger("uvicorn.access").hasHandlers(), "the door would log every webhook"
    handlers: Any = settings.LOGGING["handlers"]
    assert handlers["console"]["filters"] == ["discreet"]


def test_what_a_person_waits_for_goes_to_the_fast_worker() -> None:
    from config.celery import app

    fast = ("channels_meta.tasks.drain", "inbox.tasks.deliver", "workspaces.tasks.drain_events")
    assert {app.amqp.router.route({}, name)["queue"].name for name in fast} == {"fast"}
    assert app.amqp.router.route({}, "inbox.tasks.tell_read")["queue"].name == "slow"
    assert all(name in settings.CELERY_TASK_ROUTES for name in fast)
