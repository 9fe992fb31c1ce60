"""A workspace's name in its address: `/w/<slug>/`."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from workspaces.models import Workspace

SHORTEST = 3
# Words that Plaza's own pages use or may come to use, and those one would lend to a stranger's page.
PLAZAS_OWN = """
about account accounts admin api app apps assets auth avatars billing blog contact dashboard demo docs email healthz
help home inbox internal invitations language legal live login logout mail me media metrics new news oauth official
operator plaza pricing privacy public readyz root sandbox security settings signup staff static status support system
team teams terms test user users w webhooks welcome workspace workspaces www
"""
RESERVED = frozenset(PLAZAS_OWN.split())


def slug_trouble(slug: str) -> str:
    """Why nobody can have it, in words; empty if it is free."""
    try:
        Workspace._meta.get_field("slug").run_validators(slug)
    except ValidationError:
        return _("Use small letters without accents, digits and single hyphens between them.")
    if len(slug) < SHORTEST:
        return _("Use at least 3 characters.")
    if slug in RESERVED:
        return _("Plaza needs this word itself. Choose another.")
    if Workspace.objects.filter(slug=slug).exists():
        return _("Another workspace has this address. Choose another.")
    return ""


def suggested_slug(name: str) -> str:
    """A free address out of a company's name; empty where its letters give none."""
    longest = Workspace._meta.get_field("slug").max_length or 60
    stem = slugify(name)[: longest - 4].strip("-_").replace("_", "-")
    while "--" in stem:
        stem = stem.replace("--", "-")
    candidates = [stem, *(f"{stem}-{number}" for number in range(2, 100))] if stem else []
    return next((candidate for candidate in candidates if not slug_trouble(candidate)), "")
