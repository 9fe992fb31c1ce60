"""What every page of a workspace shows: whose it is and who looks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def workspace(request: HttpRequest) -> dict[str, Any]:
    return {
        "workspace": getattr(request, "workspace", None),
        "member": getattr(request, "member", None),
        "languages": settings.LANGUAGES,
        "stops": settings.RAIL_STOPS,
    }
