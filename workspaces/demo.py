"""The demo's people: Calzado Sur and Otra Tienda."""

from __future__ import annotations

from allauth.account.models import EmailAddress

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
}
PEOPLE = [
    ("calzado-sur", "Ana Beltrán", "ana@plaza.example", Role.ADMIN, "es"),
    ("calzado-sur", "Bruno Sosa", "bruno@plaza.example", Role.AGENT, "es"),
    ("calzado-sur", "Carla Nunes", "carla@plaza.example", Role.AGENT, "pt-br"),
    ("calzado-sur", "Sofía Luna", "sofia@plaza.example", Role.SUPERVISOR, "en"),
    ("otra-tienda", "Olga Prado", "olga@otra.example", Role.OWNER, "pt-br"),
]


def seed() -> None:
    for slug, name, email, role, language in PEOPLE:
        workspace = Workspace.objects.get_or_create(slug=slug, defaults=WORKSPACES[slug])[0]
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, PASSWORD, name=name, language=language)
        EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
        with tenancy.enter(workspace):
            Membership.objects.get_or_create(user=user, defaults={"role": role})
