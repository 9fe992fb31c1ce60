"""A company to measure with: its members, its number and its customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench import sql
from bench.traffic import Account

UNTIL = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
SINCE = datetime.fromisoformat("2026-01-01T12:00:00+00:00")
AT_ONCE = 25_000  # customers; their references are checked at the end of each transaction, from memory
LANGUAGES = ("es", "pt-br", "en")
TOKEN = "bench-token"


@dataclass(frozen=True)
class Company:
    slug: str
    account: Account
    members: int = 3
    customers: int = 2_000
    open_share: float = 1.0


BUSY = Company("bench", Account(), members=50)  # as many members as watch it


def busy_company() -> str:
    """The database of a company with 2,000 customers, to be copied."""
    from bench.databases import filled

    def fill(name: str) -> None:
        use(name)
        found(BUSY)

    return filled("bench_busy", "3", fill)


def use(name: str) -> None:
    """This process's Django on one of the bench's databases, over one plain connection."""
    import django

    from bench.databases import url_of

    django.setup()
    from django.db import connections

    from config import env

    env.env.ENVIRON["BENCH_DATABASE_URL"] = url_of(name)
    wrapper: Any = connections["default"]
    wrapper.close()
    wrapper.settings_dict.update(env.database("BENCH_DATABASE_URL", pool=0))


def found(company: Company) -> None:
    """Makes the company in the database in use."""
    from django.db import connection

    from inbox.actions.connect import Account as Connected
    from inbox.actions.connect import connect
    from workspaces import tenancy
    from workspaces.models import Workspace

    workspace = Workspace.objects.create(name=company.slug, slug=company.slug)
    with tenancy.enter(workspace):
        members = _members(company)
        account = company.account
        channel = connect(Connected("whatsapp", account.number, account.business, "Ventas", {"token": TOKEN}))
        given: dict[str, Any] = {
            "workspace": workspace.pk,
            "channel": channel.pk,
            "scope": channel.identity_scope,
            "members": members,
            "open_share": company.open_share,
            "until": UNTIL,
        }
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            for first in range(0, company.customers, AT_ONCE):
                some = {"first": first, "count": min(AT_ONCE, company.customers - first)}
                cursor.execute(sql.CUSTOMERS, {**given, **some})
            cursor.execute(sql.READ, [workspace.pk])
    leave()


def _members(company: Company) -> list[int]:
    """Their ids. They were there before their customers wrote, so what these wrote can be unread."""
    from workspaces.models import Membership, Role, User

    made = []
    for nth in range(company.members):
        language = LANGUAGES[nth % len(LANGUAGES)]
        user = User(email=f"m{nth}@{company.slug}.example", name=f"Agente {nth}", language=language)
        user.set_unusable_password()
        user.save()
        made.append(Membership.objects.create(user=user, role=Role.AGENT).pk)
    Membership.objects.update(created_at=SINCE)
    return made


def leave() -> None:
    """Lets go of the database in use: one that somebody is connected to cannot be copied."""
    from django.db import connection

    connection.close()


def cookies(slug: str) -> list[str]:
    """What the browser of each member of the company sends, from the oldest; every third speaks another language."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from workspaces import tenancy
    from workspaces.models import Membership, Workspace

    store = import_module(settings.SESSION_ENGINE).SessionStore
    made = []
    with tenancy.enter(Workspace.objects.get(slug=slug)):
        for member in Membership.objects.select_related("user").order_by("pk"):
            session = store()
            session[SESSION_KEY] = str(member.user.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
            session.create()
            made.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    return made
