"""The body of each type of message (contract §4, §99), row by row and with every field missing once."""

from __future__ import annotations

from typing import Any

import pytest

from channels_meta.whatsapp.parse import parse
from inbox import kinds
from inbox.port import Inbound, Media, Unreadable
from tests.channels_meta.whatsapp.payloads import message, with_items


def read(type_: str, part: object, **more: Any) -> Any:
    (event,) = parse(with_items("messages", message(**{"text": None, "type": type_, type_: part, **more})))
    return event


class TestText:
    @pytest.mark.parametrize("body", ["Oi", "", " ", "a\nb", "🎂" * 4096, "<b>&amp;", "x" * 70_000])
    def test_it_stays_as_it_was_written(self, body: str) -> None:
        event = read("text", {"body": body})
        assert (event.kind, event.text, event.content) == (kinds.TEXT, body, {})

    @pytest.mark.parametrize("part", [{}, {"body": None}, {"body": 3}, {"body": ["Oi"]}])
    def test_without_a_body_it_is_unreadable(self, part: object) -> None:
        assert "text.body" in read("text", part).reason

    @pytest.mark.parametrize("part", ["Oi", 3, [], True])
    def test_a_part_that_is_no_object_is_unreadable(self, part: object) -> None:
        assert isinstance(read("text", part), Unreadable)


# type, its part, the file it is read as, the caption
FILES: dict[str, tuple[str, dict[str, Any], Media, str]] = {
    "an image": (
        "image",
        {
            "caption": "etiqueta",
            "mime_type": "image/jpeg",
            "sha256": "q1=",
            "id": "810001",
            "url": "https://l.example/1",
        },
        Media("image", "810001", "https://l.example/1", "image/jpeg", sha256="q1="),
        "etiqueta",
    ),
    "an image without a caption": ("image", {"id": "810001"}, Media("image", "810001"), ""),
    "an image whose id is a number": ("image", {"id": 810001}, Media("image", "810001"), ""),
    "an image by link alone": ("image", {"link": "https://l.example/1"}, Media("image", "", "https://l.example/1"), ""),
    "a video": (
        "video",
        {"id": "810005", "mime_type": "video/mp4", "caption": "olha"},
        Media("video", "810005", mime_type="video/mp4"),
        "olha",
    ),
    "a sound file": (
        "audio",
        {"id": "810002", "mime_type": "audio/mpeg", "voice": False},
        Media("audio", "810002", mime_type="audio/mpeg"),
        "",
    ),
    "a recording": (
        "audio",
        {"id": "810002", "mime_type": "audio/ogg; codecs=opus", "voice": True},
        Media("audio", "810002", mime_type="audio/ogg; codecs=opus", voice=True),
        "",
    ),
    "a recording as partners still pass it on": (
        "voice",
        {"id": "810002", "mime_type": "audio/ogg"},
        Media("audio", "810002", mime_type="audio/ogg", voice=True),
        "",
    ),
    "a document": (
        "document",
        {"caption": "nota", "filename": "nota 17.pdf", "mime_type": "application/pdf", "id": "810003"},
        Media("document", "810003", mime_type="application/pdf", filename="nota 17.pdf"),
        "nota",
    ),
    "a still sticker": (
        "sticker",
        {"mime_type": "image/webp", "id": "810004", "animated": False},
        Media("sticker", "810004", mime_type="image/webp"),
        "",
    ),
    "a moving sticker": (
        "sticker",
        {"mime_type": "image/webp", "id": "810004", "animated": True},
        Media("sticker", "810004", mime_type="image/webp", animated=True),
        "",
    ),
}


class TestFiles:
    @pytest.mark.parametrize(("type_", "part", "media", "caption"), FILES.values(), ids=FILES)
    def test_a_file(self, type_: str, part: dict[str, Any], media: Media, caption: str) -> None:
        event = read(type_, part)
        assert (event.kind, event.text, event.media) == (media.kind, caption, (media,))

    @pytest.mark.parametrize("type_", ["image", "video", "audio", "document", "sticker", "voice"])
    def test_without_id_and_address_there_is_no_file(self, type_: str) -> None:
        event = read(type_, {"mime_type": "x/y"})
        assert isinstance(event, Inbound)
        assert event.media == ()

    @pytest.mark.parametrize("type_", ["image", "video", "audio", "document", "sticker", "voice"])
    def test_without_its_part_it_is_a_placeholder(self, type_: str) -> None:
        event = read(type_, None)
        assert (event.kind, event.content) == (kinds.UNSUPPORTED, {"type": type_})

    def test_of_a_long_file_name_its_end_is_kept(self) -> None:
        (media,) = read("document", {"id": "1", "filename": "n" * 400 + ".pdf"}).media
        assert len(media.filename) == 255
        assert media.filename.endswith("n.pdf")

    def test_what_its_sender_wrote_fits_our_columns(self) -> None:
        (media,) = read("document", {"id": "1" * 400, "mime_type": "m" * 400, "sha256": "s" * 400}).media
        assert (len(media.external_id), len(media.mime_type), len(media.sha256)) == (255, 120, 88)

    @pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x.exe", "a\nb.pdf", "\u202efdp.exe"])
    def test_a_name_is_kept_as_words_only(self, name: str) -> None:
        """Whoever writes it to a disk gives it another one (§13, 16): here nothing is lost."""
        assert read("document", {"id": "1", "filename": name}).media[0].filename == name


class TestLocation:
    @pytest.mark.parametrize(
        ("part", "content"),
        [
            ({"latitude": -23.55, "longitude": -46.63}, {"latitude": -23.55, "longitude": -46.63}),
            ({"latitude": "-23.55", "longitude": "-46.63"}, {"latitude": -23.55, "longitude": -46.63}),
            ({"latitude": 0, "longitude": 0}, {"latitude": 0, "longitude": 0}),  # the Gulf of Guinea is a place
            (
                {"latitude": 1, "longitude": 2, "name": "Loja Sé", "address": "R. A, 1", "url": "https://l.example"},
                {"latitude": 1, "longitude": 2, "name": "Loja Sé", "address": "R. A, 1", "url": "https://l.example"},
            ),
            (
                {"latitude": 1, "longitude": 2, "name": None, "address": [], "url": ""},
                {"latitude": 1, "longitude": 2},
            ),
        ],
    )
    def test_a_place(self, part: dict[str, Any], content: dict[str, Any]) -> None:
        event = read("location", part)
        assert (event.kind, event.content) == (kinds.LOCATION, content)

    @pytest.mark.parametrize(
        "part",
        [{}, {"latitude": 1}, {"longitude": 1}, {"latitude": True, "longitude": 1}, {"latitude": "n", "longitude": 1}],
    )
    def test_no_place_without_coordinates(self, part: dict[str, Any]) -> None:
        assert "coordinates" in read("location", part).reason


class TestButton:
    """The quick reply of a template: never the same as a reply of an interactive message (§13, 4)."""

    @pytest.mark.parametrize(
        ("part", "text", "content"),
        [
            (
                {"payload": "CONFIRMA", "text": "Confirmar"},
                "Confirmar",
                {"id": "CONFIRMA", "title": "Confirmar", "via": "template"},
            ),
            ({"text": "Confirmar"}, "Confirmar", {"title": "Confirmar", "via": "template"}),
            ({"payload": "CONFIRMA"}, "", {"id": "CONFIRMA", "via": "template"}),
            ({}, "", {"via": "template"}),
        ],
    )
    def test_a_tap(self, part: dict[str, Any], text: str, content: dict[str, Any]) -> None:
        event = read("button", part)
        assert (event.kind, event.text, event.content) == (kinds.CHOICE, text, content)


class TestOrder:
    def items(self, *lines: Any) -> Any:
        return read("order", {"catalog_id": "77", "product_items": list(lines)}).content["items"]

    def test_an_order(self) -> None:
        line = {"product_retailer_id": "SKU-9", "quantity": 2, "item_price": 12.5, "currency": "BRL"}
        event = read("order", {"catalog_id": "77", "text": "sem lactose", "product_items": [line]})
        assert (event.kind, event.text) == (kinds.ORDER, "sem lactose")
        assert event.content == {
            "catalog_id": "77",
            "items": [{"sku": "SKU-9", "quantity": 2, "price": "12.5", "currency": "BRL"}],
        }

    @pytest.mark.parametrize(
        ("price", "read_as"),
        [
            (12.5, "12.5"),
            (0.1, "0.1"),
            (19.99, "19.99"),
            (1e-7, "0.0000001"),
            (1500000, "1500000"),
            (1e16, "10000000000000000"),
            (0, "0"),
            ("12.50", "12.50"),
            ("1234567890123456.78", "1234567890123456.78"),
            ("15", "15"),
            ("1e5", None),
            ("free", None),
            ("NaN", None),
            (True, None),
            (None, None),
        ],
    )
    def test_money_does_not_pass_through_binary_fractions(self, price: object, read_as: str | None) -> None:
        (line,) = self.items({"product_retailer_id": "S", "item_price": price})
        assert line.get("price") == read_as

    def test_lines_that_are_none_are_left_out(self) -> None:
        assert self.items("x", None, {}, {"quantity": "3"}) == [{}, {"quantity": 3}]

    @pytest.mark.parametrize("part", [{}, {"product_items": None}, {"product_items": {}}])
    def test_an_order_of_nothing(self, part: dict[str, Any]) -> None:
        assert read("order", part).content == {"catalog_id": "", "items": []}


class TestContacts:
    CARD = {
        "name": {"formatted_name": "Rui A", "first_name": "Rui"},
        "phones": [{"phone": "+55 11 95550-9999", "wa_id": "5511955509999", "type": "CELL"}],
    }

    @pytest.mark.parametrize(
        ("card", "shown"),
        [
            (
                CARD,
                {
                    "name": "Rui A",
                    "phones": [{"number": "+55 11 95550-9999", "type": "CELL", "account": "5511955509999"}],
                },
            ),
            ({"name": {"first_name": "Rui", "last_name": "Almeida"}}, {"name": "Rui Almeida"}),
            ({"name": {"last_name": "Almeida"}}, {"name": "Almeida"}),
            ({"name": "Rui"}, {"name": "Rui"}),
            ({"name": None}, {}),
            ({}, {}),
            ({"phones": [{"type": "o celular da loja"}]}, {"phones": [{"type": "o celular da loja"}]}),
            ({"phones": "none"}, {}),
            ({"emails": [{"email": "rui@sol.example", "type": "WORK"}, {}, "x"]}, {"emails": ["rui@sol.example"]}),
            ({"org": {"company": "Padaria Sol", "title": "x"}}, {"organization": "Padaria Sol"}),
            ({"vcard": "BEGIN:VCARD"}, {"vcard": "BEGIN:VCARD"}),
        ],
    )
    def test_any_field_of_a_card_may_be_missing(self, card: dict[str, Any], shown: dict[str, Any]) -> None:
        assert read("contacts", [card]).content == {"cards": [shown]}

    def test_an_empty_list_is_a_message_still(self) -> None:
        event = read("contacts", [])
        assert (event.kind, event.content) == (kinds.CONTACTS, {"cards": []})

    @pytest.mark.parametrize(
        ("cards", "more", "origin"),
        [
            ([CARD], {"origin": "contact_request"}, "contact_request"),
            ([{**CARD, "origin": "contact_request"}], {}, "contact_request"),
            ([{**CARD, "origin": "other"}], {"origin": "contact_request"}, "contact_request"),
            ([CARD, {**CARD, "origin": "other"}], {}, "other"),
            ([CARD], {}, None),
        ],
    )
    def test_where_it_was_asked_for_may_stand_on_the_message_or_the_card(
        self, cards: list[Any], more: dict[str, Any], origin: str | None
    ) -> None:
        assert read("contacts", cards, **more).content.get("origin") == origin

    def test_no_list_at_all_is_a_placeholder(self) -> None:
        assert read("contacts", None).kind == kinds.UNSUPPORTED


class TestPlaceholders:
    SEEN = (
        "gif group_invite hsm interactive keep_in_chat link_preview list media_placeholder order pin "
        "poll_creation poll_update product reaction edit"
    )

    @pytest.mark.parametrize("what", SEEN.split())
    def test_what_the_platform_could_not_pass_on_is_never_dropped(self, what: str) -> None:
        errors = [{"code": 131051, "title": "Message type unknown", "error_data": {"details": "not supported"}}]
        event = read("unsupported", {"type": what}, errors=errors)
        assert (event.kind, event.text, event.opens_window) == (kinds.UNSUPPORTED, "", True)
        assert {name: event.content[name] for name in ("type", "code", "reason")} == {
            "type": what,
            "code": "131051",
            "reason": "not supported",
        }

    @pytest.mark.parametrize(
        ("errors", "code", "reason"),
        [
            ([{"code": 131051, "title": "T", "details": "flat"}], "131051", "flat"),
            ([{"code": 131060, "title": "Sent from a companion"}], "131060", "Sent from a companion"),
            ([{"code": "131051", "message": "M"}], "131051", "M"),
            ([], None, None),
            (None, None, None),
            ("x", None, None),
        ],
    )
    def test_the_reason_in_all_its_shapes(self, errors: object, code: str | None, reason: str | None) -> None:
        content = read("unsupported", None, errors=errors).content
        assert content["type"] == "unsupported"
        assert (content.get("code"), content.get("reason")) == (code, reason)

    @pytest.mark.parametrize("type_", ["unknown", "media_placeholder"])
    def test_other_names_for_it(self, type_: str) -> None:
        assert read(type_, None).content == {"type": type_}

    @pytest.mark.parametrize("type_", ["poll", "payment", "hologram", "x" * 300])
    def test_a_type_we_have_no_name_for_is_kept_whole(self, type_: str) -> None:
        event = read(type_, {"a": 1})
        assert (event.kind, event.content) == (kinds.OTHER, {"type": type_})
        assert event.raw[type_] == {"a": 1}

    def test_no_type_at_all(self) -> None:
        (event,) = parse(with_items("messages", message(type=None)))
        assert isinstance(event, Inbound)
        assert event.kind == kinds.OTHER

    def test_the_first_word_of_a_new_customer(self) -> None:
        event = read("request_welcome", None)
        assert (event.kind, event.opens_window) == (kinds.WELCOME, True)
