from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from channels_meta import graph
from channels_meta.graph import Refusal
from channels_meta.whatsapp import adapter, error_words
from channels_meta.whatsapp.error_table import RULES
from channels_meta.whatsapp.errors import WORDS, explain, judge, rule_for
from inbox.port import Failure, Outcome, Scope

REJECTED, RETRY, UNKNOWN = Outcome.REJECTED, Outcome.RETRY, Outcome.UNKNOWN
MESSAGE, RECIPIENT = Scope.MESSAGE, Scope.RECIPIENT
CHANNEL, ACCOUNT = Scope.CHANNEL, Scope.ACCOUNT


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


# The contract's table (§6 and §99), code by code.
CONTRACT = {
    "reconnect, queue waits": ([0, 190], RETRY, ACCOUNT),
    "permission, queue waits": ([3, 10, 200, 250, 299, 131005], RETRY, ACCOUNT),
    "throttled number": ([4, 80007, 130429, 131048, 133016], RETRY, CHANNEL),
    "throttled pair": ([131056], RETRY, RECIPIENT),
    "temporary": ([1, 2, 131000, 131016, 133004], RETRY, MESSAGE),
    "maintenance": ([131057, 2494100], RETRY, CHANNEL),
    "restricted": ([368, 131031], RETRY, ACCOUNT),
    "country": ([130497], REJECTED, RECIPIENT),
    "re-register": ([33, 133010, 131045], RETRY, ACCOUNT),
    "parameters": ([100, 131008, 131009, 135000], REJECTED, MESSAGE),
    "recipient": ([131021, 131026, 131030, 131047, 131062, 137000], REJECTED, RECIPIENT),
    "marketing": ([131049, 130472, 131050], REJECTED, RECIPIENT),
    "display name, payment": ([131037, 131042, 131044], RETRY, ACCOUNT),
    "media": ([131051, 131052, 131053, 131014, 131060], REJECTED, MESSAGE),
    "marketing API": ([131055, 134100, 134101, 134102, 131063], REJECTED, MESSAGE),
    "classification": ([131064], REJECTED, MESSAGE),
    "template": ([132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018], REJECTED, MESSAGE),
    "flow": ([132068, 139000, 139001, 139002, 139003, 139004], REJECTED, MESSAGE),
    "flow throttled": ([132069], RETRY, MESSAGE),
    "registration": ([133000, 133005, 133006, 133008], REJECTED, CHANNEL),
    "registration, wait": ([133009, 133015], RETRY, CHANNEL),
    "calling": ([138000, 138006, 138999], REJECTED, MESSAGE),
    "block list": ([139100, 139101, 139102, 139103], REJECTED, RECIPIENT),
    "user names": ([147001, 147002, 147003, 147004, 147005], REJECTED, CHANNEL),
    "template creation": ([2388293, 2388299], REJECTED, MESSAGE),
    "history": ([2593107, 2593108, 2593109], REJECTED, CHANNEL),
    "payments": ([2040, 2046, 2047, 134011], REJECTED, MESSAGE),
    "groups": ([131020, 131041, 131059, 131200, 131299], REJECTED, MESSAGE),
    "direct send": ([139200], REJECTED, MESSAGE),
}
ROWS = [(code, outcome, scope) for codes, outcome, scope in CONTRACT.values() for code in codes]


@pytest.mark.parametrize(("code", "outcome", "scope"), ROWS)
def test_every_code_of_the_contract_is_judged(code: int, outcome: Outcome, scope: Scope) -> None:
    error = judge(Refusal(status=401 if code == 0 else 400, code=code, title="Title", detail="Detail"))
    assert (error.outcome, error.scope) == (outcome, scope)
    assert error.failure == Failure(str(code), "Title", "Detail")


@pytest.mark.parametrize("code", [code for code, _, _ in ROWS])
def test_every_code_of_the_contract_has_words_of_its_own(code: int) -> None:
    assert "error we do not know" not in explain(Failure(str(code)))


def test_no_code_stands_in_two_rows() -> None:
    codes = [code for rule in RULES for code in rule.codes if isinstance(code, int)]
    ranges = [codes for rule in RULES for codes in rule.codes if isinstance(codes, range)]
    assert len(codes) == len(set(codes))
    assert not [code for code in codes for codes_of in ranges if code in codes_of]
    assert {rule.words for rule in RULES} == set(error_words.WORDS)


@pytest.mark.parametrize("words", [*error_words.WORDS.values(), *WORDS.values()], ids=[*error_words.WORDS, *WORDS])
def test_words_are_whole_sentences_without_jargon(words: object) -> None:
    sentence = str(words)
    assert sentence.endswith(".")
    assert sentence[0].isupper()
    # What happened is one sentence or clause, what to do another.
    assert any(mark in sentence[:-1] for mark in (". ", ": ", "; "))
    assert not {"session", "token", "payload", "parameter", "API", "webhook"} & set(sentence.replace(".", "").split())


def test_a_detail_follows_where_it_helps_and_nowhere_else() -> None:
    assert explain(Failure("131008", "Required parameter is missing", "body is missing")).endswith(
        "WhatsApp says: body is missing"
    )
    assert explain(Failure("131009", "Parameter value is not valid")).endswith("Parameter value is not valid")
    assert "says" not in explain(Failure("131047", "Re-engagement message", "More than 24 hours have passed"))


@pytest.mark.parametrize("code", ["999999", "http_502", "made up", "9" * 5000])
def test_an_unknown_code_is_named(code: str) -> None:
    words = explain(Failure(code, "Title", "Something new"))
    assert code in words
    assert "Something new" in words


def test_no_code_at_all() -> None:
    assert "gave no reason" in explain(Failure(""))


def test_faults_of_the_line_have_words() -> None:
    assert "nothing was sent" in explain(Failure(graph.UNREACHABLE))
    assert "may have arrived" in explain(Failure(graph.NO_ANSWER))
    assert adapter.explain(Failure(graph.UNREADABLE_ANSWER)) == str(graph.WORDS[graph.UNREADABLE_ANSWER])


def test_words_are_translated_when_they_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.translation._trans.gettext", lambda message: f"[es] {message}", raising=False)
    with translation.override("es"):
        assert explain(Failure("131047")).startswith("[es] ")


@pytest.mark.parametrize(
    ("refusal", "outcome", "scope"),
    [
        (Refusal(status=400, code=999999), REJECTED, MESSAGE),
        (Refusal(status=400, code=None), REJECTED, MESSAGE),
        (Refusal(status=429, code=999999), RETRY, CHANNEL),
        (Refusal(status=500, code=999999), UNKNOWN, MESSAGE),
        (Refusal(status=500, code=None), UNKNOWN, MESSAGE),
        (Refusal(status=500, code=999999, is_transient=True), RETRY, MESSAGE),
        (Refusal(status=500, code=131000), RETRY, MESSAGE),
        (Refusal(status=429, code=131047), REJECTED, RECIPIENT),
        (Refusal(status=500, code=0), UNKNOWN, MESSAGE),
    ],
)
def test_codes_that_are_not_listed(refusal: Refusal, outcome: Outcome, scope: Scope) -> None:
    error = judge(refusal)
    assert (error.outcome, error.scope) == (outcome, scope)


def test_a_missing_code_is_named_by_its_status() -> None:
    assert judge(Refusal(status=400, code=None)).failure.code == "http_400"


@pytest.mark.parametrize(("asked", "waits"), [(0, 4), (30, 30), (1, 4)])
def test_the_longer_wait_wins(asked: float, waits: float) -> None:
    assert judge(Refusal(status=400, code=131056, retry_after=asked)).retry_after == waits


@pytest.mark.parametrize("code", [131014, 131053])
def test_a_file_sent_as_a_link_may_be_tried_again(code: int) -> None:
    assert judge(Refusal(status=400, code=code), by_link=True).outcome is RETRY
    assert judge(Refusal(status=400, code=code)).outcome is REJECTED
    assert judge(Refusal(status=400, code=131047), by_link=True).outcome is REJECTED


def test_a_code_within_a_range_takes_its_own_row_first() -> None:
    assert rule_for(139200) is not rule_for(139000)
    assert rule_for(None) is None
    assert rule_for(300) is None
