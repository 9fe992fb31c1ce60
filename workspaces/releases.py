"""What upper rooms do in the same transaction when somebody leaves or a team goes: `settings.RELEASES` names, by kind,
functions `release(subject, by)` that let go of whatever they had given it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from workspaces.models import Membership


def release(kind: str, subject: Any, *, by: Membership | None) -> None:
    for path in settings.RELEASES[kind]:
        import_string(path)(subject, by=by)
