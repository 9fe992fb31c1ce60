"""Login with an account elsewhere: offered only where the environment configures it."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

# name -> where its login page is, which the form-action of our pages must allow
DOORS = {"google": "https://accounts.google.com", "microsoft": "https://login.microsoftonline.com"}
SCOPES = {"google": ["profile", "email"], "microsoft": ["User.Read"]}
NEEDS_JWT = {"google"}


@dataclass(frozen=True)
class SocialLogin:
    apps: list[str] = field(default_factory=list)
    providers: dict[str, Any] = field(default_factory=dict)
    doors: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, env: environ.Env) -> SocialLogin:
        names = env.list("SOCIAL_LOGIN", default=[])
        for name in names:
            if name not in DOORS:
                raise ImproperlyConfigured(f"SOCIAL_LOGIN knows {', '.join(DOORS)}, not {name!r}")
            if name in NEEDS_JWT and find_spec("jwt") is None:
                raise ImproperlyConfigured(f"SOCIAL_LOGIN={name} needs PyJWT (django-allauth[socialaccount])")
        return cls(
            apps=[f"allauth.socialaccount.providers.{name}" for name in names],
            providers={name: _provider(env, name) for name in names},
            doors=[DOORS[name] for name in names],
        )


def _provider(env: environ.Env, name: str) -> dict[str, Any]:
    client, secret = env.str(f"{name.upper()}_CLIENT_ID"), env.str(f"{name.upper()}_CLIENT_SECRET")
    return {"APPS": [{"client_id": client, "secret": secret, "key": ""}], "SCOPE": SCOPES[name]}
