"""One drawing of a thing. A message is drawn here for the page, the form's reply, the socket and the catch-up; a list
row for the page and the nudge. Both depend on the row and the language only."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence

from django.core.cache import cache
from django.db.models import Prefetch, prefetch_related_objects
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from inbox import kinds
from inbox.models import Channel, Conversation, Message
from workspaces import tenancy

UNREAD_MARK = "<!--unread-->"
ROW_SECONDS = 600
# Fifty browsers ask for a row that changed within the same second. One draws it; drawing holds the interpreter, so the
# others lose nothing by waiting.
_pen = threading.Lock()


def draw_message(message: Message) -> SafeString:
    return draw_messages([message])


def draw_messages(messages: Sequence[Message]) -> SafeString:
    """The fragments of these messages, each replacing or inserting itself by its id."""
    load_for_drawing(messages)
    template = get_template("inbox/_message.html")
    return mark_safe("".join(template.render({"message": message}) for message in messages))  # noqa: S308 (templates)


def load_for_drawing(messages: Sequence[Message]) -> None:
    """What the drawing follows, in one query each for all messages."""
    prefetch_related_objects(messages, "author__user", "reply_to__author__user", "attachments", "conversation__contact")
    # few speak of their channel: why it refused them, what it could not pass on
    speaking = [one for one in messages if one.failure or one.kind == kinds.UNSUPPORTED]
    prefetch_related_objects(speaking, Prefetch("channel", Channel.objects.defer("secrets", "config")))


def draw_rows(conversations: Iterable[Conversation], unread: dict[int, int]) -> SafeString:
    """List rows, cached by (id, rev, language); the reader's own unread count is put in behind the cache."""
    rows = list(conversations)
    keys = {row.pk: _row_key(row) for row in rows}
    drawn = _kept(keys)
    missing = {pk: key for pk, key in keys.items() if pk not in drawn}
    if missing:
        with _pen:
            drawn |= _kept(missing)
            drawn |= _draw_anew([pk for pk in missing if pk not in drawn])
    badges = {count: _badge(count) for count in {0, *unread.values()}}
    html = [drawn[row.pk].replace(UNREAD_MARK, badges[unread.get(row.pk, 0)]) for row in rows if row.pk in drawn]
    return mark_safe("".join(html))  # noqa: S308 (each came out of a template)


def _kept(keys: Mapping[int, str]) -> dict[int, str]:
    kept: dict[str, str] = cache.get_many(keys.values())
    return {pk: kept[key] for pk, key in keys.items() if key in kept}


def _draw_anew(pks: list[int]) -> dict[int, str]:
    """What a row shows of others is read only where the row is not kept."""
    if not pks:
        return {}
    rows = list(Conversation.objects.filter(pk__any_of=pks).for_rows())
    drawn = {row.pk: _draw_row(row) for row in rows}
    cache.set_many({_row_key(row): drawn[row.pk] for row in rows}, ROW_SECONDS)
    return drawn


def _row_key(row: Conversation) -> str:
    return f"row:{tenancy.current_id()}:{row.pk}:{row.rev}:{get_language()}"


def _draw_row(row: Conversation) -> str:
    return get_template("inbox/_row.html").render({"conversation": row})


def _badge(count: int) -> str:
    return get_template("inbox/_unread.html").render({"count": count}) if count else ""
