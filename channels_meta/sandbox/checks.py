"""Refuses what Meta would refuse: JSON schemas by kind (contract §8), then the rules that span several fields."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from channels_meta.sandbox.errors import GraphError

Json = dict[str, Any]
FOLDER = Path(__file__).parent / "schemas"
ROWS = 10
PRODUCTS = 30


@cache
def validators() -> dict[str, Draft202012Validator]:
    found = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        [(schema["$id"], DRAFT202012.create_resource(schema)) for schema in found.values()]
    )
    return {name: Draft202012Validator(schema, registry=registry) for name, schema in found.items()}


def check_read(body: Json) -> None:
    _against("read", body, "")


def check_send(body: Any) -> None:
    """Raises GraphError for the first thing that is wrong."""
    if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    _against("envelope", body, "")
    kind = body.get("type", "text")
    if kind not in body:
        raise GraphError(131008, f"Parameter '{kind}' is mandatory for type '{kind}'")
    content = body[kind]
    if kind == "interactive":
        _check_interactive(content)
    else:
        _against(kind, content, kind)
    if kind == "reaction" and "context" in body:
        raise GraphError(131009, "A reaction cannot carry a context")


def _check_interactive(content: Any) -> None:
    kind = content.get("type") if isinstance(content, dict) else None
    name = f"interactive.{kind}"
    if name not in validators():
        raise GraphError(131009, f"interactive['type'] must be one of {', '.join(_interactive_kinds())}")
    _against(name, content, "interactive")
    action = content["action"]
    rules = {
        "button": _check_buttons,
        "list": _check_rows,
        "product_list": _check_products,
        "carousel": _check_cards,
        "order_details": _check_order,
    }
    if kind in rules:
        rules[str(kind)](action)


def _interactive_kinds() -> list[str]:
    return sorted(name.partition(".")[2] for name in validators() if name.startswith("interactive."))


def _against(name: str, thing: Any, where: str) -> None:
    error = best_match(validators()[name].iter_errors(thing))
    if error is not None:
        raise _graph_error(error, where)


def _graph_error(error: ValidationError, where: str) -> GraphError:
    steps: list[str | int] = [where] if where else []
    steps += error.absolute_path
    path = str(steps[0] if steps else "") + "".join(f"[{step!r}]" for step in steps[1:])
    if error.validator in ("required", "anyOf", "oneOf") and isinstance(error.instance, dict):
        return GraphError(131008, f"{path or 'body'}: {_missing(error)}")
    if error.validator in ("maxLength", "maxItems"):
        many = "characters long" if error.validator == "maxLength" else "items"
        return GraphError(100, message=f"(#100) Param {path} must be at most {error.validator_value} {many}.")
    if error.validator == "additionalProperties":
        return GraphError(100, message=f"(#100) Unexpected key on param {path or 'body'}: {error.message}"[:400])
    if path == "type":
        return GraphError(100, message=f"(#100) Param type must be one of {error.validator_value}"[:400])
    return GraphError(131009, f"{path or 'body'}: {error.message}"[:400])


def _missing(error: ValidationError) -> str:
    if error.validator == "required":
        return error.message
    options: Any = error.validator_value
    wanted = [name for option in options for name in option.get("required", [])]
    return f"exactly one of {wanted} is needed" if wanted else error.message[:300]


def _check_buttons(action: Json) -> None:
    replies = [button["reply"] for button in action["buttons"]]
    _unique([reply["id"] for reply in replies], "Button ids")
    _unique([reply["title"] for reply in replies], "Button titles")


def _check_rows(action: Json) -> None:
    sections = action["sections"]
    rows = [row for section in sections for row in section["rows"]]
    if len(rows) > ROWS:
        raise GraphError(131009, f"Total row count exceed max allowed count: {ROWS}")
    _unique([row["id"] for row in rows], "Row ids")
    _titled(sections)


def _check_products(action: Json) -> None:
    if sum(len(section["product_items"]) for section in action["sections"]) > PRODUCTS:
        raise GraphError(131009, f"Total product count exceed max allowed count: {PRODUCTS}")
    _titled(action["sections"])


def _titled(sections: list[Json]) -> None:
    if len(sections) > 1 and not all(section.get("title") for section in sections):
        raise GraphError(131009, "Section title is required when there is more than one section")


def _check_cards(action: Json) -> None:
    cards = action["cards"]
    if [card["card_index"] for card in cards] != list(range(len(cards))):
        raise GraphError(131009, "card_index must count from 0 without gaps")
    kinds = {tuple(sorted(card["action"])) for card in cards}
    if len(kinds) > 1:
        raise GraphError(131009, "All cards must have buttons of one kind")


def _check_order(action: Json) -> None:
    order = action["parameters"]["order"]
    goods = sum(item["amount"]["value"] * item["quantity"] for item in order["items"])
    if order["subtotal"]["value"] != goods:
        raise GraphError(131009, f"subtotal must be the sum of the items, {goods}")
    amounts = {name: order.get(name, {"value": 0})["value"] for name in ("tax", "shipping", "discount")}
    total = goods + amounts["tax"] + amounts["shipping"] - amounts["discount"]
    if action["parameters"]["total_amount"]["value"] != total:
        raise GraphError(131009, f"total_amount must be subtotal + tax + shipping - discount, {total}")


def _unique(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise GraphError(131009, f"{what} must be unique")
