"""A failure, judged and explained (contract §6, §99). The table is `error_table.py`, its words `error_words.py`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from channels_meta import graph
from channels_meta.whatsapp import error_words
from channels_meta.whatsapp.error_table import RULES, Rule
from inbox.port import Failure, Outcome, Scope, SendError

# Codes of our own, for what is refused before anything is sent.
KIND = "kind_unsupported"
RECIPIENT = "recipient_unsupported"
EMPTY = "text_empty"
TOO_LONG = "text_too_long"

WORDS = {
    **graph.WORDS,
    KIND: _("This kind of message cannot be sent by WhatsApp from here yet. Send it as text."),
    RECIPIENT: _("WhatsApp has no address for this customer, so nothing was sent. Ask them to write first."),
    EMPTY: _("The message is empty, so nothing was sent. Write something first."),
    TOO_LONG: _("The text is longer than WhatsApp takes, so nothing was sent. Shorten it or send it in parts."),
}
UNKNOWN_CODE = _("WhatsApp answered with an error we do not know (code %(code)s). If it comes again, ask an admin.")
NO_CODE = _("WhatsApp refused this message and gave no reason. Send it again; if it stays so, ask an admin.")
THEIR_WORDS = _("WhatsApp says: %(detail)s")

BY_CODE = {code: rule for rule in RULES for code in rule.codes if isinstance(code, int)}
BY_RANGE = [(codes, rule) for rule in RULES for codes in rule.codes if isinstance(codes, range)]
LOGGED_OUT = 0  # means that only with HTTP 401


def rule_for(code: int | None) -> Rule | None:
    """A code's own row, else the row of the range it lies in."""
    if code is None:
        return None
    return BY_CODE.get(code) or next((rule for codes, rule in BY_RANGE if code in codes), None)


def judge(refusal: graph.Refusal, *, by_link: bool = False) -> SendError:
    """`by_link`: the message named a file by its address, which the platform fetches itself."""
    code = f"http_{refusal.status}" if refusal.code is None else str(refusal.code)
    failure = Failure(code, refusal.title, refusal.detail)
    rule = rule_for(refusal.code)
    if rule is None or (refusal.code == LOGGED_OUT and refusal.status != 401):
        return _unlisted(refusal, failure)
    outcome = Outcome.RETRY if by_link and rule.by_link else rule.outcome
    return SendError(failure, outcome, scope=rule.scope, retry_after=max(refusal.retry_after, rule.wait))


def _unlisted(refusal: graph.Refusal, failure: Failure) -> SendError:
    """429 means throttled whatever the code (§99). A 5xx with a code we do not know proves nothing."""
    if refusal.status == 429:
        return SendError(failure, Outcome.RETRY, scope=Scope.CHANNEL, retry_after=refusal.retry_after)
    if refusal.is_transient:
        return SendError(failure, Outcome.RETRY, retry_after=refusal.retry_after)
    return SendError(failure, Outcome.UNKNOWN if refusal.status >= 500 else Outcome.REJECTED)


def explain(failure: Failure) -> str:
    if failure.code in WORDS:
        return str(WORDS[failure.code])
    number = failure.code.isdecimal() and len(failure.code) < 12
    rule = rule_for(int(failure.code)) if number else None
    if rule is None:
        words = str(UNKNOWN_CODE) % {"code": failure.code} if failure.code else str(NO_CODE)
        return _with_detail(words, failure)
    words = str(error_words.WORDS[rule.words])
    return _with_detail(words, failure) if rule.with_detail else words


def _with_detail(words: str, failure: Failure) -> str:
    detail = failure.detail or failure.title
    return f"{words} {str(THEIR_WORDS) % {'detail': detail}}" if detail else words
