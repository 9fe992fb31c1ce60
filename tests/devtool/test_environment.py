from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from devtool import environment
from devtool.environment import Ports, compose, given, read_dotenv, stored_secrets
from devtool.errors import Stop
from devtool.paths import VENV

pytestmark = pytest.mark.usefixtures("nothing_said")
SERVERS = {"DATABASE_URL": "postgresql://plaza_app@/plaza", "REDIS_URL": "redis://x"}


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / ".env"
    monkeypatch.setattr(environment.given, "__defaults__", (path,))
    return path


class TestDotenv:
    def test_the_usual_forms_are_read(self, dotenv: Path) -> None:
        dotenv.write_text("# a comment\n\nA=1\nexport B = two words \nC='quoted # text'\nD=\"x=y\"\nE=\n")
        assert read_dotenv(dotenv) == {"A": "1", "B": "two words", "C": "quoted # text", "D": "x=y", "E": ""}

    def test_no_file_is_no_values(self, dotenv: Path) -> None:
        assert read_dotenv(dotenv) == {}

    @pytest.mark.parametrize("line", ["just words", "A B=1", "=1"])
    def test_a_line_that_is_none_is_named(self, dotenv: Path, line: str) -> None:
        dotenv.write_text(f"A=1\n{line}\n")
        with pytest.raises(Stop, match=r"\.env, line 2"):
            read_dotenv(dotenv)


class TestWhoOverrulesWhom:
    def test_the_environment_wins_over_the_file(self, dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        dotenv.write_text("GRAPH_VERSION=v24.0\nLOG_LEVEL=DEBUG\n")
        monkeypatch.setenv("GRAPH_VERSION", "v26.0")
        said = given()
        assert (said["GRAPH_VERSION"], said["LOG_LEVEL"]) == ("v26.0", "DEBUG")

    def test_an_empty_value_counts_as_unsaid(self, dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        dotenv.write_text("SECRET_KEY=\n")
        monkeypatch.setenv("DATABASE_URL", "")
        assert not {"SECRET_KEY", "DATABASE_URL"} & given().keys()

    def test_what_is_said_wins_over_what_is_made_here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("META_APP_SECRET", "mine")
        monkeypatch.setenv("PUBLIC_URL", "https://plaza.example")
        composed = compose(tmp_path, Ports(9000), SERVERS)
        assert (composed["META_APP_SECRET"], composed["PUBLIC_URL"]) == ("mine", "https://plaza.example")
        assert composed["DATABASE_URL"] == SERVERS["DATABASE_URL"]

    def test_a_database_that_is_said_wins_and_keeps_its_libpq_settings(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PGSSLMODE", "require")
        assert "PGSSLMODE" not in compose(tmp_path, Ports(9000), SERVERS)
        monkeypatch.setenv("DATABASE_URL", "postgresql://other/plaza")
        composed = compose(tmp_path, Ports(9000), SERVERS)
        assert (composed["DATABASE_URL"], composed["PGSSLMODE"]) == ("postgresql://other/plaza", "require")


class TestDefaults:
    def test_three_neighbouring_ports(self, tmp_path: Path) -> None:
        composed = compose(tmp_path, Ports(9000), SERVERS)
        assert composed["PUBLIC_URL"] == "http://localhost:9000"
        assert composed["GRAPH_URL"] == "http://127.0.0.1:9001"
        assert (composed["SANDBOX_PORT"], composed["SANDBOX_SMTP_PORT"]) == ("9001", "9002")
        assert composed["EMAIL_URL"] == "smtp://127.0.0.1:9002"
        assert composed["SANDBOX_WEBHOOK_URL"] == "http://127.0.0.1:9000/webhooks/whatsapp/"

    def test_without_debug_the_sandbox_is_off_and_nothing_points_to_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DEBUG", "0")
        composed = compose(tmp_path, Ports(9000), SERVERS)
        assert (composed["DEBUG"], composed["SANDBOX"]) == ("0", "0")
        assert not {"GRAPH_URL", "EMAIL_URL", "SANDBOX_PORT"} & composed.keys()

    def test_it_can_be_switched_on(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DEBUG", "0")
        monkeypatch.setenv("SANDBOX", "1")
        assert compose(tmp_path, Ports(9000), SERVERS)["GRAPH_URL"] == "http://127.0.0.1:9001"

    @pytest.mark.parametrize(("said", "means"), [("true", "1"), ("True", "1"), ("on", "1"), ("0", "0"), ("no", "0")])
    def test_a_switch_means_to_us_what_it_means_to_the_settings(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, means: str
    ) -> None:
        monkeypatch.setenv("DEBUG", said)
        composed = compose(tmp_path, Ports(9000), SERVERS)
        assert (composed["DEBUG"], composed["SANDBOX"]) == (means, means)
        assert ("SANDBOX_PORT" in composed) is (means == "1")

    @pytest.mark.parametrize("url", ["https://plaza.example", "https://plaza.example:8443/"])
    def test_it_answers_to_the_name_that_people_type(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
    ) -> None:
        monkeypatch.setenv("PUBLIC_URL", url)
        hosts = compose(tmp_path, Ports(9000), SERVERS)["ALLOWED_HOSTS"].split(",")
        assert hosts == ["localhost", "127.0.0.1", "[::1]", "plaza.example"]

    def test_our_programs_are_found_first(self, tmp_path: Path) -> None:
        assert compose(tmp_path, Ports(9000), SERVERS)["PATH"].startswith(f"{VENV}/bin:")


class TestSecrets:
    def test_they_are_made_once_and_kept_private(self, tmp_path: Path) -> None:
        first = stored_secrets(tmp_path)
        assert stored_secrets(tmp_path) == first
        assert first.keys() == environment.GENERATED.keys()
        assert len(set(first.values())) == len(first)
        assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600

    def test_two_installations_share_none(self, tmp_path: Path) -> None:
        here, there = stored_secrets(tmp_path / "a"), stored_secrets(tmp_path / "b")
        assert not set(here.values()) & set(there.values())

    def test_a_new_kind_is_added_to_those_kept(self, tmp_path: Path) -> None:
        (tmp_path / "secrets.env").write_text("SECRET_KEY=old\n")
        assert stored_secrets(tmp_path)["SECRET_KEY"] == "old"
        assert stored_secrets(tmp_path).keys() == environment.GENERATED.keys()

    def test_the_field_key_encrypts(self, tmp_path: Path) -> None:
        key = Fernet(stored_secrets(tmp_path)["FIELD_KEYS"])
        assert key.decrypt(key.encrypt(b"token")) == b"token"
