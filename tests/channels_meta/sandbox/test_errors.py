"""Graph's errors as the contract (§6) has them: a code, its HTTP status, its words, in both places they come in."""

from __future__ import annotations

import pytest

from channels_meta import graph
from channels_meta.sandbox.errors import DETAILS, HTTP, WORDS, GraphError, error_object
from channels_meta.whatsapp.change import failure
from channels_meta.whatsapp.errors import judge, rule_for
from inbox.port import Failure, Outcome


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_code_it_can_give_is_one_the_adapter_knows(code: int) -> None:
    assert rule_for(code) is not None


@pytest.mark.parametrize("code", sorted(WORDS))
def test_what_graph_answers_is_judged_as_the_webhook_tells_it(code: int) -> None:
    """The same failure can come synchronously, by webhook, or both: it must mean one thing."""
    error = GraphError(code)
    body = error.payload()["error"]
    refusal = graph.Refusal(error.http, body["code"], body["message"], body["error_data"]["details"])
    told = failure(error_object(code))
    assert judge(refusal).failure.code == told.code == str(code)
    assert judge(refusal).failure.detail == told.detail
    assert judge(refusal).outcome is not Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("code", "http"),
    [
        (0, 401),
        (190, 401),
        (10, 403),
        (200, 403),
        (250, 403),
        (299, 403),
        (300, 400),
        (131047, 400),
        (132001, 404),
        (2, 503),
    ],
)
def test_its_http_status(code: int, http: int) -> None:
    assert GraphError(code).http == http


def test_statuses_and_details_are_of_known_codes() -> None:
    assert HTTP.keys() <= WORDS.keys()
    assert DETAILS.keys() <= WORDS.keys()
    assert set(HTTP.values()) <= {401, 403, 404, 500, 503}


class TestShape:
    def test_a_plain_error(self) -> None:
        error = GraphError(131047).payload()["error"]
        assert error.pop("fbtrace_id")
        assert error == {
            "message": "(#131047) Re-engagement message",
            "type": "OAuthException",
            "code": 131047,
            "error_data": {"messaging_product": "whatsapp", "details": DETAILS[131047]},
        }

    def test_an_object_that_does_not_exist(self) -> None:
        error = GraphError(100, subcode=33, message="Unsupported request.").payload()["error"]
        assert (error["type"], error["error_subcode"], error["message"]) == (
            "GraphMethodException",
            33,
            "Unsupported request.",
        )
        assert "error_data" not in error

    def test_details_of_its_own_win(self) -> None:
        assert GraphError(131009, "text['body'] is empty").payload()["error"]["error_data"]["details"] == (
            "text['body'] is empty"
        )

    def test_no_two_have_one_trace(self) -> None:
        traces = {GraphError(1).payload()["error"]["fbtrace_id"] for _ in range(20)}
        assert len(traces) == 20

    @pytest.mark.parametrize(
        ("code", "details", "told"),
        [
            (131047, "", Failure("131047", "Re-engagement message", DETAILS[131047])),
            (131049, "", Failure("131049", WORDS[131049], WORDS[131049])),
            (999999, "why", Failure("999999", "Error", "why")),
        ],
    )
    def test_as_a_receipt_tells_it(self, code: int, details: str, told: Failure) -> None:
        assert failure(error_object(code, details)) == told
