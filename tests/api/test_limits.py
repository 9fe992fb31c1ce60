"""How much one key may ask, counted in Valkey, and not at all while that is away."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from tests.api.conftest import Program, code_of, program_of
from workspaces.api import limits
from workspaces.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _line_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits._Line, "dead_until", 0.0)


def test_each_answer_says_what_is_left(api: Program, settings: Any) -> None:
    settings.API_RATE = 60
    first, second = api.get("workspace"), api.get("workspace")
    assert first.headers["RateLimit-Limit"] == "60"
    assert (first.headers["RateLimit-Remaining"], second.headers["RateLimit-Remaining"]) == ("59", "58")
    assert first.headers["RateLimit-Policy"] == "60;w=60"
    assert 1 <= int(second.headers["RateLimit-Reset"]) <= 2
    assert "Retry-After" not in first.headers


def test_who_asks_too_often_is_told_how_long_to_wait(api: Program, settings: Any) -> None:
    settings.API_RATE = 3
    assert [api.get("workspace").status_code for _ in range(3)] == [200, 200, 200]
    response = api.get("workspace")
    assert (response.status_code, code_of(response)) == (429, "rate_limited")
    assert response.headers["RateLimit-Remaining"] == "0"
    assert 15 <= int(response.headers["Retry-After"]) <= 20
    assert response.json()["retry_after"] == int(response.headers["Retry-After"])  # type: ignore[attr-defined]


def test_the_bucket_fills_again_with_time(api: Program, settings: Any) -> None:
    settings.API_RATE = 120
    for _ in range(120):
        api.get("workspace")
    api.get("workspace")
    time.sleep(1.1)
    assert [api.get("workspace").status_code for _ in range(2)] == [200, 200]


def test_refused_requests_do_not_dig_deeper(settings: Any) -> None:
    settings.API_RATE = 2
    taken = [limits.take(7) for _ in range(10)]
    assert [one.taken for one in taken if one] == [True, True] + [False] * 8
    assert all(one.left >= 0 for one in taken if one)


def test_one_key_does_not_use_up_anothers(ana: Membership, bruno: Membership, settings: Any) -> None:
    settings.API_RATE = 1
    mine, other = program_of(ana), program_of(bruno)
    assert [mine.get("workspace").status_code, mine.get("workspace").status_code] == [200, 429]
    assert other.get("workspace").status_code == 200


def test_requests_without_a_scope_count_too(ana: Membership, settings: Any) -> None:
    settings.API_RATE = 1
    program = program_of(ana, [])
    assert [program.get("members").status_code, program.get("members").status_code] == [403, 429]


def test_a_limit_is_no_idempotent_answer(api: Program, settings: Any) -> None:
    settings.API_RATE = 1
    api.get("workspace")
    assert api.post("contacts", {"name": "Lia"}, Idempotency_Key="a").status_code == 429
    settings.API_RATE = 600
    limits._client(settings.REDIS_URL).flushdb()
    assert api.post("contacts", {"name": "Lia"}, Idempotency_Key="a").status_code == 201


class TestWithoutValkey:
    @pytest.fixture(autouse=True)
    def _away(self, settings: Any) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"

    def test_nobody_is_limited_and_nothing_fails(self, api: Program, settings: Any) -> None:
        settings.API_RATE = 1
        answers = [api.get("workspace") for _ in range(4)]
        assert [one.status_code for one in answers] == [200] * 4
        assert not any(name.startswith("RateLimit") for name in answers[-1].headers)

    def test_the_next_requests_do_not_wait_for_it(self, api: Program) -> None:
        api.get("workspace")
        assert limits._Line.dead_until > time.monotonic()
        began = time.monotonic()
        assert limits.take(1) is None
        assert time.monotonic() - began < 0.05

    def test_it_counts_again_when_valkey_is_back(self, api: Program, settings: Any) -> None:
        api.get("workspace")
        limits._Line.dead_until = 0.0
        settings.REDIS_URL = os.environ["REDIS_URL"]
        assert "RateLimit-Remaining" in api.get("workspace").headers
