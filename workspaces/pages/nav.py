"""What stands in the navigation of the settings. Other rooms add pages of theirs through `settings.SETTINGS_PAGES`,
dotted paths to tuples like `PAGES`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from workspaces.models import Membership
from workspaces.permissions import Capability

COMPANY = _("Company")
SAFETY = _("Safety")


@dataclass(frozen=True, slots=True)
class Page:
    """`name` is what the page's view calls itself (`show(request, …, here=name)`), `url` its URL name."""

    name: str
    url: str
    label: str | Promise
    icon: str
    needs: Capability
    group: str | Promise = COMPANY


PAGES = (
    Page("workspace", "settings:workspace", _("Workspace"), "building-2", Capability.WORKSPACE_MANAGE),
    Page("people", "settings:people", _("People"), "circle-user", Capability.MEMBERS_READ),
    Page("teams", "settings:teams", _("Teams"), "users", Capability.MEMBERS_READ),
    Page("hours", "settings:hours", _("Hours and holidays"), "clock", Capability.HOURS_MANAGE),
    Page("security", "settings:security", _("Security"), "shield", Capability.SECURITY_MANAGE, SAFETY),
    Page("api_keys", "api_keys", _("API keys"), "key-round", Capability.API_KEYS_MANAGE, SAFETY),
    Page("audit", "settings:audit", _("Audit log"), "file-text", Capability.AUDIT_READ, SAFETY),
)


def pages_for(member: Membership) -> list[Page]:
    every: Iterable[Sequence[Page]] = map(import_string, settings.SETTINGS_PAGES)
    return [page for pages in every for page in pages if member.can(page.needs)]


def groups_for(member: Membership) -> list[tuple[str, list[Page]]]:
    """By group, groups in the order of their first page."""
    pages = pages_for(member)
    order = list(dict.fromkeys(str(page.group) for page in pages))
    pages.sort(key=lambda page: order.index(str(page.group)))
    return [(name, list(found)) for name, found in groupby(pages, key=lambda page: str(page.group))]
