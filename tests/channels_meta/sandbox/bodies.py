"""Sends that the contract's §8 allows, one for each kind, and the ways in which they go wrong."""

from copy import deepcopy
from typing import Any

Json = dict[str, Any]


def interactive(kind: str, action: Json, **more: Any) -> Json:
    return {"type": "interactive", "interactive": {"type": kind, "action": action, "body": {"text": "Veja"}} | more}


def card(index: int, **action: Any) -> Json:
    return {
        "card_index": index,
        "type": "cta_url",
        "header": {"type": "image", "image": {"link": "https://calzado.example/1.jpg"}},
        "body": {"text": "Andes"},
        "action": action
        or {"name": "cta_url", "parameters": {"display_text": "Ver", "url": "https://calzado.example"}},
    }


def quick(index: int) -> Json:
    return card(index, buttons=[{"type": "quick_reply", "quick_reply": {"id": f"q{index}", "title": "Quero"}}])


def money(value: int) -> Json:
    return {"value": value, "offset": 100}


ORDER: Json = {
    "reference_id": "PED-881-1",
    "type": "physical-goods",
    "payment_type": "br",
    "payment_settings": [
        {
            "type": "pix_dynamic_code",
            "pix_dynamic_code": {
                "code": "000201x",
                "merchant_name": "Padaria Sol",
                "key": "pix@sol.example",
                "key_type": "EMAIL",
            },
        }
    ],
    "currency": "BRL",
    "total_amount": money(4300),
    "order": {
        "status": "pending",
        "items": [{"retailer_id": "SKU-9", "name": "Bolo", "amount": money(2000), "quantity": 2}],
        "subtotal": money(4000),
        "tax": money(0),
        "shipping": money(500),
        "discount": money(200),
    },
}
BUTTONS = interactive(
    "button",
    {"buttons": [{"type": "reply", "reply": {"id": f"b{n}", "title": f"Sim {n}"}} for n in range(3)]},
    header={"type": "text", "text": "Título"},
    footer={"text": "fim"},
)
ROWS = [{"id": f"r{n}", "title": "Hoje", "description": "até 18h"} for n in range(10)]
LIST = interactive("list", {"button": "Escolher", "sections": [{"title": "Entrega", "rows": ROWS}]})
PRODUCTS = interactive(
    "product_list",
    {"catalog_id": "77", "sections": [{"title": "Bolos", "product_items": [{"product_retailer_id": "SKU-9"}]}]},
    header={"type": "text", "text": "Cardápio"},
)
FLOW = interactive(
    "flow",
    {
        "name": "flow",
        "parameters": {
            "flow_message_version": "3",
            "flow_id": "55",
            "flow_token": "tk9",
            "flow_cta": "Agendar",
            "flow_action": "navigate",
            "flow_action_payload": {"screen": "START", "data": {"a": 1}},
        },
    },
)
TEMPLATE: Json = {
    "type": "template",
    "template": {
        "name": "pedido_pronto",
        "language": {"code": "pt_BR"},
        "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"id": "810020"}}]},
            {"type": "body", "parameters": [{"type": "text", "parameter_name": "cliente", "text": "Lia"}]},
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "0",
                "parameters": [{"type": "payload", "payload": "OK_881"}],
            },
            {
                "type": "button",
                "sub_type": "copy_code",
                "index": 1,
                "parameters": [{"type": "coupon_code", "coupon_code": "SALE20"}],
            },
        ],
    },
}
CAROUSEL_TEMPLATE = deepcopy(TEMPLATE)
CAROUSEL_TEMPLATE["template"]["components"] = [
    {
        "type": "carousel",
        "cards": [
            {
                "card_index": n,
                "components": [
                    {"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]},
                    {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "9"}]},
                ],
            }
            for n in range(2)
        ],
    }
]
GOOD: dict[str, Json] = {
    "text": {"type": "text", "text": {"body": "x" * 4096, "preview_url": True}},
    "quoted reply": {"type": "text", "text": {"body": "sim"}, "context": {"message_id": "wamid.IN1"}},
    "image by id": {"type": "image", "image": {"id": "810009", "caption": "c" * 1024}},
    "image by link": {"type": "image", "image": {"link": "https://calzado.example/a.jpg"}},
    "video": {"type": "video", "video": {"id": "1", "caption": "v"}},
    "audio": {"type": "audio", "audio": {"id": "1", "voice": True}},
    "document": {"type": "document", "document": {"id": "1", "filename": "nota.pdf", "caption": "c"}},
    "sticker": {"type": "sticker", "sticker": {"id": "1"}},
    "location": {"type": "location", "location": {"latitude": "-23.55", "longitude": -46.63, "name": "Loja"}},
    "contacts": {
        "type": "contacts",
        "contacts": [
            {"name": {"formatted_name": "Ana", "first_name": "Ana"}, "phones": [{"phone": "+551199", "type": "WORK"}]}
        ],
    },
    "buttons": BUTTONS,
    "list": LIST,
    "cta_url": interactive(
        "cta_url",
        {"name": "cta_url", "parameters": {"display_text": "Abrir", "url": "https://calzado.example"}},
        header={"type": "image", "image": {"id": "1"}},
    ),
    "location request": interactive("location_request_message", {"name": "send_location"}),
    "product": interactive("product", {"catalog_id": "77", "product_retailer_id": "SKU-9"}),
    "product list": PRODUCTS,
    "catalog": interactive(
        "catalog_message", {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "SKU-9"}}
    ),
    "flow": FLOW,
    "carousel of links": interactive("carousel", {"cards": [card(0), card(1)]}),
    "carousel of quick replies": interactive("carousel", {"cards": [quick(0), quick(1)]}),
    "call permission": interactive("call_permission_request", {"name": "call_permission_request"}),
    "voice call": interactive("voice_call", {"name": "voice_call", "parameters": {"display_text": "Ligar"}}),
    "contact info": interactive("request_contact_info", {"name": "request_contact_info"}),
    "order details": interactive("order_details", {"name": "review_and_pay", "parameters": ORDER}),
    "order status": interactive(
        "order_status",
        {
            "name": "review_order",
            "parameters": {
                "reference_id": "PED-881-1",
                "order": {"status": "processing"},
                "payment": {"status": "captured", "timestamp": 1795000500},
            },
        },
    ),
    "template": TEMPLATE,
    "template carousel": CAROUSEL_TEMPLATE,
    "direct send": {"type": "text", "text": {"body": "saiu"}, "category": "utility", "ttl_seconds": 600},
}


def changed(body: Json, path: str, value: Any = None) -> Json:
    """A copy with the part at `a.b.0.c` replaced, or taken away when the value is None."""
    copy = deepcopy(body)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = copy
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copy


TEXT: Json = {"type": "text", "text": {"body": "x"}}
IMAGE: Json = {"type": "image", "image": {"id": "1"}}
PARAMS = "interactive.action.parameters"
BAD: dict[str, tuple[Json, int]] = {
    "text too long": (changed(TEXT, "text.body", "x" * 4097), 100),
    "text empty": (changed(TEXT, "text.body", ""), 131009),
    "text without a body": (changed(TEXT, "text.body"), 131008),
    "no text at all": (changed(TEXT, "text"), 131008),
    "an invented key": (changed(TEXT, "text.colour", "red"), 100),
    "an invented key on top": (TEXT | {"priority": 1}, 100),
    "an unknown type": ({"type": "poll", "poll": {}}, 100),
    "not whatsapp": (TEXT | {"messaging_product": "sms"}, 100),
    "callback data too long": (TEXT | {"biz_opaque_callback_data": "x" * 513}, 100),
    "context without id": (TEXT | {"context": {}}, 131008),
    "not a phone": (TEXT | {"to": "Lia"}, 131009),
    "caption too long": (changed(IMAGE, "image.caption", "c" * 1025), 100),
    "image by nothing": (changed(IMAGE, "image", {"caption": "c"}), 131008),
    "image by id and link": (changed(IMAGE, "image.link", "https://a.example/b"), 131008),
    "image by a bad link": (changed(IMAGE, "image", {"link": "file:///etc/passwd"}), 131009),
    "audio with a caption": ({"type": "audio", "audio": {"id": "1", "caption": "c"}}, 100),
    "location off the map": ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 131009),
    "contact without a name": ({"type": "contacts", "contacts": [{"phones": []}]}, 131008),
    "258 contacts": (changed(GOOD["contacts"], "contacts", GOOD["contacts"]["contacts"] * 258), 100),
    "reaction without emoji": ({"type": "reaction", "reaction": {"message_id": "x"}}, 131008),
    "reaction with context": (
        {"type": "reaction", "reaction": {"message_id": "x", "emoji": "👍"}, "context": {"message_id": "x"}},
        131009,
    ),
    "unknown interactive": (interactive("poll", {}), 131009),
    "four buttons": (
        changed(
            BUTTONS,
            "interactive.action.buttons",
            [{"type": "reply", "reply": {"id": str(n), "title": str(n)}} for n in range(4)],
        ),
        100,
    ),
    "button title too long": (changed(BUTTONS, "interactive.action.buttons.0.reply.title", "t" * 21), 100),
    "two buttons with one id": (changed(BUTTONS, "interactive.action.buttons.0.reply.id", "b1"), 131009),
    "buttons without body": (changed(BUTTONS, "interactive.body"), 131008),
    "body too long": (changed(BUTTONS, "interactive.body.text", "x" * 1025), 100),
    "header too long": (changed(BUTTONS, "interactive.header.text", "x" * 61), 100),
    "header without its part": (changed(BUTTONS, "interactive.header.text"), 131008),
    "footer too long": (changed(BUTTONS, "interactive.footer.text", "x" * 61), 100),
    "eleven rows in two sections": (
        changed(
            LIST,
            "interactive.action.sections",
            [{"title": "a", "rows": ROWS}, {"title": "b", "rows": [{"id": "z", "title": "z"}]}],
        ),
        131009,
    ),
    "two sections, one without title": (
        changed(
            LIST,
            "interactive.action.sections",
            [{"rows": ROWS[:1]}, {"title": "b", "rows": [{"id": "z", "title": "z"}]}],
        ),
        131009,
    ),
    "row title too long": (changed(LIST, "interactive.action.sections.0.rows.0.title", "t" * 25), 100),
    "row description too long": (changed(LIST, "interactive.action.sections.0.rows.0.description", "t" * 73), 100),
    "product list without header": (changed(PRODUCTS, "interactive.header"), 131008),
    "product with a header": (
        GOOD["product"]
        | interactive("product", {"catalog_id": "7", "product_retailer_id": "9"}, header={"type": "text", "text": "x"}),
        100,
    ),
    "flow without id or name": (changed(FLOW, f"{PARAMS}.flow_id"), 131008),
    "data exchange with a payload": (changed(FLOW, f"{PARAMS}.flow_action", "data_exchange"), 131009),
    "one card": (interactive("carousel", {"cards": [card(0)]}), 131009),
    "cards of two kinds": (interactive("carousel", {"cards": [card(0), quick(1)]}), 131009),
    "cards that skip": (interactive("carousel", {"cards": [card(0), card(2)]}), 131009),
    "card with a reply button": (
        interactive("carousel", {"cards": [card(n, buttons=[{"type": "reply", "reply": {}}]) for n in range(2)]}),
        131009,
    ),
    "order that does not add up": (
        changed(GOOD["order details"], f"{PARAMS}.total_amount.value", 4301),
        131009,
    ),
    "subtotal that does not add up": (
        changed(GOOD["order details"], f"{PARAMS}.order.subtotal.value", 3999),
        131009,
    ),
    "order without tax": (changed(GOOD["order details"], f"{PARAMS}.order.tax"), 131008),
    "order with a bad reference": (changed(GOOD["order details"], f"{PARAMS}.reference_id", "PED 881"), 131009),
    "order status unknown": (changed(GOOD["order status"], f"{PARAMS}.order.status", "lost"), 131009),
    "template without language": (changed(TEMPLATE, "template.language"), 131008),
    "template with a bad name": (changed(TEMPLATE, "template.name", "Pedido Pronto"), 131009),
    "template parameter without its part": (changed(TEMPLATE, "template.components.1.parameters.0.text"), 131008),
    "template button without index": (changed(TEMPLATE, "template.components.2.index"), 131008),
}
