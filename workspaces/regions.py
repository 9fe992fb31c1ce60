"""Countries, currencies, languages and time zones that a workspace may choose, those of Latin America first."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext_lazy as _

COUNTRIES = [
    ("AR", _("Argentina")),
    ("BO", _("Bolivia")),
    ("BR", _("Brazil")),
    ("CL", _("Chile")),
    ("CO", _("Colombia")),
    ("CR", _("Costa Rica")),
    ("CU", _("Cuba")),
    ("DO", _("Dominican Republic")),
    ("EC", _("Ecuador")),
    ("SV", _("El Salvador")),
    ("GT", _("Guatemala")),
    ("HN", _("Honduras")),
    ("MX", _("Mexico")),
    ("NI", _("Nicaragua")),
    ("PA", _("Panama")),
    ("PY", _("Paraguay")),
    ("PE", _("Peru")),
    ("PR", _("Puerto Rico")),
    ("UY", _("Uruguay")),
    ("VE", _("Venezuela")),
    ("PT", _("Portugal")),
    ("ES", _("Spain")),
    ("US", _("United States")),
]
CURRENCIES = [
    *("ARS", "BOB", "BRL", "CLP", "COP", "CRC", "CUP", "DOP", "EUR", "GTQ", "HNL", "MXN", "NIO", "PAB", "PEN"),
    *("PYG", "USD", "UYU", "VES"),
]
AMERICA = "America/"


def languages() -> list[tuple[str, str]]:
    return list(settings.LANGUAGES)


def currencies() -> list[tuple[str, str]]:
    return [(code, code) for code in CURRENCIES]


def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """By continent, America first; a city's underscores are spaces."""
    areas: dict[str, list[tuple[str, str]]] = {"America": []}
    for name in sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    ):
        area, _slash, city = name.partition("/")
        areas.setdefault(area, []).append((name, city.replace("_", " ").replace("/", " · ")))
    return list(areas.items())
