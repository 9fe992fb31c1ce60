"""Three companies of one installation, with ten thousand, a hundred thousand and a million conversations. Made once."""

from __future__ import annotations

from bench import people, sql
from bench.databases import filled, owner
from bench.people import Company
from bench.traffic import Account

DATABASE = "bench_list"
MEMBERS, OPEN_SHARE = 20, 0.2
CUSTOMERS = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
COMPANIES = {
    size: Company(f"c{size}", Account(f"11000000000{nth}", f"29000000000{nth}"), MEMBERS, count, OPEN_SHARE)
    for nth, (size, count) in enumerate(CUSTOMERS.items())
}


def ready() -> str:
    return filled(DATABASE, "2", _fill)


def _fill(name: str) -> None:
    """The tables' owner is let past row-level security: `rls` compares it with the app's role, which is not."""
    people.use(name)
    for company in COMPANIES.values():
        people.found(company)
    with owner(name) as connection:
        for (table,) in connection.execute(sql.TENANT_TABLES).fetchall():
            connection.execute(sql.LET_OWNER_PASS.format(table))
        connection.execute(sql.VACUUM)
