"""Countries, time zones and currencies by their names in the reader's language, and what usually goes together: who
says where their company is has said its language, zone and currency as well."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies
from django.utils.translation import get_language, gettext, to_locale

Choices = list[tuple[str, list[tuple[str, str]]]]

NOWHERE = ("001", "ZZ")  # of UTC and its like
HOME = "AR"  # of whom nothing is known
LATIN_AMERICA = (
    *("AR", "BO", "BR", "CL", "CO", "CR", "CU", "DO", "EC", "SV"),
    *("GT", "HN", "MX", "NI", "PA", "PY", "PE", "PR", "UY", "VE"),
)
LANGUAGES = {"BR": "pt-br", "PT": "pt-br", "AO": "pt-br", "MZ": "pt-br", "ES": "es"}
# Where most people of a country with several zones live; of the others the first is taken.
BUSIEST_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "MX": "America/Mexico_City",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "US": "America/New_York",
}


@dataclass(frozen=True)
class Place:
    country: str
    language: str
    time_zone: str
    currency: str


@lru_cache(maxsize=1)
def zones_of() -> dict[str, list[str]]:
    """The time zones of each country."""
    known, found = available_timezones(), dict[str, list[str]]()
    for zone, country in sorted(get_global("zone_territories").items()):
        if zone in known and country not in NOWHERE:
            found.setdefault(country, []).append(zone)
    return found


@lru_cache(maxsize=512)
def usual(country: str) -> Place:
    """What goes with a country of the list."""
    zone = BUSIEST_ZONES.get(country) or zones_of()[country][0]
    spanish = country in LATIN_AMERICA or country == "ES"
    language = LANGUAGES.get(country, "es" if spanish else "en")
    return Place(country, language, zone, next(iter(get_territory_currencies(country)), "USD"))


def guess(accept_language: str) -> Place:
    """From what a browser says: "es-MX,es;q=0.9" is Mexico."""
    for part in accept_language.split(","):
        tag = part.partition(";")[0].strip().replace("_", "-")
        language, _, region = tag.rpartition("-")
        if language and region.upper() in zones_of():
            return usual(region.upper())
        if tag.lower() == "pt":
            return usual("BR")
    return usual(HOME)


def countries() -> Choices:
    return _countries(to_locale(get_language() or "es"))


def time_zones() -> Choices:
    return _time_zones(to_locale(get_language() or "es"))


def currencies() -> Choices:
    return _currencies(to_locale(get_language() or "es"))


@lru_cache(maxsize=8)
def _named(locale: str) -> list[tuple[str, str]]:
    """(code, name) of every country that has a time zone, in the order of the alphabet."""
    names = Locale.parse(locale).territories
    return sorted(((code, names[code]) for code in zones_of() if code in names), key=lambda pair: _plain(pair[1]))


@lru_cache(maxsize=8)
def _countries(locale: str) -> Choices:
    here = [pair for pair in _named(locale) if pair[0] in LATIN_AMERICA]
    others = [pair for pair in _named(locale) if pair[0] not in LATIN_AMERICA]
    return [(gettext("Latin America"), here), (gettext("Other countries"), others)]


@lru_cache(maxsize=8)
def _time_zones(locale: str) -> Choices:
    here_first = sorted(_named(locale), key=lambda pair: pair[0] not in LATIN_AMERICA)
    return [(name, [(zone, _city(zone)) for zone in zones_of()[code]]) for code, name in here_first]


@lru_cache(maxsize=8)
def _currencies(locale: str) -> Choices:
    names = Locale.parse(locale).currencies
    here = {usual(code).currency for code in LATIN_AMERICA} | {"USD"}
    others = {usual(code).currency for code in zones_of()} - here
    return [
        (gettext("Latin America"), sorted((code, f"{code} · {names.get(code, code)}") for code in here)),
        (gettext("Other currencies"), sorted((code, f"{code} · {names.get(code, code)}") for code in others)),
    ]


def _city(zone: str) -> str:
    return zone.partition("/")[2].replace("_", " ").replace("/", " · ")


def _plain(name: str) -> str:
    """Á sorts as A."""
    return name.translate(str.maketrans("ÁÅÂÉÍÎÓÖÔÚáâãéêíóôõúç", "AAAEIIOOOUaaaeeiooouc")).lower()
