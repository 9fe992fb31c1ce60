"""Finding contacts by any part of a name, a number or an e-mail, whatever its case, accents or punctuation."""

from __future__ import annotations

from django.db import connection

from crm import sql
from crm.phones import digits_of
from workspaces import tenancy

MOST = 200
LONGEST = 100
FEWEST_DIGITS = 3


def contact_ids(words: str, most: int = MOST) -> list[int]:
    """Ids of the contacts of this workspace that match, whoever was seen last first; none for words that are empty."""
    tenancy.current_id()
    text = " ".join(words.replace("\x00", "").split())[:LONGEST]
    if not text:
        return []
    digits = digits_of(text)
    number = f"%{digits}%" if len(digits) >= FEWEST_DIGITS else "%%"
    with connection.cursor() as cursor:
        cursor.execute(sql.SEARCH_CONTACTS, [f"%{_literal(text)}%", number, most])
        return [row[0] for row in cursor.fetchall()]


def _literal(text: str) -> str:
    """LIKE's own signs as the letters they are."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
