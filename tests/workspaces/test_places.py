"""Countries and what goes with them, in three languages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from workspaces.places import BUSIEST_ZONES, LATIN_AMERICA, countries, currencies, guess, time_zones, usual, zones_of


@pytest.mark.parametrize(
    ("country", "language", "zone", "currency"),
    [
        ("AR", "es", "America/Argentina/Buenos_Aires", "ARS"),
        ("BR", "pt-br", "America/Sao_Paulo", "BRL"),
        ("MX", "es", "America/Mexico_City", "MXN"),
        ("CL", "es", "America/Santiago", "CLP"),
        ("CO", "es", "America/Bogota", "COP"),
        ("EC", "es", "America/Guayaquil", "USD"),
        ("PE", "es", "America/Lima", "PEN"),
        ("UY", "es", "America/Montevideo", "UYU"),
        ("PT", "pt-br", "Europe/Lisbon", "EUR"),
        ("US", "en", "America/New_York", "USD"),
        ("DE", "en", "Europe/Berlin", "EUR"),
    ],
)
def test_what_goes_with_a_country(country: str, language: str, zone: str, currency: str) -> None:
    place = usual(country)
    assert (place.country, place.language, place.time_zone, place.currency) == (country, language, zone, currency)


def test_every_country_has_a_zone_that_exists() -> None:
    assert len(zones_of()) > 200
    assert set(LATIN_AMERICA) <= set(zones_of())
    for country in zones_of():
        ZoneInfo(usual(country).time_zone)
    assert all(zone in zones_of()[country] for country, zone in BUSIEST_ZONES.items())


@pytest.mark.parametrize(
    ("header", "country"),
    [
        ("es-MX,es;q=0.9", "MX"),
        ("es,es-CL;q=0.8", "CL"),
        ("pt", "BR"),
        ("pt-PT", "PT"),
        ("pt_BR", "BR"),
        ("es-419", "AR"),
        ("zz-ZZ,,;;q=x", "AR"),
        ("*", "AR"),
        ("", "AR"),
    ],
)
def test_the_browser_says_the_country(header: str, country: str) -> None:
    assert guess(header).country == country


@pytest.mark.parametrize(
    ("language", "spain", "first", "peso"),
    [
        ("es", "España", "Argentina", "ARS · peso argentino"),
        ("pt-br", "Espanha", "Argentina", "ARS · Peso argentino"),
        ("en", "Spain", "Argentina", "ARS · Argentine Peso"),
    ],
)
def test_names_are_the_readers(language: str, spain: str, first: str, peso: str) -> None:
    with translation.override(language):
        here, others = countries()
        assert here[1][0] == ("AR", first)
        assert len(here[1]) == len(LATIN_AMERICA)
        assert ("ES", spain) in others[1]
        assert ("ARS", peso) in currencies()[0][1]


@pytest.mark.parametrize("language", ["es", "pt-br", "en"])
def test_every_usual_place_can_be_chosen(language: str) -> None:
    with translation.override(language):
        zones = {zone for _country, group in time_zones() for zone, _city in group}
        money = {code for _region, group in currencies() for code, _name in group}
        codes = {code for _region, group in countries() for code, _name in group}
    for country in codes:
        place = usual(country)
        assert place.time_zone in zones
        assert place.currency in money


def test_zones_stand_under_their_countrys_name_as_the_list_of_countries_has_it() -> None:
    """The page's script finds a zone's country by it."""
    with translation.override("es"):
        names = {name for _region, group in countries() for _code, name in group}
        assert {country for country, _zones in time_zones()} <= names
        assert time_zones()[0][0] == "Argentina"
        assert ("America/Argentina/Buenos_Aires", "Argentina · Buenos Aires") in time_zones()[0][1]


def test_accents_do_not_part_the_alphabet() -> None:
    with translation.override("pt-br"):
        others = [name for _code, name in countries()[1][1]]
    assert others.index("Áustria") < others.index("Bélgica") < others.index("Zâmbia")
    assert others.index("Índia") < others.index("Itália")
