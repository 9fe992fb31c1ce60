"""The body of each type of message, as the kind, text, content and files of `inbox.kinds` (contract §4, §99)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from channels_meta.whatsapp.shape import LONGEST_ID, Malformed, first, flag, kept, number, obj, objs, short, text
from inbox import kinds
from inbox.port import Failure, Media, Raw


@dataclass(frozen=True, slots=True)
class Body:
    kind: str
    text: str = ""
    content: Mapping[str, object] = field(default_factory=dict)
    media: tuple[Media, ...] = ()


def read_text(part: Raw) -> Body:
    if not isinstance(part.get("body"), str):
        raise Malformed("text.body is missing or not text")
    return Body(kinds.TEXT, text=text(part, "body"))


def read_file(kind: str) -> Callable[[Raw], Body]:
    def read(part: Raw) -> Body:
        media = Media(
            kind=kind,
            external_id=short(part, "id"),
            url=first(part, "url", "link"),
            mime_type=short(part, "mime_type", 120),
            filename=text(part, "filename")[-LONGEST_ID:],  # its end says what it is
            sha256=short(part, "sha256", 88),
            voice=flag(part, "voice"),
            animated=flag(part, "animated"),
        )
        files = (media,) if media.external_id or media.url else ()
        return Body(kind, text=text(part, "caption"), media=files)

    return read


def read_voice(part: Raw) -> Body:
    """A type of the on-premises days, still passed on by some partners (§99)."""
    return read_file(kinds.AUDIO)({**part, "voice": True})


def read_location(part: Raw) -> Body:
    latitude, longitude = number(part, "latitude"), number(part, "longitude")
    if latitude is None or longitude is None:
        raise Malformed("a location without coordinates")
    named = {name: text(part, name) for name in ("name", "address", "url")}
    return Body(kinds.LOCATION, content=kept({"latitude": latitude, "longitude": longitude, **named}))


def read_button(part: Raw) -> Body:
    """The quick reply of a template. A reply of an interactive message is `interactive`: they are not one thing."""
    title = text(part, "text")
    content = kept({"id": text(part, "payload"), "title": title, "via": "template"})
    return Body(kinds.CHOICE, text=title, content=content)


def read_order(part: Raw) -> Body:
    content = {"catalog_id": text(part, "catalog_id"), "items": [_line(line) for line in objs(part, "product_items")]}
    return Body(kinds.ORDER, text=text(part, "text"), content=content)


def _line(line: Raw) -> dict[str, object]:
    """A price stays the decimal text that was sent: money does not pass through binary fractions."""
    return kept(
        {
            "sku": text(line, "product_retailer_id"),
            "quantity": number(line, "quantity"),
            "price": _price(line),
            "currency": text(line, "currency"),
        }
    )


def _price(line: Raw) -> str:
    if number(line, "item_price") is None:
        return ""
    return format(Decimal(str(line["item_price"])), "f")


def read_contacts(fields: Raw) -> Body:
    cards = fields.get("contacts")
    if not isinstance(cards, list):
        raise Malformed("contacts is not a list")
    origins = [text(each, "origin") for each in (fields, *objs(fields, "contacts"))]
    content: dict[str, object] = {"cards": [_card(card) for card in objs(fields, "contacts")]}
    return Body(kinds.CONTACTS, content=content | kept({"origin": next(filter(None, origins), "")}))


def _card(card: Raw) -> dict[str, object]:
    name = obj(card, "name")
    parts = " ".join(part for part in (text(name, "first_name"), text(name, "last_name")) if part)
    phones = [
        kept({"number": text(phone, "phone"), "type": text(phone, "type"), "account": text(phone, "wa_id")})
        for phone in objs(card, "phones")
    ]
    return kept(
        {
            "name": text(name, "formatted_name") or parts or text(card, "name"),
            "phones": phones,
            "emails": [found for email in objs(card, "emails") if (found := text(email, "email"))],
            "organization": text(obj(card, "org"), "company"),
            "vcard": text(card, "vcard"),
        }
    )


def read_unsupported(type_: str, part: Raw, errors: tuple[Failure, ...]) -> Body:
    """What the platform itself could not pass on, and types whose body it left out: an honest placeholder."""
    error = errors[0] if errors else Failure("")
    content = {"type": text(part, "type") or type_, "code": error.code, "reason": error.detail or error.title}
    return Body(kinds.UNSUPPORTED, content=kept(content))


PARTS: Mapping[str, Callable[[Raw], Body]] = {
    "text": read_text,
    "image": read_file(kinds.IMAGE),
    "video": read_file(kinds.VIDEO),
    "audio": read_file(kinds.AUDIO),
    "voice": read_voice,
    "document": read_file(kinds.DOCUMENT),
    "sticker": read_file(kinds.STICKER),
    "location": read_location,
    "button": read_button,
    "order": read_order,
}
