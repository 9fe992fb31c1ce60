"""DEBUG=0: what a browser gets from a Plaza that is set up as in production, and what it refuses to start with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from devtool.paths import ROOT

REPORTER = [sys.executable, "-m", "tests.config.production"]
SET = {"DEBUG": "0", "PUBLIC_URL": "https://plaza.example", "ALLOWED_HOSTS": "plaza.example"}
UNSET = ("SANDBOX", "SANDBOX_URL", "GRAPH_URL", "CHROMIUM")


def run(argv: list[str], **changes: str | None) -> subprocess.CompletedProcess[str]:
    """With production's environment; a change to None takes the setting away."""
    wanted: dict[str, str | None] = {**SET, **dict.fromkeys(UNSET), **changes}
    env = {name: value for name, value in {**os.environ, **wanted}.items() if value is not None}
    return subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = run([*REPORTER, str(tmp_path_factory.mktemp("static"))])
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_page_is_drawn_with_files_named_by_their_digest(report: dict[str, Any]) -> None:
    status, _, html = report["login"]
    assert status == 200
    files = re.findall(r'/static/[^"\']+\.(?:css|js|svg|woff2)', html)
    assert files
    assert all(re.search(r"\.[0-9a-f]{12}\.", name) for name in files)


def test_no_script_or_style_may_stand_in_a_page(report: dict[str, Any]) -> None:
    policy = dict(part.strip().split(" ", 1) for part in report["login"][1]["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert re.fullmatch(r"'self'( 'nonce-[\w+/=-]+')?", policy["script-src"])
    assert "unsafe" not in str(policy)
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'self'")


def test_a_browser_is_told_to_stay_on_https_for_a_year(report: dict[str, Any]) -> None:
    words = report["login"][1]["Strict-Transport-Security"]
    assert int(words.split(";")[0].removeprefix("max-age=")) >= 31_536_000
    assert "includeSubDomains" in words
    assert report["behind_proxy"] is True


def test_the_other_headers(report: dict[str, Any]) -> None:
    headers = report["login"][1]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_cookies_go_over_https_and_to_this_host_only(report: dict[str, Any]) -> None:
    cookie = report["csrf_cookie"]
    assert (cookie["secure"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert report["session_cookie"] == ["__Host-session", True, True]


def test_only_our_own_name_is_answered(report: dict[str, Any]) -> None:
    assert report["stranger"] == 400


def test_only_our_own_pages_may_post(report: dict[str, Any]) -> None:
    ours, evil, opaque = report["origins"]
    assert ours in (200, 302)
    assert (evil, opaque) == (403, 403)


def test_health_is_answered_over_plain_http(report: dict[str, Any]) -> None:
    assert report["health"] == [200, {"status": "ok"}, False]


def test_the_sandbox_is_off_and_nothing_points_to_it(report: dict[str, Any]) -> None:
    assert report["sandbox"] == [False, "", "https://graph.facebook.com"]
    assert "sandbox" not in report["login"][2].lower()
    assert "plaza-demo" not in report["login"][2]


def test_a_missing_page_shows_no_settings_and_no_traceback(report: dict[str, Any]) -> None:
    assert "urlpatterns" not in report["lost"].lower()
    assert "Traceback" not in report["lost"]
    assert "404" in report["lost"]


@pytest.mark.parametrize("missing", ["SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "REDIS_URL"])
def test_what_is_missing_is_named_instead_of_guessed(missing: str) -> None:
    done = run([sys.executable, "manage.py", "check"], **{missing: None})
    assert done.returncode != 0
    assert missing in done.stderr.splitlines()[-1]


def test_it_does_not_start_without_https() -> None:
    done = run([sys.executable, "manage.py", "check"], PUBLIC_URL="http://plaza.example")
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].endswith("PUBLIC_URL must be https:// in production")


def test_djangos_own_list_for_deployments_finds_nothing() -> None:
    """But for the redirect to https, which is the proxy's: health checks come over plain HTTP."""
    done = run([sys.executable, "manage.py", "check", "--deploy"], SECRET_KEY="k3!" + "abcdefghijklmnopqrstuvwxyz" * 3)
    assert done.returncode == 0, done.stderr
    assert set(re.findall(r"\w+\.W\d+", done.stderr)) <= {"security.W008"}
