"""How the thread shows text and channels."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from inbox.models import Channel
from workspaces.templatetags.plaza import sprite

register = template.Library()

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]", re.IGNORECASE)


@register.filter
def linked(text: str) -> SafeString:
    """Customer text, escaped, with its web addresses as links. Line breaks are the style sheet's."""
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(
            format_html('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>', match.group())
        )
        end = match.end()
    parts.append(escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 (every part is escaped above)


@register.simple_tag
def mark(channel: Channel) -> SafeString:
    """The channel's mark: its shape and colour differ by kind, its name is read aloud."""
    return format_html(
        '<svg class="mark {0}" role="img" aria-label="{1}"><use href="{2}#ch-{0}"></use></svg>',
        channel.kind,
        channel.label,
        sprite(),
    )
