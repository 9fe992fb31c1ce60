"""The ladder of delivery states: a table of every pair."""

from __future__ import annotations

import itertools

import pytest

from inbox.models import State
from inbox.states import BY_STATUS, outranks

# For each state, what may follow it: the contract in one table, written out and not computed.
FOLLOWERS = {
    State.QUEUED: "sending unknown accepted sent failed delivered read played cancelled",
    State.SENDING: "unknown accepted sent failed delivered read played",
    State.UNKNOWN: "accepted sent failed delivered read played",
    State.ACCEPTED: "sent failed delivered read played",
    State.SENT: "failed delivered read played",
    State.FAILED: "delivered read played",
    State.DELIVERED: "read played",
    State.READ: "played",
    State.PLAYED: "",
    State.CANCELLED: "",
}
PAIRS = list(itertools.product(State, State))


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=lambda state: state.name.lower())
def test_a_state_is_followed_by_those_of_the_table_only(old: State, new: State) -> None:
    assert outranks(new, old) is (new.name.lower() in FOLLOWERS[old].split())


@pytest.mark.parametrize("new", State)
def test_anything_follows_nothing(new: State) -> None:
    assert outranks(new, None)


@pytest.mark.parametrize("start", State)
def test_receipts_lead_to_the_same_state_whatever_their_order(start: State) -> None:
    def last(states: tuple[State, ...]) -> State:
        current = start
        for state in states:
            current = state if outranks(state, current) else current
        return current

    for order in itertools.permutations(BY_STATUS.values(), 3):
        assert last(order) == last(tuple(sorted(order)))


def test_every_status_of_the_port_has_its_state() -> None:
    assert {state.name.lower(): state for state in BY_STATUS.values()} == BY_STATUS


def test_no_receipt_says_queued_sending_unknown_or_cancelled() -> None:
    assert not set(BY_STATUS.values()) & {State.QUEUED, State.SENDING, State.UNKNOWN, State.CANCELLED}
