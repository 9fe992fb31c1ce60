"""Replies to interactive messages: a tap, a form, a payment (contract §4, §99)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from channels_meta.whatsapp.bodies import Body
from channels_meta.whatsapp.shape import check_storable, first, kept, text
from inbox import kinds
from inbox.port import Raw


def read_tap(via: str) -> Callable[[Raw], Body]:
    def read(part: Raw) -> Body:
        title = text(part, "title")
        found = {"id": text(part, "id"), "title": title, "description": text(part, "description"), "via": via}
        return Body(kinds.CHOICE, text=title, content=kept(found))

    return read


def read_form(part: Raw) -> Body:
    """`response_json` is JSON within JSON: an object, a list, or text that is no JSON at all."""
    answers = part.get("response_json")
    raw_answers = ""
    if isinstance(answers, str):
        answers, raw_answers = _decoded(answers)
    content = {"name": text(part, "name"), "answers": answers, "raw_answers": raw_answers}
    return Body(kinds.FORM, text=text(part, "body"), content=kept(content))


def _decoded(answers: str) -> tuple[object, str]:
    try:
        found = json.loads(answers)
        check_storable(found)
    except (ValueError, RecursionError):
        return None, answers
    return (found, "") if isinstance(found, dict | list) else (None, answers)


def read_payment(part: Raw) -> Body:
    """`payment_method` (how they will pay) and `payment_notification` (that they paid)."""
    content = {
        "reference_id": text(part, "reference_id"),
        "status": text(part, "payment_status"),
        "method": text(part, "payment_method"),
        "transaction_id": text(part, "transaction_id"),
        "payer": text(part, "payer_name"),
        "last_four_digits": text(part, "last_four_digits"),
        "credential_id": text(part, "credential_id"),
        "paid_at": text(part, "payment_timestamp"),
    }
    return Body(kinds.PAYMENT, content=kept(content))


def read_product(part: Raw) -> Body:
    content = {"catalog_id": text(part, "catalog_id"), "sku": first(part, "product_retailer_id", "id")}
    return Body(kinds.PRODUCT, content=kept(content))


def read_call_permission(part: Raw) -> Body:
    content = {
        "type": "call_permission_reply",
        "response": text(part, "response"),
        "is_permanent": part.get("is_permanent") is True,
        "expires": text(part, "expiration_timestamp"),
        "source": text(part, "response_source"),
    }
    return Body(kinds.OTHER, content=kept(content))


REPLIES: Mapping[str, Callable[[Raw], Body]] = {
    "button_reply": read_tap("buttons"),
    "list_reply": read_tap("list"),
    "nfm_reply": read_form,
    "payment_method": read_payment,
    "payment_notification": read_payment,
    "product": read_product,
    "call_permission_reply": read_call_permission,
}
