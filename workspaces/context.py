"""What every page of a workspace shows: whose it is, who looks, and what they may do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from workspaces.permissions import Capability


def workspace(request: HttpRequest) -> dict[str, Any]:
    member = getattr(request, "member", None)
    return {
        "workspace": getattr(request, "workspace", None),
        "member": member,
        "can": {capability.value for capability in Capability if member and member.can(capability)},
        "languages": settings.LANGUAGES,
        "stops": settings.RAIL_STOPS,
        "alerts_page": settings.ALERTS_PAGE,
    }
