"""What the sandbox's mailbox got."""

from __future__ import annotations

import json
import re
import time
import urllib.request

LINK = re.compile(r"https?://\S+")
PATIENCE = 15.0


class Mailbox:
    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/mailbox/all.json"

    def newest(self, to: str, subject: str = "") -> str:
        """The text of the newest mail to somebody, as soon as it is there."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with urllib.request.urlopen(self.address, timeout=5) as answer:
                mails = json.load(answer)["mails"]
            for mail in mails:
                if to in mail["recipients"] and subject in mail["subject"]:
                    return str(mail["text"])
            time.sleep(0.2)
        raise AssertionError(f"no mail to {to} about {subject!r}")

    def link(self, to: str, subject: str = "") -> str:
        found = LINK.search(self.newest(to, subject))
        assert found
        return found[0]
