from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.routing import BaseRoute

from channels_meta.sandbox.store import Store, now_ms


class Postman:
    """Keeps what arrives over SMTP; nothing ever leaves."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        parsed = message_from_bytes(raw, policy=policy.default)
        self.store.write(
            "INSERT INTO mails (at, sender, recipients, subject, raw) VALUES (?, ?, ?, ?, ?)",
            now_ms(),
            envelope.mail_from or "",
            ", ".join(envelope.rcpt_tos),
            str(parsed["subject"] or ""),
            raw,
        )
        await self.store.committed()
        return "250 OK"


routes: list[BaseRoute] = []
