"""An agent at their desk, over HTTP as a browser does it."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass

import httpx

PASSWORD = "plaza-demo"
AGENT, WORKSPACE = "ana@plaza.example", "calzado-sur"
STATES = re.compile(r'<article class="message out[^>]*?data-state="(?P<state>\w*)"', re.DOTALL)
ARTICLE = re.compile(r'<article class="message [^>]*?data-id="(?P<pk>\d+)"', re.DOTALL)


@dataclass(frozen=True)
class Page:
    """`status` 0: no answer at all."""

    status: int
    html: str
    seconds: float

    def states(self) -> list[str]:
        """Of the team's messages in a thread, from the oldest."""
        return [found["state"] for found in STATES.finditer(self.html)]

    def messages(self) -> list[int]:
        return [int(found["pk"]) for found in ARTICLE.finditer(self.html)]


class Desk:
    def __init__(self, port: int, email: str = AGENT, workspace: str = WORKSPACE) -> None:
        self.email, self.workspace = email, workspace
        self.client = httpx.Client(base_url=f"http://localhost:{port}", timeout=20, trust_env=False)

    def close(self) -> None:
        self.client.close()

    def log_in(self) -> None:
        self.client.get("/accounts/login/").raise_for_status()
        form = {"login": self.email, "password": PASSWORD, "csrfmiddlewaretoken": self._token()}
        answer = self.client.post("/accounts/login/", data=form)
        if answer.status_code != httpx.codes.FOUND:
            raise RuntimeError(f"{self.email} could not log in: HTTP {answer.status_code}")

    def _token(self) -> str:
        return self.client.cookies.get("plaza-csrf") or ""

    def page(self, path: str) -> Page:
        began = time.monotonic()
        try:
            answer = self.client.get(f"/w/{self.workspace}/{path}")
        except httpx.HTTPError:
            return Page(0, "", time.monotonic() - began)
        return Page(answer.status_code, answer.text, time.monotonic() - began)

    def thread(self, conversation: int) -> Page:
        return self.page(f"conversations/{conversation}/")

    def inbox(self) -> Page:
        return self.page("inbox/?view=all")

    def reply(self, conversation: int, text: str, patience: float = 60) -> None:
        """Sends it once, however often the server has to be asked: the same client id again is the same message."""
        form = {"text": text, "client_id": str(uuid.uuid4())}
        until = time.monotonic() + patience
        while (status := self._post(f"conversations/{conversation}/messages/", form)) not in (200, 201):
            if time.monotonic() > until or 400 <= status < 500:
                raise RuntimeError(f"the reply was not taken: HTTP {status}")
            time.sleep(0.3)

    def press(self, path: str) -> None:
        """A button: a POST without words."""
        if (status := self._post(path, {})) != httpx.codes.OK:
            raise RuntimeError(f"{path}: HTTP {status}")

    def _post(self, path: str, form: dict[str, str]) -> int:
        try:
            headers = {"X-CSRFToken": self._token()}
            return self.client.post(f"/w/{self.workspace}/{path}", data=form, headers=headers).status_code
        except httpx.HTTPError:
            return 0
