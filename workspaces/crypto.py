"""Secrets at rest: MultiFernet over `settings.FIELD_KEYS` (the first key encrypts, every key decrypts)."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def box() -> MultiFernet:
    return _box(tuple(settings.FIELD_KEYS))


class Secrets(dict[str, str]):
    """A mapping of secrets that never shows them when printed."""

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self))})"

    __str__ = __repr__


class _SecretsAttribute(DeferredAttribute):
    """Whoever sets them: what a model holds does not show them."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = Secrets(value) if isinstance(value, dict) else value


class EncryptedSecretsField(models.BinaryField):  # type: ignore[type-arg]  # not generic when it runs
    """A small mapping of secrets (tokens, app secrets), encrypted whole. `None` and `{}` are stored as empty bytes."""

    descriptor_class = _SecretsAttribute

    def from_db_value(self, value: bytes | None, *_: Any) -> Secrets:
        if not value:
            return Secrets()
        return Secrets(json.loads(box().decrypt(bytes(value))))

    def to_python(self, value: Any) -> Any:
        return Secrets(value) if isinstance(value, dict) else super().to_python(value)

    def get_prep_value(self, value: Any) -> bytes:
        return box().encrypt(json.dumps(value, sort_keys=True).encode()) if value else b""

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("secrets are not serialised")


def rotated(token: bytes) -> bytes:
    """The same secret under the first key."""
    return box().rotate(bytes(token)) if token else b""
