"""The demo's people: Calzado Sur and Otra Tienda; with the story also a shop in each other language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from workspaces import tenancy
from workspaces.models import Membership, Role, User, Workspace

PASSWORD = "plaza-demo"  # noqa: S105 (printed by ./dev up; production has no demo)

WORKSPACES = {
    "calzado-sur": {"name": "Calzado Sur"},
    "otra-tienda": {
        "name": "Otra Tienda",
        "language": "pt-br",
        "country": "BR",
        "time_zone": "America/Sao_Paulo",
    },
    "sola-firme": {
        "name": "Sola Firme",
        "language": "pt-br",
        "country": "BR",
        "time_zone": "America/Sao_Paulo",
    },
    "harbor-shoes": {
        "name": "Harbor Shoes",
        "language": "en",
        "country": "US",
        "time_zone": "America/New_York",
    },
}
Person = tuple[str, str, str, str, str]
PEOPLE: list[Person] = [
    ("calzado-sur", "Ana Beltrán", "ana@plaza.example", Role.ADMIN, "es"),
    ("calzado-sur", "Bruno Sosa", "bruno@plaza.example", Role.AGENT, "es"),
    ("calzado-sur", "Carla Nunes", "carla@plaza.example", Role.AGENT, "pt-br"),
    ("calzado-sur", "Sofía Luna", "sofia@plaza.example", Role.SUPERVISOR, "en"),
    ("otra-tienda", "Olga Prado", "olga@otra.example", Role.OWNER, "pt-br"),
]
SHOP_PEOPLE: list[Person] = [
    ("sola-firme", "Marina Teixeira", "marina@plaza.example", Role.OWNER, "pt-br"),
    ("sola-firme", "Caio Duarte", "caio@plaza.example", Role.AGENT, "pt-br"),
    ("sola-firme", "Letícia Ramos", "leticia@plaza.example", Role.AGENT, "pt-br"),
    ("harbor-shoes", "Grace Holloway", "grace@plaza.example", Role.OWNER, "en"),
    ("harbor-shoes", "Daniel Okafor", "daniel@plaza.example", Role.AGENT, "en"),
    ("harbor-shoes", "Priya Raman", "priya@plaza.example", Role.AGENT, "en"),
]
SHOPS = ("calzado-sur", "sola-firme", "harbor-shoes")


def seed() -> None:
    _hire(PEOPLE)


def found(slug: str) -> Workspace:
    """A shop of the story, with its people."""
    _hire(person for person in [*PEOPLE, *SHOP_PEOPLE] if person[0] == slug)
    return Workspace.objects.get(slug=slug)


def _hire(people: Iterable[Person]) -> None:
    for slug, name, email, role, language in people:
        workspace = Workspace.objects.get_or_create(slug=slug, defaults=WORKSPACES[slug])[0]
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create(email=email, password=_hash(), name=name, language=language)
        EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
        with tenancy.enter(workspace):
            Membership.objects.get_or_create(user=user, defaults={"role": role})


@cache
def _hash() -> str:
    """One for all of them: hashing is slow on purpose."""
    return make_password(PASSWORD)
