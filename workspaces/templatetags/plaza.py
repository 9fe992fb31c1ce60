"""Tags every template has without loading them."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from workspaces import devices

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
def control(bound: BoundField, **attributes: Any) -> SafeString:
    """A form's field as Plaza draws one. What it asks stands in its label, so it keeps no placeholder."""
    known = {name.replace("_", "-"): value for name, value in attributes.items()}
    return bound.as_widget(attrs={"class": "field", "placeholder": False, **known})


@register.inclusion_tag("_field.html")
def field(
    bound: BoundField, *, label: str = "", help: str = "", aside: str = "", aside_url: str = "", **attributes: Any
) -> dict[str, Any]:
    """A field with its label, its help and what is wrong with it. `aside` is a link at the label's other end."""
    said = [part for part, there in (("help", help), ("errors", bound.errors)) if there]
    if said:
        attributes["aria_describedby"] = " ".join(f"{bound.auto_id}_{part}" for part in said)
    return {
        "field": bound,
        "label": label or bound.label,
        "help": help,
        "aside": aside,
        "aside_url": aside_url,
        "control": control(bound, **attributes),
        "is_secret": bound.widget_type == "password",
    }


@register.filter
def browser(user_agent: str) -> str:
    return devices.device(user_agent) or gettext("A browser")


@register.filter
def is_phone(user_agent: str) -> bool:
    return devices.is_phone(user_agent)


@register.filter
def capped(count: int) -> str:
    """Counters stop at 99+: beyond it nobody counts, and the database need not either."""
    return f"{CAP - 1}+" if count >= CAP else str(count)
