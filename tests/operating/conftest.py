"""The inbox's own cast: a conversation, and the platform's stand-in; and no broker."""

import pytest

from tests.inbox.conftest import _platform, conversation, platform
from workspaces import doorbell

__all__ = ["_platform", "conversation", "platform"]


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "ring", lambda *_: True)
