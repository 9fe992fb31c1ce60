"""The environment of every process we start: the caller's values win, then `.env`, then what is made here."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from devtool.errors import Stop
from devtool.paths import ROOT, VENV, write_private

# A second FIELD_KEYS is added in front by hand to rotate; the others are free to change in development.
GENERATED: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_KEYS": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),  # a Fernet key
    "META_APP_SECRET": lambda: secrets.token_hex(16),
    "META_VERIFY_TOKEN": lambda: secrets.token_urlsafe(24),
}


LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Ports:
    """Three neighbours: `--port N` moves all of them."""

    web: int

    @property
    def sandbox(self) -> int:
        return self.web + 1

    @property
    def smtp(self) -> int:
        return self.web + 2


def compose(var: Path, ports: Ports, servers: Mapping[str, str]) -> dict[str, str]:
    """Everything a process needs, in the order of who may overrule whom."""
    chosen = given()
    environment = {**_defaults(var, ports), **stored_secrets(var), **servers, **chosen}
    if "DATABASE_URL" not in chosen:
        # libpq would add these to a URL that names a socket only.
        environment = {name: value for name, value in environment.items() if not name.startswith("PG")}
    environment |= {name: switch(environment[name]) for name in ("DEBUG", "SANDBOX")}
    environment["PATH"] = f"{VENV / 'bin'}{os.pathsep}{environment.get('PATH', os.defpath)}"
    return environment


def given(dotenv: Path = ROOT / ".env") -> dict[str, str]:
    """What the caller says: `.env`, overruled by the environment. An empty value counts as unsaid."""
    said = {**read_dotenv(dotenv), **os.environ}
    return {name: value for name, value in said.items() if value}


def switch(value: str) -> str:
    """As the settings read it (django-environ's words), written one way."""
    return "1" if value.strip().lower() in {"1", "true", "on", "ok", "y", "yes"} else "0"


def _defaults(var: Path, ports: Ports) -> dict[str, str]:
    debug = given().get("DEBUG", "1")
    public = urlsplit(given().get("PUBLIC_URL", "")).hostname
    defaults = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms",  # root may run workers: in development, and alone
        "PLAZA_VAR": str(var),
        "DEBUG": debug,
        "ALLOWED_HOSTS": ",".join(dict.fromkeys((*LOCAL_HOSTS, public or "localhost"))),
        "PUBLIC_URL": f"http://localhost:{ports.web}",
        "SANDBOX": debug,
    }
    sandbox = switch(given().get("SANDBOX", debug)) == "1"
    return defaults | _sandbox_defaults(var, ports) if sandbox else defaults


def _sandbox_defaults(var: Path, ports: Ports) -> dict[str, str]:
    return {
        "GRAPH_URL": f"http://127.0.0.1:{ports.sandbox}",
        "EMAIL_URL": f"smtp://127.0.0.1:{ports.smtp}",
        "SANDBOX_URL": f"http://localhost:{ports.sandbox}",
        "SANDBOX_PORT": str(ports.sandbox),
        "SANDBOX_SMTP_PORT": str(ports.smtp),
        "SANDBOX_STATE": str(var / "sandbox.sqlite"),
        "SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{ports.web}/webhooks/whatsapp/",
    }


def read_dotenv(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    values = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        if not sign or not name.strip().isidentifier():
            raise Stop(f"{path.name}, line {number}: expected NAME=value")
        values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def stored_secrets(var: Path) -> dict[str, str]:
    """Made once and kept: sessions and encrypted tokens must survive a restart."""
    path = var / "secrets.env"
    stored = read_dotenv(path)
    missing = {name: make() for name, make in GENERATED.items() if name not in stored}
    if missing:
        stored |= missing
        write_private(path, "".join(f"{name}={value}\n" for name, value in stored.items()))
    return stored
