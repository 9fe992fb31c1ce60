"""The mail that the product sends, kept here instead of going anywhere."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from channels_meta.sandbox import platform
from channels_meta.sandbox.pages import page
from channels_meta.sandbox.store import Store, now_ms

SHOWN = 200
# A mail brings its own styles and inline pictures; the frame that shows it has no scripts and no network.
MAIL_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
)


class Postman:
    """Keeps what arrives over SMTP; nothing ever leaves."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        subject = str(_parsed(raw)["subject"] or "")
        recipients = ", ".join(envelope.rcpt_tos)
        self.store.write(
            "INSERT INTO mails (at, sender, recipients, subject, raw) VALUES (?, ?, ?, ?, ?)",
            now_ms(),
            envelope.mail_from or "",
            recipients,
            subject,
            raw,
        )
        await self.store.committed()
        return "250 OK"


@dataclass(frozen=True)
class Mail:
    id: int
    at: int
    sender: str
    recipients: str
    subject: str
    text: str = ""
    html: str = ""

    @property
    def clock(self) -> str:
        return datetime.fromtimestamp(self.at / 1000).astimezone().strftime("%d %b, %H:%M:%S")

    @property
    def framed(self) -> str:
        """Links leave the frame for a tab of their own."""
        return f'<base target="_blank">{self.html}'


async def mailbox(request: Request) -> Response:
    return page(request, "mailbox.html", mails=_mails(request), mail=None)


async def one_mail(request: Request) -> Response:
    row = platform.of(request).store.one("SELECT * FROM mails WHERE id = ?", request.path_params["mail"])
    if row is None:
        raise HTTPException(404, "no such mail")
    return page(request, "mailbox.html", csp=MAIL_CSP, mails=_mails(request), mail=_mail(row, with_body=True))


async def mail_list(request: Request) -> Response:
    current = request.query_params.get("mail", "")
    return page(request, "_mails.html", mails=_mails(request), current=int(current) if current.isdecimal() else 0)


async def empty(request: Request) -> Response:
    stage = platform.of(request)
    stage.store.write("DELETE FROM mails")
    await stage.store.committed()
    return RedirectResponse("/mailbox/", 303)


async def mails_json(request: Request) -> Response:
    """For tests: the newest first, with bodies."""
    rows = platform.of(request).store.all("SELECT * FROM mails ORDER BY id DESC LIMIT ?", SHOWN)
    return JSONResponse({"mails": [vars(_mail(row, with_body=True)) for row in rows]})


def _mails(request: Request) -> list[Mail]:
    rows = platform.of(request).store.all("SELECT * FROM mails ORDER BY id DESC LIMIT ?", SHOWN)
    return [_mail(row, with_body=False) for row in rows]


def _mail(row: Any, with_body: bool) -> Mail:
    head = (row["id"], row["at"], row["sender"], row["recipients"], row["subject"])
    if not with_body:
        return Mail(*head)
    parsed = _parsed(row["raw"])
    return Mail(*head, text=_part(parsed, "plain"), html=_part(parsed, "html"))


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    return str(part.get_content()) if part is not None else ""


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


routes: list[BaseRoute] = [
    Route("/mailbox/", mailbox),
    Route("/mailbox/list", mail_list),
    Route("/mailbox/all.json", mails_json),
    Route("/mailbox/emptying", empty, methods=["POST"]),
    Route("/mailbox/{mail:int}", one_mail),
]
