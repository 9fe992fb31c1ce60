"""Keys of the API: made, revoked, and their last use noted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from workspaces import audit
from workspaces.models import ApiKey, Membership
from workspaces.permissions import Capability

MARK = "plaza"
PREFIX_BYTES, SECRET_BYTES = 6, 32
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a key is to be. Scopes beyond those of the member who makes it are no error: they simply open nothing."""

    name: str
    scopes: Collection[Capability]
    expires_at: datetime | None = None


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def create(plan: Plan, *, by: Membership) -> tuple[ApiKey, str]:
    """The key and its token, which nothing here can tell again."""
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        key = ApiKey.objects.create(
            name=plan.name,
            prefix=prefix,
            secret_hash=hash_of(secret),
            scopes=sorted(plan.scopes),
            created_by=by,
            expires_at=plan.expires_at,
        )
        audit.record("api_key.created", f"api_key:{key.pk}", by=by, name=key.name, scopes=key.scopes)
    return key, f"{MARK}_{prefix}_{secret}"


def revoke(key: ApiKey, *, by: Membership) -> ApiKey:
    """For good. Revoking twice changes nothing."""
    with transaction.atomic():
        key = ApiKey.objects.select_for_update(of=("self",)).select_related("created_by__user").get(pk=key.pk)
        if key.revoked_at is None:
            key.revoked_at = timezone.now()
            key.save(update_fields=["revoked_at"])
            audit.record("api_key.revoked", f"api_key:{key.pk}", by=by, name=key.name)
    return key


def note_use(key: ApiKey) -> None:
    """At most once a minute: a busy key must not write a row with each request."""
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - NOTED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
