"""What pages show: whose workspace it is and who looks; outside of one, how to get in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from workspaces import second_factor
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


def account(request: HttpRequest) -> dict[str, Any]:
    """What the pages outside every workspace show besides."""
    return {
        "signup_open": settings.SIGNUP_OPEN,
        "social_login": [(name, name.capitalize()) for name in settings.SOCIAL_LOGIN.providers],
        "wanted_by": SimpleLazyObject(lambda: second_factor.wanting(request)),
    }
