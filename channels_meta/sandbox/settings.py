import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    app_secret: str
    verify_token: str
    webhook_url: str
    state: Path
    host: str = "127.0.0.1"
    port: int = 8001
    smtp_port: int = 8002


def from_environment() -> Settings:
    """Raises KeyError naming the variable that is missing."""
    var = os.environ.get("PLAZA_VAR", "var")
    return Settings(
        app_secret=_first(os.environ["META_APP_SECRET"]),
        verify_token=_first(os.environ["META_VERIFY_TOKEN"]),
        webhook_url=os.environ.get("SANDBOX_WEBHOOK_URL", "http://127.0.0.1:8000/webhooks/whatsapp/"),
        state=Path(os.environ.get("SANDBOX_STATE", f"{var}/sandbox.sqlite3")),
        host=os.environ.get("SANDBOX_HOST", "127.0.0.1"),
        port=int(os.environ.get("SANDBOX_PORT", "8001")),
        smtp_port=int(os.environ.get("SANDBOX_SMTP_PORT", "8002")),
    )


def _first(several: str) -> str:
    return several.split(",", maxsplit=1)[0].strip()
