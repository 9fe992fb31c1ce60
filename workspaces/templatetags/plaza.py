"""Tags every template has without loading them."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

CAP = 100


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite. It is hidden from screen readers: what it stands in says its name in words."""
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        f" {size}" if size else "",
        sprite(),
        name,
    )


@cache
def sprite() -> str:
    """Where the icons are; a page draws a hundred of them."""
    return static("icons.svg")


@register.simple_tag
def control(field: BoundField, **attributes: Any) -> SafeString:
    """A form's field as Plaza draws one. What it asks stands in its label, so it keeps no placeholder."""
    known = {name.replace("_", "-"): value for name, value in attributes.items()}
    return field.as_widget(attrs={"class": "field", "placeholder": False, **known})


@register.filter
def capped(count: int) -> str:
    """Counters stop at 99+: beyond it nobody counts, and the database need not either."""
    return f"{CAP - 1}+" if count >= CAP else str(count)
