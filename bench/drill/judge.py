"""The comparisons. Pure: they get both sides' records and say what does not agree; each is shown a lie by a test."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from bench.drill.records import Attempt, Evidence, Row, Said, Thread
from bench.drill.verdict import Verdict

# The ranks of inbox.models.State, written down a second time: a judge does not ask the accused.
QUEUED, SENDING, UNKNOWN, ACCEPTED, SENT, FAILED, DELIVERED, READ, PLAYED, CANCELLED = range(10)
RANK = {"sent": SENT, "failed": FAILED, "delivered": DELIVERED, "read": READ, "played": PLAYED}
HEARD = frozenset({ACCEPTED, SENT, DELIVERED, READ, PLAYED})
PREVIEW = 160


def inbound(verdict: Verdict, evidence: Evidence) -> None:
    """I1, I2: what customers wrote is there, once, as they wrote it."""
    said = {(one.channel, one.id): one for one in evidence.inbound()}
    rows = [row for row in evidence.rows if row.direction in ("in", "event") and row.external_id]
    stored = Counter((row.channel, row.external_id) for row in rows)
    verdict.count("said", len(said))
    verdict.count("stored", len(rows))
    verdict.none("lost", (f"{key} was said and is not stored" for key in said.keys() - stored.keys()))
    verdict.none("doubled", (f"{key} is stored {times} times" for key, times in stored.items() if times > 1))
    verdict.none("invented", (f"{key} is stored and nobody said it" for key in stored.keys() - said.keys()))
    pairs = [(said[key], row) for row in rows if (key := (row.channel, row.external_id)) in said]
    verdict.none("altered", (f"{one.id}: {why}" for one, row in pairs if (why := _difference(one, row))))


def _difference(said: Said, row: Row) -> str:
    if said.kind == "text" and said.text != row.text:
        return f"said {said.text[:60]!r}, stored {row.text[:60]!r}"
    if said.deleted != row.deleted:
        return "deleted on one side only"
    return f"said at {said.at}, stored at {row.at}" if said.at != row.at else ""


def order(verdict: Verdict, evidence: Evidence, *, strict: bool = False) -> None:
    """I4: a thread shows what its customer wrote in the platform's order. The platform's clock has whole seconds;
    within one the order of arrival is right, and `strict` says that they arrived one after the other."""
    rows = {(row.channel, row.external_id): row for row in evidence.rows}
    wrong = []
    for person, said in _by_person(evidence.inbound()).items():
        told = sorted((one for one in said if (one.channel, one.id) in rows), key=lambda one: (one.at, one.place))
        shown = sorted(told, key=lambda one: rows[one.channel, one.id].place)
        if strict:
            moved = [one.id for one, other in zip(told, shown, strict=True) if one is not other]
        else:
            moved = [one.id for one, other in zip(told, shown, strict=True) if one.at != other.at]
        wrong += [f"{name} of {person} stands elsewhere in its thread" for name in moved]
    verdict.none("reordered", wrong)


def _by_person(said: Iterable[Said]) -> dict[tuple[str, str], list[Said]]:
    found: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for one in said:
        found[one.channel, one.phone].append(one)
    return found


def threads(verdict: Verdict, evidence: Evidence) -> None:
    """One person on one number is one conversation, and nobody else's."""
    people = {(one.channel, one.id): (one.channel, one.phone) for one in evidence.inbound()}
    whose: dict[tuple[str, str], set[int]] = defaultdict(set)
    who: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in evidence.rows:
        person = people.get((row.channel, row.external_id))
        if person:
            whose[person].add(row.conversation)
            who[row.conversation].add(person)
    verdict.count("people", len(set(people.values())))
    verdict.count("conversations", len(who))
    verdict.none("split", (f"{person} has {len(ids)} conversations" for person, ids in whose.items() if len(ids) > 1))
    verdict.none("mixed", (f"conversation {pk} holds {len(them)} people" for pk, them in who.items() if len(them) > 1))


def tenancy(verdict: Verdict, evidence: Evidence) -> None:
    """I8: every row lies in the workspace that holds its channel, with all that it belongs to."""
    strays = [
        f"message {row.pk} of {row.channel}: in {row.workspace}, belongs to {row.owner}"
        for row in evidence.rows
        if not row.workspace == row.owner == evidence.owners.get(row.channel)
    ]
    verdict.none("strayed", strays)


def outbound(verdict: Verdict, evidence: Evidence) -> None:
    """I3: what the team wrote reached the phone once, or is failed or unknown and says so."""
    log: dict[str, list[Said]] = defaultdict(list)
    for one in evidence.outbound():
        log[one.attempt].append(one)
    replies = {row.pk: row for row in evidence.rows if row.direction == "out"}
    of_message: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in evidence.attempts:
        of_message[attempt.message].append(attempt)
    ours = {attempt.attempt for attempt in evidence.attempts}
    verdict.count("replies", len(replies))
    verdict.count("replies_seen", sum(one.seen for one in evidence.outbound()))
    verdict.count("unknown", sum(row.state == UNKNOWN for row in replies.values()))
    verdict.none("replies_invented", (f"the phone saw {name}" for name in log.keys() - ours))
    sightings = {pk: [one for a in of_message[pk] for one in log.get(a.attempt, ()) if one.seen] for pk in replies}
    verdict.none(
        "replies_doubled", (f"message {pk} was seen {len(s)} times" for pk, s in sightings.items() if len(s) > 1)
    )
    unseen = (row for row in replies.values() if not sightings[row.pk])
    verdict.none("replies_lost", (f"message {row.pk}" for row in unseen if row.state not in (UNKNOWN, FAILED)))
    altered = (row.pk for row in replies.values() for one in sightings[row.pk] if one.text != row.text)
    verdict.none("replies_altered", (f"message {pk} reads otherwise on the phone" for pk in altered))
    verdict.none("unsettled", _unsettled(evidence.attempts, log))
    verdict.none("replies_reordered", _out_of_queue(replies.values(), of_message, log))


def _unsettled(attempts: Iterable[Attempt], log: Mapping[str, Sequence[Said]]) -> list[str]:
    """What the platform took and we do not know by its name, or the other way round."""
    wrong = []
    for attempt in attempts:
        taken = log.get(attempt.attempt, ())
        if taken and (attempt.state < ACCEPTED or attempt.external_id != taken[0].id):
            wrong.append(f"delivery {attempt.pk} was taken as {taken[0].id}: {attempt.state} {attempt.external_id!r}")
        if not taken and attempt.state in HEARD:
            wrong.append(f"delivery {attempt.pk} counts as taken and was not")
    return wrong


def _out_of_queue(
    replies: Iterable[Row], of_message: Mapping[int, Sequence[Attempt]], log: Mapping[str, Sequence[Said]]
) -> list[str]:
    """A conversation's queue is its attempts: what somebody sent again stands where they asked for it again."""
    queues: dict[int, list[tuple[int, int, int]]] = defaultdict(list)  # the phone's place, the attempt's, the thread's
    for row in replies:
        attempts = of_message[row.pk]
        seq = row.seq if len(attempts) == 1 else 0
        seen = ((one, attempt) for attempt in attempts for one in log.get(attempt.attempt, ()) if one.seen)
        queues[row.conversation] += [(one.place, attempt.pk, seq) for one, attempt in seen]
    wrong = []
    for pk, arrivals in queues.items():
        arrivals.sort()
        asked = [attempt for _, attempt, _ in arrivals]
        written = [seq for _, _, seq in arrivals if seq]
        if asked != sorted(asked) or written != sorted(written):
            wrong.append(f"conversation {pk}: the phone saw them in another order")
    return wrong


def receipts(verdict: Verdict, evidence: Evidence) -> None:
    """I5, in the end: each delivery stands where the highest receipt put it, and its message with it."""
    best = {
        one.attempt: max((RANK[status] for status in one.statuses), default=ACCEPTED) for one in evidence.outbound()
    }
    newest = {attempt.message: attempt for attempt in sorted(evidence.attempts, key=lambda attempt: attempt.pk)}
    wrong = [
        f"delivery {attempt.pk} is {attempt.state}, its receipts say {best[attempt.attempt]}"
        for attempt in evidence.attempts
        if attempt.attempt in best and attempt.state != best[attempt.attempt]
    ]
    wrong += [
        f"message {row.pk} is {row.state}, its delivery {newest[row.pk].state}"
        for row in evidence.rows
        if row.pk in newest and row.state != newest[row.pk].state
    ]
    verdict.count("receipts", sum(len(one.statuses) for one in evidence.outbound()))
    verdict.none("wrong_ticks", wrong)


def counters(verdict: Verdict, evidence: Evidence, judged: Collection[str] | None = None) -> None:
    """I6: what is kept beside the messages is what the messages say. Outside the channels `judged` there may be
    imported history as well, which is shown and not counted: there the counter may be lower."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in evidence.rows:
        found[row.conversation].append(row)
    wrong = [f"conversation {t.pk}: {why}" for t in evidence.threads for why in _miscounted(t, found[t.pk], judged)]
    verdict.none("miscounted", wrong)


def _miscounted(thread: Thread, rows: Sequence[Row], judged: Collection[str] | None) -> list[str]:
    talk = sorted((row for row in rows if row.direction != "event"), key=lambda row: row.place)
    revs = [row.rev for row in rows]
    wrong = []
    written = sum(row.direction == "in" for row in rows)
    exact = judged is None or all(row.channel in judged for row in rows)
    if thread.inbound_count > written or (exact and thread.inbound_count < written):
        wrong.append(f"counts {thread.inbound_count} inbound messages, holds {written}")
    if len(set(revs)) != len(revs) or max(revs, default=0) > thread.clock:
        wrong.append("two changes share a number, or the clock is behind")
    if not talk:
        return wrong
    last = talk[-1]
    if thread.last_message_at != last.at:
        wrong.append(f"says the last message came at {thread.last_message_at}, not {last.at}")
    newest = [row for row in talk if row.at == last.at]  # of one second: their order of arrival decides
    if not any(thread.preview_text.rstrip() == row.text[:PREVIEW].rstrip() for row in newest if not row.deleted):
        wrong += [] if any(row.deleted or row.kind != "text" for row in newest) else ["shows another message's preview"]
    return wrong


def bodies(verdict: Verdict, answered: Counter[str], kept: Counter[str]) -> None:
    """I1: every webhook that got its 200 is there, byte for byte (digests), as often as it was taken."""
    missing = answered - kept
    verdict.count("webhooks", answered.total())
    verdict.none("webhooks_lost", (f"{digest}: {times} of its copies" for digest, times in missing.items()))


class Ladder:
    """I5, on the way: looks at the deliveries again and again, and remembers each step down."""

    def __init__(self) -> None:
        self.last: dict[int, int] = {}
        self.falls: list[str] = []

    def look(self, states: Mapping[int, int]) -> None:
        for pk, state in states.items():
            before = self.last.get(pk, state)
            proven_unsent = (before, state) == (SENDING, QUEUED)
            if (state < before and not proven_unsent) or (before != state == CANCELLED and before != QUEUED):
                self.falls.append(f"delivery {pk} went from {before} to {state}")
            self.last[pk] = state
