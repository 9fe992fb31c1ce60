"""What any type of message may carry beside its body: quotes, forwards, products, advertisements (contract §4, §99)."""

from __future__ import annotations

from typing import Any

import pytest

from channels_meta.whatsapp.extras import extras, reply_to
from channels_meta.whatsapp.parse import parse
from inbox import kinds
from tests.channels_meta.whatsapp.payloads import message, with_items


def read(**fields: Any) -> Any:
    (event,) = parse(with_items("messages", message(**fields)))
    return event


class TestContext:
    @pytest.mark.parametrize(
        ("context", "quoted", "content"),
        [
            ({"from": "15550001234", "id": "wamid.OUT9"}, "wamid.OUT9", {}),
            ({"from": "110000000000009", "id": "wamid.OUT9"}, "wamid.OUT9", {}),
            ({"id": "an id of another app"}, "an id of another app", {}),
            ({"id": "x" * 400}, "x" * 255, {}),
            ({"id": 77}, "77", {}),
            ({"id": None}, "", {}),
            ({"forwarded": True}, "", {"forwarded": True}),
            ({"frequently_forwarded": True}, "", {"forwarded": "many"}),
            ({"forwarded": True, "frequently_forwarded": True}, "", {"forwarded": "many"}),
            ({"forwarded": False, "frequently_forwarded": False}, "", {}),
            ({"forwarded": "true"}, "", {}),
            (
                {"id": "w", "referred_product": {"catalog_id": "77", "product_retailer_id": "SKU-9"}},
                "w",
                {"referred_product": {"catalog_id": "77", "sku": "SKU-9"}},
            ),
            ({"id": "w", "referred_product": {}}, "w", {}),
            ({"id": "w", "referred_product": None, "forwarded": False}, "w", {}),
            ({"id": "w", "referred_product": {"catalog_id": "77"}}, "w", {"referred_product": {"catalog_id": "77"}}),
            ({}, "", {}),
            (None, "", {}),
            ("wamid.OUT9", "", {}),
            ([], "", {}),
        ],
    )
    def test_its_truth_counts_and_not_its_presence(self, context: object, quoted: str, content: dict[str, Any]) -> None:
        event = read(context=context)
        assert (event.reply_to, event.content) == (quoted, content)

    def test_a_quote_may_stand_on_every_type(self) -> None:
        for type_, part in (
            ("image", {"id": "1"}),
            ("sticker", {"id": "1"}),
            ("location", {"latitude": 1, "longitude": 2}),
            ("contacts", []),
            ("button", {"text": "Sim"}),
            ("order", {}),
            ("poll", {}),
        ):
            event = read(type=type_, context={"id": "wamid.OUT9"}, text=None, **{type_: part})
            assert event.reply_to == "wamid.OUT9"


AD = {
    "source_url": "https://fb.me/x1",
    "source_id": "120000001",
    "source_type": "ad",
    "headline": "Bolo hoje",
    "body": "Peça já",
}


class TestReferral:
    @pytest.mark.parametrize(
        ("referral", "found"),
        [
            (AD, AD),
            ({**AD, "source_type": "post"}, {**AD, "source_type": "post"}),
            ({**AD, "source_id": 120000001}, AD),
            ({**AD, "ctwa_clid": "ARx"}, {**AD, "click_id": "ARx"}),
            (
                {**AD, "media_type": "image", "image_url": "https://l.example/i"},
                {**AD, "media_type": "image", "image_url": "https://l.example/i"},
            ),
            (
                {**AD, "media_type": "image", "image": {"id": "55", "url": "https://l.example/i"}},
                {**AD, "media_type": "image", "image_url": "https://l.example/i", "image_id": "55"},
            ),
            (
                {**AD, "media_type": "image", "image": {"link": "https://l.example/i"}},
                {**AD, "media_type": "image", "image_url": "https://l.example/i"},
            ),
            (
                {
                    **AD,
                    "media_type": "video",
                    "video_url": "https://l.example/v",
                    "thumbnail_url": "https://l.example/t",
                },
                {
                    **AD,
                    "media_type": "video",
                    "video_url": "https://l.example/v",
                    "thumbnail_url": "https://l.example/t",
                },
            ),
            (
                {**AD, "media_type": "video", "video": {"id": "56", "link": "https://l.example/v"}},
                {**AD, "media_type": "video", "video_url": "https://l.example/v", "video_id": "56"},
            ),
            (
                {**AD, "image_url": "https://l.example/1", "image": {"url": "https://l.example/2"}},
                {**AD, "image_url": "https://l.example/1"},
            ),
            (
                {**AD, "welcome_message": {"text": "Oi! Como ajudar?"}},
                {**AD, "welcome_text": "Oi! Como ajudar?"},
            ),
            ({**AD, "welcome_message": "Oi", "image": "x", "video": [], "ctwa_clid": None}, AD),
        ],
    )
    def test_an_advertisement(self, referral: dict[str, Any], found: dict[str, Any]) -> None:
        assert read(referral=referral).content == {"referral": found}

    @pytest.mark.parametrize("referral", [None, {}, "https://fb.me/x1", [AD], {"colour": "red"}])
    def test_none_at_all(self, referral: object) -> None:
        assert read(referral=referral).content == {}

    @pytest.mark.parametrize(
        ("type_", "part", "kind"),
        [
            ("image", {"id": "1"}, kinds.IMAGE),
            ("audio", {"id": "1"}, kinds.AUDIO),
            ("request_welcome", {}, kinds.WELCOME),
            ("unsupported", {}, kinds.UNSUPPORTED),
            ("location", {"latitude": 1, "longitude": 2}, kinds.LOCATION),
        ],
    )
    def test_it_comes_with_the_first_message_whatever_its_type(self, type_: str, part: Any, kind: str) -> None:
        event = read(type=type_, text=None, referral={**AD, "ctwa_clid": "ARx"}, **{type_: part})
        assert event.kind == kind
        assert event.content["referral"]["click_id"] == "ARx"


class TestErrors:
    def test_errors_of_a_message_stay_with_it(self) -> None:
        errors = [{"code": 1, "title": "One"}, {"code": 2, "title": "Two", "error_data": {"details": "d"}}]
        assert read(errors=errors).content == {
            "errors": [
                {"code": "1", "title": "One", "detail": ""},
                {"code": "2", "title": "Two", "detail": "d"},
            ]
        }

    def test_what_is_no_error_is_passed_over(self) -> None:
        assert extras({"errors": [3, None, {"code": 1}]}) == {"errors": [{"code": "1", "title": "", "detail": ""}]}

    def test_nothing_beside_the_body(self) -> None:
        assert extras({"text": {"body": "x"}}) == {}
        assert reply_to({}) == ""
