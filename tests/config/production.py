"""Run by tests/config/test_production.py in a process of its own: asks Plaza, set up as in production, a few things and
prints the answers as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import django


def main(static_root: str) -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    settings.STATIC_ROOT = static_root
    call_command("collectstatic", "--no-input", verbosity=0)
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    page = client.get("/accounts/login/", secure=True, headers={"Host": "plaza.example"})
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    form = {"email": "not an address", "csrfmiddlewaretoken": token}

    def posted(origin: str) -> int:
        headers = {"Host": "plaza.example", "Origin": origin}
        return client.post("/accounts/password/reset/", form, secure=True, headers=headers).status_code

    def got(path: str, host: str = "plaza.example", **headers: str) -> Any:
        return Client().get(path, headers={"Host": host, **headers})

    plain, proxied = got("/healthz"), got("/healthz", **{"X-Forwarded-Proto": "https"})
    report = {
        "login": [page.status_code, dict(page.headers), page.content.decode()],
        "csrf_cookie": dict(client.cookies[settings.CSRF_COOKIE_NAME].items()),
        "session_cookie": [getattr(settings, f"SESSION_COOKIE_{name}") for name in ("NAME", "SECURE", "HTTPONLY")],
        "stranger": got("/accounts/login/", "evil.example").status_code,
        "origins": [posted(origin) for origin in ("https://plaza.example", "https://evil.example", "null")],
        "behind_proxy": proxied.has_header("Strict-Transport-Security"),
        "health": [plain.status_code, plain.json(), plain.has_header("Strict-Transport-Security")],
        "sandbox": [settings.SANDBOX, settings.SANDBOX_URL, settings.GRAPH_URL],
        "lost": got("/no/such/page/").content.decode(),
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1])
