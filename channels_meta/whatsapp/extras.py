"""What any type of message may carry beside its body: a quote, a forward, a product, an advertisement, errors."""

from __future__ import annotations

from channels_meta.whatsapp.change import errors_content, failures
from channels_meta.whatsapp.shape import first, flag, kept, obj, short, text
from inbox.port import Raw

CARRIERS = ("context", "referral", "errors")
REFERRAL = ("source_url", "source_id", "source_type", "headline", "body", "media_type", "thumbnail_url")


def reply_to(fields: Raw) -> str:
    """The quoted message's id. It may be one we never saw: it stays text."""
    return short(obj(fields, "context"), "id")


def extras(fields: Raw) -> dict[str, object]:
    if fields.keys().isdisjoint(CARRIERS):
        return {}
    return kept(
        {
            "forwarded": _forwarded(obj(fields, "context")),
            "referred_product": _product(obj(obj(fields, "context"), "referred_product")),
            "referral": _referral(obj(fields, "referral")),
            "errors": errors_content(failures(fields)),
        }
    )


def _forwarded(context: Raw) -> object:
    """The keys come with `false` as well: their truth counts, not their presence (§99)."""
    if flag(context, "frequently_forwarded"):
        return "many"
    return True if flag(context, "forwarded") else None


def _product(product: Raw) -> dict[str, object]:
    return kept({"catalog_id": text(product, "catalog_id"), "sku": text(product, "product_retailer_id")})


def _referral(referral: Raw) -> dict[str, object]:
    """Media come as `image_url` or as an `image` object, likewise for video."""
    if not referral:
        return {}
    image, video = obj(referral, "image"), obj(referral, "video")
    return kept(
        {
            **{name: text(referral, name) for name in REFERRAL},
            "image_url": text(referral, "image_url") or first(image, "url", "link"),
            "video_url": text(referral, "video_url") or first(video, "url", "link"),
            "image_id": text(image, "id"),
            "video_id": text(video, "id"),
            "click_id": text(referral, "ctwa_clid"),
            "welcome_text": text(obj(referral, "welcome_message"), "text"),
        }
    )
