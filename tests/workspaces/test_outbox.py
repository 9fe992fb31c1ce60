"""Events between processes: order per subject, two drainers, a crash before and after COMMIT, dead rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.conftest import count_queries
from workspaces import doorbell, events, locks, sql, tasks, tenancy
from workspaces.events import BATCH, MAX_ATTEMPTS, Happened
from workspaces.models import EventRow, Workspace

pytestmark = pytest.mark.django_db

HERE = "tests.workspaces.test_outbox"
LISTENER, OTHER = f"{HERE}.listener", f"{HERE}.other"
heard: list[tuple[str, int]] = []
sizes: list[int] = []
broken: set[int] = set()


def listener(rows: Sequence[EventRow]) -> None:
    sizes.append(len(rows))
    if broken & {row.payload["n"] for row in rows}:
        raise ValueError("cannot digest this")
    heard.extend((row.subject, row.payload["n"]) for row in rows)


def other(rows: Sequence[EventRow]) -> None:
    heard.extend(("other", row.payload["n"]) for row in rows)


@pytest.fixture(autouse=True)
def _listening(settings: Any) -> None:
    heard.clear()
    sizes.clear()
    broken.clear()
    settings.EVENT_LISTENERS = {"thing.done": [LISTENER], "both.done": [LISTENER, OTHER]}


def publish(*numbers: int, subject: str = "a", kind: str = "thing.done") -> None:
    events.publish_all(Happened(kind, subject, {"n": n}) for n in numbers)


def due() -> None:
    EventRow.objects.update(run_at=timezone.now())


class TestOrder:
    @pytest.mark.parametrize("culprits", [{1}, {3}, {1, 4}, {0, 1, 2, 3, 4}, {4}])
    def test_a_subject_is_never_handed_over_out_of_order(self, inside: Workspace, culprits: set[int]) -> None:
        broken.update(culprits)
        for n in range(5):
            publish(n, subject="a")
            publish(100 + n, subject="b")
        for _ in range(3):
            events.drain(LISTENER)
        first = min(culprits)
        assert [n for subject, n in heard if subject == "a"] == list(range(first))
        assert [n for subject, n in heard if subject == "b"] == [100, 101, 102, 103, 104]

        broken.clear()
        due()
        events.drain(LISTENER)
        assert [n for subject, n in heard if subject == "a"] == list(range(5))
        assert not EventRow.objects.exists()

    def test_what_is_published_behind_a_row_that_waits_waits_too(self, inside: Workspace) -> None:
        broken.add(1)
        publish(1)
        events.drain(LISTENER)
        publish(2)
        publish(3, subject="b")
        assert events.drain(LISTENER) == 1
        assert heard == [("b", 3)]

    def test_a_row_that_died_lets_the_next_go(self, inside: Workspace) -> None:
        broken.add(1)
        publish(1, 2)
        for attempt in range(MAX_ATTEMPTS):
            assert (heard, attempt) == ([], attempt)
            due()
            events.drain(LISTENER)
        assert heard == [("a", 2)]
        dead = EventRow.objects.get()
        assert (dead.state, dead.attempts, dead.payload) == (EventRow.State.DEAD, MAX_ATTEMPTS, {"n": 1})

    def test_each_try_waits_longer(self, inside: Workspace) -> None:
        broken.add(1)
        publish(1)
        waits = []
        for _ in range(MAX_ATTEMPTS):
            due()
            before = timezone.now()
            events.drain(LISTENER)
            waits.append(round((EventRow.objects.get().run_at - before).total_seconds()))
        assert waits == [2, 4, 8, 16, 32, 64]

    def test_an_error_of_any_length_is_kept_as_far_as_it_fits(self, inside: Workspace, settings: Any) -> None:
        settings.EVENT_LISTENERS = {"thing.done": [f"{HERE}.wordy"]}
        publish(1)
        events.drain(f"{HERE}.wordy")
        assert len(EventRow.objects.get().error) == 2_000


def wordy(rows: Sequence[EventRow]) -> None:
    raise ValueError("x" * 10_000)


class TestListeners:
    def test_each_has_its_own_row_and_fails_alone(self, inside: Workspace) -> None:
        broken.add(1)
        publish(1, kind="both.done")
        assert (events.drain(LISTENER), events.drain(OTHER)) == (0, 1)
        assert EventRow.objects.get().listener == LISTENER

    @pytest.mark.parametrize("path", [f"{HERE}.renamed_away", "no.such.module.listener", "nodots"])
    def test_one_that_is_gone_fails_its_own_rows_and_stops_nobody(
        self, inside: Workspace, settings: Any, path: str
    ) -> None:
        settings.EVENT_LISTENERS = {"thing.done": [path, LISTENER]}
        publish(1)
        EventRow.objects.update(run_at=timezone.now() - timedelta(minutes=1))
        assert events.drain_overdue() == 1
        assert heard == [("a", 1)]
        row = EventRow.objects.get()
        assert (row.listener, row.attempts) == (path, 1)
        assert "Error" in row.error

    def test_what_one_wrote_before_it_failed_is_undone(self, inside: Workspace, settings: Any) -> None:
        settings.EVENT_LISTENERS = {"thing.done": [f"{HERE}.half_way"]}
        publish(1)
        events.drain(f"{HERE}.half_way")
        assert list(EventRow.objects.values_list("kind", flat=True)) == ["thing.done"]

    def test_what_one_publishes_itself_is_handed_over_too(self, inside: Workspace, settings: Any) -> None:
        settings.EVENT_LISTENERS = {"thing.done": [f"{HERE}.chained"], "next.done": [LISTENER]}
        publish(1, 2)
        assert events.drain(f"{HERE}.chained") == 2
        assert events.drain(LISTENER) == 2
        assert heard == [("next", 2), ("next", 3)]


def half_way(rows: Sequence[EventRow]) -> None:
    EventRow.objects.create(listener="x", kind="half.done", subject="x", run_at=timezone.now())
    raise ValueError("and then it broke")


def chained(rows: Sequence[EventRow]) -> None:
    events.publish_all(Happened("next.done", "next", {"n": row.payload["n"] + 1}) for row in rows)


class TestSets:
    def test_one_culprit_in_many_is_found_in_few_tries(self, inside: Workspace) -> None:
        broken.add(377)
        events.publish_all(Happened("thing.done", f"s{n}", {"n": n}) for n in range(BATCH))
        assert events.drain(LISTENER) == BATCH - 1
        assert len(sizes) <= 20

    def test_more_than_a_batch_goes_in_batches(self, inside: Workspace) -> None:
        publish(*range(BATCH + 1))
        assert events.drain(LISTENER) == BATCH + 1
        assert sizes == [BATCH, 1]
        assert heard == [("a", n) for n in range(BATCH + 1)]

    def test_writing_them_takes_as_many_queries_for_one_as_for_a_thousand(self, inside: Workspace) -> None:
        assert count_queries(lambda: publish(1)) == count_queries(lambda: publish(*range(1_000))) == 1
        assert count_queries(publish) == 0

    @pytest.mark.parametrize("number", [2**63, -(2**70), 0])
    def test_a_payload_of_any_number_comes_back(self, inside: Workspace, number: int) -> None:
        publish(number)
        events.drain(LISTENER)
        assert heard == [("a", number)]

    def test_the_doorbell_rings_once_a_listener_after_the_commit(
        self, inside: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rung: list[Any] = []
        monkeypatch.setattr(doorbell, "ring_on_commit", lambda task, *args: rung.append(args))
        events.publish_all(Happened("both.done", "a", {"n": n}) for n in range(5))
        assert sorted(rung) == [(inside.pk, LISTENER), (inside.pk, OTHER)]


@pytest.mark.django_db(transaction=True)
class TestTwoProcesses:
    @pytest.fixture
    def elsewhere(self, calzado: Workspace) -> Iterator[Any]:
        """Another drainer's connection."""
        values = connection.get_connection_params()
        with psycopg.connect(**{key: values[key] for key in ("dbname", "user", "host") if key in values}) as held:
            held.execute("SELECT set_config('app.workspace', %s, false)", [str(calzado.pk)])
            held.commit()
            yield held

    def test_while_one_drains_the_other_does_nothing(self, calzado: Workspace, elsewhere: Any) -> None:
        with tenancy.enter(calzado):
            publish(1)
            name = [locks._family("events"), f"{calzado.pk}:{LISTENER}"]
            assert elsewhere.execute(sql.TRY_LOCK, name).fetchone() == (True,)
            assert events.drain(LISTENER) == 0
            elsewhere.rollback()
            assert events.drain(LISTENER) == 1

    def test_one_drains_another_listener_meanwhile(self, calzado: Workspace, elsewhere: Any) -> None:
        with tenancy.enter(calzado):
            publish(1, kind="both.done")
            elsewhere.execute(sql.TRY_LOCK, [locks._family("events"), f"{calzado.pk}:{LISTENER}"])
            assert (events.drain(LISTENER), events.drain(OTHER)) == (0, 1)

    def test_rows_are_seen_by_others_only_after_the_commit(self, calzado: Workspace, elsewhere: Any) -> None:
        def count() -> int:
            return int(elsewhere.execute("SELECT count(*) FROM workspaces_eventrow").fetchone()[0])

        elsewhere.autocommit = True
        with tenancy.enter(calzado):
            with transaction.atomic():
                publish(1)
                assert count() == 0
            assert count() == 1

    def test_a_drainer_that_dies_before_its_commit_leaves_everything(self, calzado: Workspace) -> None:
        with tenancy.enter(calzado):
            publish(1, 2)
            with pytest.raises(KeyboardInterrupt), transaction.atomic():
                events.drain(LISTENER)
                raise KeyboardInterrupt
            assert EventRow.objects.count() == 2
            heard.clear()
            assert events.drain(LISTENER) == 2
        assert heard == [("a", 1), ("a", 2)]


def test_the_task_enters_the_workspace_it_was_rung_for(calzado: Workspace, otra: Workspace) -> None:
    for workspace, n in zip((calzado, otra), itertools.count(1), strict=False):
        with tenancy.enter(workspace):
            publish(n)
    assert tasks.drain_events(otra.pk, LISTENER) == 1
    assert heard == [("a", 2)]
    with tenancy.enter(calzado):
        assert EventRow.objects.count() == 1
