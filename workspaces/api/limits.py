"""How much one key may ask for: a bucket of `settings.API_RATE` requests that fills again within a minute. The buckets
are in Valkey; while that does not answer nobody is limited, because a limit must not be an outage."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from workspaces.api.problems import Problem

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60
PAUSE_SECONDS = 1.0
ANSWER_SECONDS = 0.25

# Takes one from the bucket, if there is one, and answers (was there one, how many are left in thousandths). The time
# is the server's own, so that the clocks of several web servers need not agree.
TAKE = """
local size, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(kept[1]) or size
left = math.min(size, left + (now - (tonumber(kept[2]) or now)) * size / window)
local taken = left >= 1 and 1 or 0
left = left - taken
redis.call('HSET', KEYS[1], 'left', left, 'at', now)
redis.call('EXPIRE', KEYS[1], window)
return {taken, math.floor(left * 1000)}
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a bucket holds after a request. `wait`: seconds until there is room for one more."""

    taken: bool
    left: float
    size: int

    @property
    def wait(self) -> int:
        return max(1, math.ceil((1 - self.left) * WINDOW_SECONDS / self.size)) if self.left < 1 else 0

    def headers(self) -> dict[str, str]:
        full_in = math.ceil((self.size - self.left) * WINDOW_SECONDS / self.size)
        found = {
            "RateLimit-Limit": str(self.size),
            "RateLimit-Remaining": str(int(self.left)),
            "RateLimit-Reset": str(full_in),
            "RateLimit-Policy": f"{self.size};w={WINDOW_SECONDS}",
        }
        return found if self.taken else {**found, "Retry-After": str(self.wait)}


class _Line:
    """Whether Valkey answered lately; while it does not, no request waits for it."""

    dead_until = 0.0


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS)


def take(key_id: int) -> Allowance | None:
    """None while nobody counts."""
    if time.monotonic() < _Line.dead_until:
        return None
    try:
        size: int = settings.API_RATE
        answer: Any = _client(settings.REDIS_URL).eval(TAKE, 1, f"api-rate:{key_id}", size, WINDOW_SECONDS)
    except (RedisError, OSError) as error:
        _Line.dead_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("API requests are not counted: %s", type(error).__name__)
        return None
    return Allowance(bool(answer[0]), answer[1] / 1000, size)


def too_many(allowance: Allowance) -> Problem:
    words = _("This key has asked too often. Wait %(seconds)s s and go on more slowly.")
    return Problem(429, "rate_limited", words % {"seconds": allowance.wait}, retry_after=allowance.wait)
