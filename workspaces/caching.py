"""The cache holds nothing that cannot be drawn again: while Redis is away it is empty, and pages go on. Only the counts
of attempts to log in are kept by the process itself meanwhile, lest a stopped Redis open the door to guessing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
THROTTLES = "allauth:rl:"
NOWHERE = DummyCache("nowhere", {})
THROTTLES_KEPT = LocMemCache("throttles", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


def meanwhile(key: str) -> BaseCache:
    """What answers for a key while Redis does not."""
    return THROTTLES_KEPT if key.startswith(THROTTLES) else NOWHERE


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, whose reads find nothing and whose writes are dropped while Redis does not answer."""

    dead_until: ClassVar[float] = 0.0

    def _forgiving(self, call: Callable[..., Any], otherwise: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if time.monotonic() < ForgivingRedisCache.dead_until:
            return otherwise(*args, **options)
        try:
            return call(*args, **options)
        except RedisError as error:
            ForgivingRedisCache.dead_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("cache away: %s", type(error).__name__)
            return otherwise(*args, **options)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._forgiving(super().get, meanwhile(key).get, key, default, version)

    def set(self, key: str, value: Any, *args: Any, **options: Any) -> None:
        self._forgiving(super().set, meanwhile(key).set, key, value, *args, **options)

    def add(self, key: str, value: Any, *args: Any, **options: Any) -> bool:
        return bool(self._forgiving(super().add, meanwhile(key).add, key, value, *args, **options))

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        return dict(self._forgiving(super().get_many, NOWHERE.get_many, list(keys), version))

    def set_many(self, data: dict[str, Any], *args: Any, **options: Any) -> list[Any]:
        return list(self._forgiving(super().set_many, NOWHERE.set_many, data, *args, **options))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._forgiving(super().delete, meanwhile(key).delete, key, version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._forgiving(super().incr, lambda *_: delta, key, delta, version))
