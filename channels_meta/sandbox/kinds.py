"""What a message says in one line, and what a customer can tap in it."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
MEDIA = ("image", "video", "audio", "document", "sticker", "voice")


@dataclass(frozen=True)
class Choice:
    id: str
    title: str
    description: str = ""
    kind: str = "button_reply"  # or list_reply, or button (a template's quick reply)


def dig(thing: Any, *path: str | int) -> Any:
    """The value at a path, or None as soon as something is missing: bodies come from outside."""
    for step in path:
        try:
            thing = thing[step]
        except (KeyError, IndexError, TypeError):
            return None
    return thing


def words(kind: str, content: Json) -> str:
    """One line for lists and logs."""
    body = content.get(kind)
    if kind in MEDIA:
        return str(dig(body, "caption") or dig(body, "filename") or "")
    simple = {
        "text": ("body",),
        "reaction": ("emoji",),
        "button": ("text",),
        "template": ("name",),
        "system": ("body",),
        "location": ("name",),
        "contacts": (0, "name", "formatted_name"),
        "order": ("text",),
        "revoke": ("original_message_id",),
    }
    if kind in simple:
        return str(dig(body, *simple[kind]) or "")
    if kind == "edit":
        inner = dig(body, "message")
        return words(str(inner.get("type")), inner) if isinstance(inner, dict) else ""
    if kind == "interactive":
        reply = dig(body, str(dig(body, "type")), "title")
        return str(reply or dig(body, "body", "text") or dig(body, "type") or "")
    return ""


def quoted(kind: str, content: Json) -> str | None:
    """The id of the message that this one answers, reacts to, edits or deletes."""
    field = {"reaction": "message_id", "edit": "original_message_id", "revoke": "original_message_id"}.get(kind)
    context = content.get("context")
    found = dig(content, kind, field) if field else dig(context, "message_id") or dig(context, "id")
    return str(found) if found else None


def choices(content: Json) -> list[Choice]:
    """Every quick reply that a tap can send."""
    if content.get("type") == "template":
        return _template_choices(objects(content, "template", "components"))
    action = dig(content, "interactive", "action")
    buttons = objects(action, "buttons")
    for card in objects(action, "cards"):
        buttons += objects(card, "action", "buttons")
    rows = [row for section in objects(action, "sections") for row in objects(section, "rows")]
    return [_button(button) for button in buttons] + [
        Choice(str(row.get("id", "")), str(row.get("title", "")), str(row.get("description", "")), "list_reply")
        for row in rows
    ]


def objects(thing: Any, *path: str | int) -> list[Json]:
    found = dig(thing, *path)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _button(button: Json) -> Choice:
    reply = dig(button, "reply") or dig(button, "quick_reply")
    return Choice(str(dig(reply, "id") or ""), str(dig(reply, "title") or ""))


def _template_choices(components: list[Json]) -> list[Choice]:
    payloads = [
        str(dig(c, "parameters", 0, "payload") or "")
        for c in components
        if c.get("type") == "button" and c.get("sub_type") == "quick_reply"
    ]
    return [Choice(payload, payload, kind="button") for payload in payloads]


def tap(choice: Choice) -> Json:
    if choice.kind == "button":
        return {"type": "button", "button": {"payload": choice.id, "text": choice.title}}
    reply = {"id": choice.id, "title": choice.title}
    if choice.description:
        reply["description"] = choice.description
    return {"type": "interactive", "interactive": {"type": choice.kind, choice.kind: reply}}
