"""Every installation's settings come from its environment; what is missing or unsafe stops the process by name."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from tests.config.loading import NEEDED, loaded

DEVELOPMENT = {"DEBUG": "1", "PUBLIC_URL": "http://localhost:8000"}


class TestWhatIsMissing:
    @pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "REDIS_URL"])
    def test_it_is_named(self, name: str) -> None:
        with pytest.raises(ImproperlyConfigured, match=name):
            loaded(without=name)

    @pytest.mark.parametrize("command", ["migrate", "makemigrations", "sqlmigrate", "showmigrations"])
    def test_who_migrates_needs_the_owner(self, command: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="DATABASE_OWNER_URL"):
            loaded(command=command, without="DATABASE_OWNER_URL")

    @pytest.mark.parametrize("command", ["", "clock", "runserver", "connect_channel", "migrate_something"])
    def test_nobody_else_does(self, command: str) -> None:
        assert loaded(command=command, without="DATABASE_OWNER_URL")["DATABASES"]["default"]["USER"] == "plaza_app"

    @pytest.mark.parametrize("name", ["META_APP_SECRET", "META_VERIFY_TOKEN"])
    def test_without_a_secret_nobody_is_let_in(self, name: str) -> None:
        assert loaded()[f"{name}S"] == []

    @pytest.mark.parametrize("keys", ["", ",", " , "])
    def test_no_key_at_all(self, keys: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
            loaded(FIELD_KEYS=keys)

    @pytest.mark.parametrize("key", ["", " "])
    def test_an_empty_secret_signs_nothing(self, key: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
            loaded(SECRET_KEY=key)


class TestWhatIsMalformed:
    @pytest.mark.parametrize("name", ["DB_POOL", "WEB_THREADS", "CLOCK_TICK_SECONDS", "WEBHOOK_RETENTION_DAYS"])
    @pytest.mark.parametrize("value", ["many", ""])
    def test_a_number_that_is_none_is_named(self, name: str, value: str) -> None:
        with pytest.raises(ImproperlyConfigured, match=name):
            loaded(**{name: value})

    @pytest.mark.parametrize("url", ["mysql://a@b/c", "plaza", "sqlite:///x"])
    def test_another_database(self, url: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must be a postgresql:// URL"):
            loaded(DATABASE_URL=url)

    @pytest.mark.parametrize("url", ["http://plaza.example", "plaza.example", "ftp://plaza.example", ""])
    def test_an_address_that_is_not_safe(self, url: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL must be https://"):
            loaded(PUBLIC_URL=url)

    @pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1", "https://plaza.example"])
    def test_one_that_is(self, url: str) -> None:
        assert loaded(PUBLIC_URL=f"{url}/")["PUBLIC_URL"] == url

    def test_in_development_any(self) -> None:
        assert loaded(DEBUG="1", PUBLIC_URL="http://plaza.test")["PUBLIC_URL"] == "http://plaza.test"


class TestSafety:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DEBUG", False),
            ("SECURE", True),
            ("SESSION_COOKIE_SECURE", True),
            ("CSRF_COOKIE_SECURE", True),
            ("SESSION_COOKIE_NAME", "__Host-session"),
            ("CSRF_COOKIE_NAME", "__Host-csrf"),
            ("SESSION_COOKIE_SAMESITE", "Lax"),
            ("SECURE_HSTS_SECONDS", 31_536_000),
            ("SECURE_HSTS_INCLUDE_SUBDOMAINS", True),
            ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https")),
            ("SECURE_CONTENT_TYPE_NOSNIFF", True),
            ("X_FRAME_OPTIONS", "DENY"),
            ("WHITENOISE_AUTOREFRESH", False),
            ("SANDBOX", False),
            ("ALLOWED_HOSTS", ["plaza.example", "localhost", "127.0.0.1"]),
            ("CSRF_TRUSTED_ORIGINS", ["https://plaza.example"]),
            ("GRAPH_URL", "https://graph.facebook.com"),
        ],
    )
    def test_in_production(self, name: str, value: object) -> None:
        assert loaded()[name] == value

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DEBUG", True),
            ("SESSION_COOKIE_SECURE", False),
            ("SESSION_COOKIE_NAME", "plaza-session"),
            ("CSRF_COOKIE_NAME", "plaza-csrf"),
            ("SECURE_HSTS_SECONDS", 0),
            ("SECURE_PROXY_SSL_HEADER", None),  # there is no proxy: anybody could send the header
            ("SANDBOX", True),
            ("WHITENOISE_USE_FINDERS", True),
        ],
    )
    def test_in_development(self, name: str, value: object) -> None:
        assert loaded(**DEVELOPMENT)[name] == value

    @pytest.mark.parametrize("debug", ["0", "1"])
    def test_no_page_runs_what_is_not_ours(self, debug: str) -> None:
        policy = loaded(DEBUG=debug)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
        sources = {source for directive in policy.values() for source in map(str, directive)}
        assert not sources & {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"}
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]

    def test_the_body_limit_of_pages_is_no_smaller_than_the_doors(self) -> None:
        from channels_meta.door import MAX_BODY

        assert loaded()["DATA_UPLOAD_MAX_MEMORY_SIZE"] >= MAX_BODY

    def test_no_secret_is_in_what_is_logged(self) -> None:
        assert "s" * 50 not in str(loaded()["LOGGING"])


class TestData:
    def test_the_app_role_pools_and_the_owner_does_not(self) -> None:
        app, owner = loaded(DB_POOL="3"), loaded(command="migrate", DB_POOL="3")
        assert (app["DATABASES"]["default"]["USER"], owner["DATABASES"]["default"]["USER"]) == (
            "plaza_app",
            "plaza_owner",
        )
        assert app["DATABASES"]["default"]["OPTIONS"]["pool"]["max_size"] == 3
        assert "pool" not in owner["DATABASES"]["default"]["OPTIONS"]
        assert app["APP_DATABASE_ROLE"] == owner["APP_DATABASE_ROLE"] == "plaza_app"

    def test_broker_cache_and_sockets_share_the_one_address(self) -> None:
        found = loaded()
        url = NEEDED["REDIS_URL"]
        assert found["CELERY_BROKER_URL"] == found["CACHES"]["default"]["LOCATION"] == url
        assert found["CHANNEL_LAYERS"]["default"]["CONFIG"]["hosts"] == [url]
        assert found["CHANNEL_LAYERS"]["default"]["CONFIG"]["prefix"] == found["CHANNEL_PREFIX"]

    def test_a_task_that_runs_is_not_started_again(self) -> None:
        found = loaded()
        assert found["CELERY_TASK_TIME_LIMIT"] < found["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"]
        assert found["CELERY_TASK_ACKS_LATE"]
        assert found["CELERY_TASK_REJECT_ON_WORKER_LOST"]
        assert found["CELERY_WORKER_PREFETCH_MULTIPLIER"] == 1

    @pytest.mark.parametrize(
        ("given", "read"),
        [("one", ["one"]), ("one,two", ["one", "two"]), ("one, two", ["one", "two"]), (" one ,", ["one"])],
    )
    @pytest.mark.parametrize("name", ["META_APP_SECRET", "META_VERIFY_TOKEN"])
    def test_several_secrets_while_they_are_rotated(self, name: str, given: str, read: list[str]) -> None:
        """A blank beside a comma must not make a secret that signs nothing."""
        assert loaded(**{name: given})[f"{name}S"] == read

    @pytest.mark.parametrize(
        ("url", "host", "port", "tls"),
        [
            ("smtp://mail.example:2525", "mail.example", 2525, False),
            ("smtp+tls://user:secret@mail.example:587", "mail.example", 587, True),
        ],
    )
    def test_mail(self, url: str, host: str, port: int, tls: bool) -> None:
        found = loaded(EMAIL_URL=url)
        assert (found["EMAIL_HOST"], found["EMAIL_PORT"], bool(found["EMAIL_USE_TLS"])) == (host, port, tls)
        assert bool(found["EMAIL_HOST_PASSWORD"]) is tls

    def test_mail_over_tls_from_the_first_byte(self) -> None:
        found = loaded(EMAIL_URL="smtp+ssl://user:secret@mail.example:465")
        assert (found["EMAIL_PORT"], found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (465, True, False)

    @pytest.mark.parametrize("url", ["https://graph.facebook.com/", "http://127.0.0.1:8001//"])
    def test_the_platforms_address_has_no_slash_at_its_end(self, url: str) -> None:
        assert loaded(GRAPH_URL=url)["GRAPH_URL"] == url.rstrip("/")


class TestRegistries:
    """Dotted paths: what a lower room knows of an upper one."""

    SETTINGS = loaded()

    @pytest.mark.parametrize(
        "path",
        [
            *SETTINGS["CHANNEL_ADAPTERS"],
            *SETTINGS["CLOCK_JOBS"],
            *SETTINGS["DEMO_SEEDERS"],
            *(path for paths in SETTINGS["EVENT_LISTENERS"].values() for path in paths),
            *(path for path in SETTINGS["MIDDLEWARE"] if path.startswith("workspaces.")),
            SETTINGS["CSRF_FAILURE_VIEW"],
            SETTINGS["ACCOUNT_ADAPTER"],
            SETTINGS["CACHES"]["default"]["BACKEND"],
            SETTINGS["CHANNEL_LAYERS"]["default"]["BACKEND"],
        ],
    )
    def test_each_leads_somewhere(self, path: str) -> None:
        assert import_string(path) is not None

    @pytest.mark.parametrize("kind", [row[1] for row in SETTINGS["DEMO_ACCOUNTS"]])
    def test_the_demos_accounts_are_of_known_kinds(self, kind: str) -> None:
        from inbox.port import adapters

        assert kind in adapters()

    def test_the_languages_have_their_catalogues(self) -> None:
        from devtool.catalogues import LANGUAGES

        def folder(code: str) -> str:
            language, _, country = code.partition("-")
            return f"{language}_{country.upper()}" if country else language

        languages: list[Any] = self.SETTINGS["LANGUAGES"]
        assert {folder(code) for code, _ in languages} == set(LANGUAGES)
