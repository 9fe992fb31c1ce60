"""The drills' judge is shown lies, each alone: a lost, a doubled, a reordered message … and must say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bench.drill import judge
from bench.drill.records import Attempt, Evidence, Row, Said, Thread, said_from
from bench.drill.verdict import Verdict

ONE, TWO = "110000000000009", "110000000000777"
Check = Callable[[Verdict, Evidence], None]


def said(nth: int, *, phone: str = "5491155500000", channel: str = ONE, at: int = 0) -> Said:
    return Said(f"wamid.{nth}", channel, phone, "in", "text", f"hola {nth}", at or 1000 + nth, nth)


def row(nth: int, *, conversation: int = 1, channel: str = ONE, at: int = 0) -> Row:
    owner = "calzado-sur" if channel == ONE else "otra-tienda"
    place = at or 1000 + nth
    return Row(
        nth, owner, owner, channel, conversation, f"wamid.{nth}", "in", "text", f"hola {nth}", place, nth, nth
    )  # fmt: skip


def answer(nth: int, *, statuses: tuple[str, ...] = ("sent", "delivered")) -> Said:
    name = f"out.{nth}"
    return Said(name, ONE, "5491155500000", "out", "text", f"sí {nth}", 2000, nth, attempt=f"a{nth}", statuses=statuses)


def reply(nth: int, *, state: int = judge.DELIVERED) -> Row:
    place = 2000 + nth
    return Row(
        nth, "calzado-sur", "calzado-sur", ONE, 1, f"out.{nth}", "out", "text", f"sí {nth}", place, nth, nth, state
    )  # fmt: skip


def attempt(nth: int, *, state: int = judge.DELIVERED) -> Attempt:
    return Attempt(nth, nth, ONE, f"a{nth}", f"out.{nth}", state)


def honest() -> Evidence:
    """Three messages of one customer, one of the other company's, two replies; both sides agree."""
    return Evidence(
        said=[said(1), said(2), said(3), said(9, channel=TWO), answer(4), answer(5)],
        rows=[row(1), row(2), row(3), row(9, conversation=2, channel=TWO), reply(4), reply(5)],
        attempts=[attempt(4), attempt(5)],
        threads=[
            Thread(1, "calzado-sur", 5, 3, 2005, "sí 5", judge.DELIVERED),
            Thread(2, "otra-tienda", 9, 1, 1009, "hola 9", None),
        ],
        owners={ONE: "calzado-sur", TWO: "otra-tienda"},
    )


CHECKS: tuple[Check, ...] = (
    judge.inbound,
    judge.order,
    judge.threads,
    judge.tenancy,
    judge.outbound,
    judge.receipts,
    judge.counters,
)


def judged(evidence: Evidence) -> Verdict:
    verdict = Verdict()
    for check in CHECKS:
        check(verdict, evidence)
    return verdict


def accused(evidence: Evidence) -> set[str]:
    """Which counts are not zero that must be."""
    verdict = judged(evidence)
    assert not verdict.holds, "the judge believed it"
    return {fault.partition(":")[0] for fault in verdict.faults}


def swap(rows: list[Row], pk: int, **changes: Any) -> list[Row]:
    return [replace(one, **changes) if one.pk == pk else one for one in rows]


class TestHonestSides:
    def test_nothing_is_wrong_and_the_counts_are_real(self) -> None:
        verdict = judged(honest())
        assert verdict.faults == []
        counts = verdict.counts
        assert (counts["said"], counts["stored"], counts["replies"], counts["replies_seen"]) == (4, 4, 2, 2)
        assert (counts["conversations"], counts["people"], counts["receipts"]) == (2, 2, 4)

    def test_what_changes_a_message_is_no_message(self) -> None:
        evidence = honest()
        evidence.said.append(replace(said(7), kind="reaction"))
        assert judged(evidence).holds


class TestInbound:
    def test_a_lost_message(self) -> None:
        evidence = honest()
        evidence.rows = [one for one in evidence.rows if one.pk != 2]
        assert "lost" in accused(evidence)

    def test_a_doubled_message(self) -> None:
        evidence = honest()
        evidence.rows.append(replace(row(2), pk=20, seq=20, rev=4))
        assert "doubled" in accused(evidence)

    def test_a_message_that_nobody_said(self) -> None:
        evidence = honest()
        evidence.rows.append(row(6))
        assert "invented" in accused(evidence)

    def test_a_message_under_the_other_companys_number_is_lost_here_and_invented_there(self) -> None:
        evidence = honest()
        evidence.rows = swap(evidence.rows, 2, channel=TWO)
        assert {"lost", "invented", "strayed"} <= accused(evidence)

    @pytest.mark.parametrize("change", [{"text": "hola"}, {"deleted": True}, {"at": 1003}])
    def test_an_altered_message(self, change: dict[str, Any]) -> None:
        evidence = honest()
        evidence.rows = swap(evidence.rows, 2, **change)
        assert "altered" in accused(evidence)

    def test_two_messages_in_each_others_place(self) -> None:
        evidence = honest()
        evidence.rows = swap(swap(evidence.rows, 1, at=1002), 2, at=1001)
        assert "reordered" in accused(evidence)

    def test_within_a_second_only_the_strict_judge_minds(self) -> None:
        evidence = honest()
        evidence.said = [said(1, at=1000), said(2, at=1000)]
        evidence.rows = [replace(row(1, at=1000), seq=2), replace(row(2, at=1000), seq=1)]
        lenient, strict = Verdict(), Verdict()
        judge.order(lenient, evidence)
        judge.order(strict, evidence, strict=True)
        assert (lenient.holds, strict.holds) == (True, False)

    def test_a_customer_with_two_conversations(self) -> None:
        evidence = honest()
        evidence.rows = swap(evidence.rows, 2, conversation=3)
        assert "split" in accused(evidence)

    def test_two_customers_in_one_conversation(self) -> None:
        evidence = honest()
        evidence.said = [replace(one, phone="5491155500001") if one.id == "wamid.2" else one for one in evidence.said]
        assert "mixed" in accused(evidence)


class TestTenancy:
    @pytest.mark.parametrize("change", [{"workspace": "otra-tienda"}, {"owner": "otra-tienda"}, {"owner": ""}])
    def test_a_row_in_a_strangers_workspace(self, change: dict[str, Any]) -> None:
        evidence = honest()
        evidence.rows = swap(evidence.rows, 3, **change)
        assert "strayed" in accused(evidence)


class TestOutbound:
    def test_a_reply_that_the_phone_never_saw(self) -> None:
        evidence = honest()
        evidence.said = [one for one in evidence.said if one.id != "out.4"]
        assert {"replies_lost", "unsettled"} <= accused(evidence)

    @pytest.mark.parametrize("state", [judge.UNKNOWN, judge.FAILED])
    def test_one_that_says_so_itself_is_not_lost(self, state: int) -> None:
        evidence = honest()
        evidence.said = [one for one in evidence.said if one.id != "out.4"]
        evidence.rows = swap(evidence.rows, 4, state=state, external_id="")
        evidence.attempts = [replace(attempt(4), state=state, external_id=""), attempt(5)]
        verdict = judged(evidence)
        assert verdict.holds
        assert verdict.counts["unknown"] == (state == judge.UNKNOWN)

    def test_a_reply_seen_twice_by_one_attempt(self) -> None:
        evidence = honest()
        evidence.said.append(replace(answer(4), id="out.4b"))
        assert "replies_doubled" in accused(evidence)

    def test_a_reply_seen_twice_by_two_attempts(self) -> None:
        evidence = honest()
        evidence.said.append(replace(answer(6), id="out.6", text="sí 4"))
        evidence.attempts.append(replace(attempt(6), message=4))
        assert "replies_doubled" in accused(evidence)

    def test_a_second_attempt_after_one_that_failed_unseen_is_right(self) -> None:
        evidence = honest()
        failed = replace(answer(6, statuses=("failed",)), id="out.6", seen=False)
        evidence.said.insert(4, failed)
        evidence.attempts.insert(
            0, replace(attempt(3, state=judge.FAILED), message=4, attempt="a6", external_id="out.6")
        )
        assert judged(evidence).faults == []

    def test_a_message_of_ours_that_we_never_sent(self) -> None:
        evidence = honest()
        evidence.said.append(answer(8))
        assert "replies_invented" in accused(evidence)

    def test_another_text_on_the_phone(self) -> None:
        evidence = honest()
        evidence.rows = swap(evidence.rows, 5, text="no")
        assert "replies_altered" in accused(evidence)

    @pytest.mark.parametrize("change", [{"state": judge.UNKNOWN}, {"state": judge.SENDING}, {"external_id": "out.9"}])
    def test_what_the_platform_took_and_we_do_not_know(self, change: dict[str, Any]) -> None:
        evidence = honest()
        evidence.attempts = [attempt(4), replace(attempt(5), **change)]
        assert "unsettled" in accused(evidence)

    def test_replies_that_overtook_each_other(self) -> None:
        evidence = honest()
        evidence.said = [replace(one, place=9 - one.place) if one.direction == "out" else one for one in evidence.said]
        assert "replies_reordered" in accused(evidence)

    def sent_again(self, seq: int) -> Evidence:
        """The first reply was unknown; after the second one was seen somebody sent it again, as attempt `seq`."""
        evidence = honest()
        unknown = replace(attempt(4, state=judge.UNKNOWN), external_id="")
        again = replace(attempt(seq), message=4, attempt="again", external_id="out.again")
        evidence.attempts = [unknown, attempt(5), again]
        evidence.said = [one for one in evidence.said if one.id != "out.4"]
        evidence.said.append(replace(answer(9), id="out.again", text="sí 4", attempt="again"))
        return evidence

    def test_what_was_sent_again_may_come_after_what_was_written_later(self) -> None:
        assert judged(self.sent_again(6)).faults == []

    def test_an_attempt_that_overtook_an_earlier_one(self) -> None:
        assert accused(self.sent_again(3)) >= {"replies_reordered"}

    def test_one_of_two_untouched_replies_may_not_be_overtaken_because_its_attempts_are_in_step(self) -> None:
        evidence = honest()
        evidence.rows = swap(swap(evidence.rows, 4, seq=5), 5, seq=4)
        assert "replies_reordered" in accused(evidence)


class TestReceipts:
    @pytest.mark.parametrize("state", [judge.SENT, judge.READ])
    def test_ticks_that_the_receipts_do_not_say(self, state: int) -> None:
        evidence = honest()
        evidence.attempts = [attempt(4), attempt(5, state=state)]
        assert "wrong_ticks" in accused(evidence)

    def test_a_message_that_does_not_show_its_deliverys_state(self) -> None:
        evidence = honest()
        evidence.rows = swap(evidence.rows, 5, state=judge.SENT)
        assert "wrong_ticks" in accused(evidence)

    def test_the_order_in_which_receipts_came_does_not_matter(self) -> None:
        evidence = honest()
        evidence.said = [*evidence.said[:4], answer(4, statuses=("delivered", "sent")), answer(5)]
        assert judged(evidence).holds


class TestCounters:
    @pytest.mark.parametrize(
        "change", [{"inbound_count": 4}, {"clock": 4}, {"last_message_at": 2004}, {"preview_text": "hola 3"}]
    )
    def test_what_is_kept_beside_the_messages(self, change: dict[str, Any]) -> None:
        evidence = honest()
        evidence.threads[0] = replace(evidence.threads[0], **change)
        assert "miscounted" in accused(evidence)

    @pytest.mark.parametrize(
        ("counted", "judged", "holds"),
        [(2, {TWO}, True), (4, {TWO}, False), (2, {ONE, TWO}, False), (2, None, False), (3, {ONE}, True)],
    )
    def test_only_where_nobody_vouches_for_the_bodies_there_may_be_uncounted_history(
        self, counted: int, judged: set[str] | None, holds: bool
    ) -> None:
        evidence = honest()
        evidence.threads[0] = replace(evidence.threads[0], inbound_count=counted)
        verdict = Verdict()
        judge.counters(verdict, evidence, judged)
        assert verdict.holds is holds

    def test_two_changes_with_one_number(self) -> None:
        evidence = honest()
        evidence.rows = swap(evidence.rows, 2, rev=3)
        assert "miscounted" in accused(evidence)


class TestBodies:
    def test_one_that_was_answered_and_is_not_kept(self) -> None:
        verdict = Verdict()
        judge.bodies(verdict, Counter({"a": 2, "b": 1}), Counter({"a": 1, "b": 5}))
        assert verdict.counts == {"webhooks": 3, "webhooks_lost": 1}
        assert verdict.faults == ["webhooks_lost: a: 1 of its copies"]

    def test_more_kept_than_answered_is_right(self) -> None:
        """It was committed and the answer got lost."""
        verdict = Verdict()
        judge.bodies(verdict, Counter({"a": 1}), Counter({"a": 2}))
        assert verdict.holds


class TestLadder:
    def walked(self, *states: int) -> list[str]:
        ladder = judge.Ladder()
        for state in states:
            ladder.look({1: state})
        return ladder.falls

    def test_upwards_is_right(self) -> None:
        assert self.walked(judge.QUEUED, judge.SENDING, judge.UNKNOWN, judge.SENT, judge.READ) == []

    def test_what_was_provably_not_sent_may_queue_again(self) -> None:
        assert self.walked(judge.SENDING, judge.QUEUED, judge.SENDING) == []

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (judge.READ, judge.DELIVERED),
            (judge.UNKNOWN, judge.QUEUED),
            (judge.DELIVERED, judge.FAILED),
            (judge.SENT, judge.CANCELLED),
        ],
    )
    def test_a_step_down_is_remembered(self, before: int, after: int) -> None:
        assert len(self.walked(before, after, after)) == 1


class TestTheSandboxsLog:
    ENTRY = {
        "seq": 3, "id": "wamid.1", "channel": ONE, "phone": "549", "direction": "in", "kind": "text", "text": "hola",
        "attempt": None, "at": 99_000, "seen": True, "deleted": False, "statuses": [], "body": {"timestamp": "42"},
    }  # fmt: skip

    def test_a_customers_message_has_the_platforms_time(self) -> None:
        (found,) = said_from([self.ENTRY])
        assert (found.at, found.place, found.attempt) == (42, 3, "")

    def test_ours_has_the_time_of_its_arrival(self) -> None:
        sent = {
            **self.ENTRY,
            "direction": "out",
            "attempt": "a1",
            "body": {},
            "statuses": [{"status": "sent", "at": 1}],
        }
        (found,) = said_from([sent])
        assert (found.at, found.attempt, found.statuses) == (99, "a1", ("sent",))
