"""Builds what Meta's webhooks carry (contract §3 to §5). Pure: no state, no clock."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable
from typing import Any

from channels_meta.sandbox.people import Account, Customer

Json = dict[str, Any]
MERGED = 20  # messages in one value at most, so that a large batch holds several changes of several messages


def to_bytes(payload: Any) -> bytes:
    """Meta's escaping: non-ASCII as \\uXXXX and "/" as "\\/"; it signs these bytes, not what they mean."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def new_wamid(address: str) -> str:
    inner = base64.b64encode(f"\x1d\x0b{address}\x15\x02{uuid.uuid4().hex}".encode("latin-1", "replace")).decode()
    return f"wamid.{inner}"


def contact(customer: Customer) -> Json:
    profile = {"name": customer.name} | ({"username": customer.username} if customer.username else {})
    return {"profile": profile} | _wa_id(customer) | {"user_id": customer.user_id}


def _wa_id(customer: Customer) -> Json:
    return {"wa_id": customer.wa_id} if customer.shown_wa_id else {}


def value(account: Account, customer: Customer | None, **content: Any) -> Json:
    """One change's value: metadata, the person if known, and `messages` or `statuses`."""
    metadata = {"display_phone_number": account.digits, "phone_number_id": account.phone_number_id}
    people = {"contacts": [contact(customer)]} if customer else {}
    return {"messaging_product": "whatsapp", "metadata": metadata} | people | content


def message(customer: Customer, wamid: str, at_ms: int, content: Json) -> Json:
    """`content` holds `type` and its body; what it names itself wins over what is derived."""
    sender = {"from": customer.wa_id} if customer.shown_wa_id else {}
    common = {"from_user_id": customer.user_id, "id": wamid, "timestamp": str(at_ms // 1000)}
    return sender | common | content


def status(customer: Customer, sent: Json, state: str, at_ms: int) -> Json:
    """`sent`: {id, attempt, kind, by_user_id} of the message that the company sent."""
    by_user_id = bool(sent.get("by_user_id"))
    known = {"recipient_id": customer.wa_id} if customer.shown_wa_id and not by_user_id else {}
    if by_user_id:
        known["recipient_user_id"] = customer.user_id
    receipt: Json = {"id": sent["id"], "status": state, "timestamp": str(at_ms // 1000)} | known
    if sent.get("attempt"):
        receipt["biz_opaque_callback_data"] = sent["attempt"]
    if state in ("sent", "delivered"):
        category = "utility" if sent["kind"] == "template" else "service"
        receipt["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    return receipt


def envelope(waba: str, values: Iterable[Json]) -> Json:
    changes = [{"value": merged, "field": "messages"} for merged in _merged(values)]
    return {"object": "whatsapp_business_account", "entry": [{"id": waba, "changes": changes}]}


def _merged(values: Iterable[Json]) -> list[Json]:
    """Neighbours of one kind share a value, as in Meta's own batches."""
    result: list[Json] = []
    for each in values:
        kind = "messages" if "messages" in each else "statuses"
        last = result[-1] if result else {}
        if kind in last and kind in each and last["metadata"] == each["metadata"] and len(last[kind]) < MERGED:
            last[kind].extend(each[kind])
            known = last.get("contacts", [])
            extra = [person for person in each.get("contacts", []) if person not in known]
            last |= {"contacts": known + extra} if known or extra else {}
            continue
        result.append({**each, kind: list(each[kind])} if kind in each else each)
    return result
