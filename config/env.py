"""Settings from the environment, typed, failing loudly: what is missing or malformed stops the process by name."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


class Environment(environ.Env):  # type: ignore[misc]
    """Lists without the blanks beside their commas, and a malformed value named."""

    def list(self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET) -> Any:
        found = super().list(var, cast, default)
        return [one.strip() for one in found if one.strip()]

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} is malformed: {error}") from error


env = Environment()


def gettext_noop(words: str) -> str:
    """Marks words for the catalogues. Django's own asks for the settings, which are just being read: it would leave
    half of them behind when a later one is missing."""
    return words


def database(name: str, *, pool: int) -> dict[str, Any]:
    """A PostgreSQL URL as Django's settings: `postgresql://role:password@host:port/name?host=/socket/folder`.

    pool: the most connections one process may hold."""
    url = urlsplit(env.str(name))
    if url.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"{name} must be a postgresql:// URL")
    options: dict[str, Any] = dict(parse_qsl(url.query))
    host = options.pop("host", "") or url.hostname or ""
    port = options.pop("port", "") or (str(url.port) if url.port else "")
    options.setdefault("connect_timeout", "5")
    options["options"] = "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    if pool:
        options["pool"] = {"min_size": 0, "max_size": pool, "timeout": 5, "max_idle": 60}
    return {
        "ENGINE": "workspaces.postgres",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
    }
