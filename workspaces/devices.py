"""What a browser's own description says in words a person knows. Only for showing: anybody can claim to be anything."""

from __future__ import annotations

BROWSERS = (  # most of them claim to be the ones below them
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
PHONES = ("iPhone", "Android", "Mobile")


def device(user_agent: str) -> str:
    """ "Chrome · Windows"; what cannot be told apart as it came, cut; empty if nothing came."""
    known = [next((name for mark, name in table if mark in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, known)) or user_agent[:60]


def is_phone(user_agent: str) -> bool:
    return any(mark in user_agent for mark in PHONES)
