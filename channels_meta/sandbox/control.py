"""The drills' levers: everything under /control/, from this machine only. README.md documents each."""

import base64
import json
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels_meta.sandbox import compose, platform
from channels_meta.sandbox.chats import sent_of
from channels_meta.sandbox.deliver import FOREVER
from channels_meta.sandbox.errors import error_object
from channels_meta.sandbox.log import attempts_of, message_log, webhook_counts, webhook_list
from channels_meta.sandbox.modes import EVERYWHERE
from channels_meta.sandbox.people import Account, Customer
from channels_meta.sandbox.platform import Platform
from channels_meta.sandbox.store import now_ms
from channels_meta.sandbox.wire import WireError

Json = dict[str, Any]
Handler = Callable[[Request], Awaitable[Response]]
LOCAL = ("127.0.0.1", "::1", "testclient")
MOST_AT_ONCE = 10_000


class Wrong(Exception):
    """The caller asked for something that cannot be; answered with 422 and these words."""


# Refused, a bad number, bad base64; a value of the wrong kind; one that the store cannot hold.
WRONG = (Wrong, ValueError, TypeError, OverflowError, sqlite3.Error)


def guarded(handler: Handler) -> Handler:
    async def inner(request: Request) -> Response:
        if request.client is None or request.client.host not in LOCAL:
            return JSONResponse({"error": "only from this machine"}, status_code=403)
        try:
            answer = await handler(request)
        except WRONG as error:
            return JSONResponse({"error": str(error)}, status_code=422)
        await platform.of(request).store.committed()
        return answer

    return inner


async def _body(request: Request) -> Json:
    raw = await request.body()
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError) as error:
        raise Wrong(f"not JSON: {error}") from error
    return _object(body, "the body")


def _object(thing: Any, what: str) -> Json:
    if not isinstance(thing, dict):
        raise Wrong(f"{what}: a JSON object is needed")
    return thing


def _account(stage: Platform, body: Json) -> Account:
    account = stage.account(str(body.get("channel") or ""))
    if account is None:
        raise Wrong(f"no company number {body.get('channel')!r}")
    return account


def _customer(stage: Platform, body: Json) -> Customer:
    """`from`: a phone or a user id. `name`, `username`, `user_id` and `hide_phone` change what is known of it."""
    address = str(body.get("from") or body.get("customer") or "").strip()
    if not address:
        raise Wrong("`from` is needed: a phone or a user id")
    columns = {
        "name": "name",
        "username": "username",
        "user_id": "user_id",
        "hide_phone": "hides_phone",
        "reachable": "reachable",
    }
    wanted = {column: body[key] for key, column in columns.items() if key in body}
    customer = stage.people.find_or_add(address, str(body.get("name") or ""), str(body.get("user_id") or ""))
    return stage.people.change(customer, **wanted) if wanted else customer


async def health(request: Request) -> Response:
    stage = platform.of(request)
    return JSONResponse({"ok": True, "webhook_url": stage.settings.webhook_url} | webhook_counts(stage.store))


async def reset(request: Request) -> Response:
    await platform.of(request).reset()
    return JSONResponse({"ok": True})


async def accounts(request: Request) -> Response:
    stage = platform.of(request)
    if request.method == "POST":
        body = await _body(request)
        try:
            account = Account(
                str(body["phone_number_id"]),
                str(body["waba"]),
                str(body["display_phone_number"]),
                str(body.get("name", "Company")),
                str(body["token"]),
                bool(body.get("subscribed", True)),
            )
        except KeyError as error:
            raise Wrong(f"{error} is needed") from error
        stage.people.register(account)
    shown = [
        {
            "phone_number_id": a.phone_number_id,
            "waba": a.waba,
            "display_phone_number": a.display,
            "name": a.name,
            "token": a.token,
            "subscribed": a.subscribed,
        }
        for a in stage.people.accounts.values()
    ]
    return JSONResponse({"accounts": shown})


async def customers(request: Request) -> Response:
    stage = platform.of(request)
    if request.method == "POST":
        return JSONResponse(_shown(_customer(stage, await _body(request))))
    rows = stage.store.all("SELECT id FROM customers ORDER BY id LIMIT 1000")
    found = [stage.people.customer(row["id"]) for row in rows]
    return JSONResponse({"customers": [_shown(customer) for customer in found if customer]})


def _shown(customer: Customer) -> Json:
    return {
        "id": customer.id,
        "name": customer.name,
        "wa_id": customer.wa_id,
        "user_id": customer.user_id,
        "username": customer.username,
        "hide_phone": customer.hides_phone,
        "reachable": customer.reachable,
    }


async def knobs(request: Request) -> Response:
    stage = platform.of(request)
    body = await _body(request) if request.method == "POST" else {}
    scope = str(body.pop("channel", None) or request.query_params.get("channel") or EVERYWHERE)
    if request.method == "POST":
        stage.modes.turn(scope, body)
    if request.method == "DELETE":
        stage.modes.clear(scope)
    stage.outbox.ring()
    return JSONResponse(stage.modes.shown())


async def messages(request: Request) -> Response:
    """One message, or `messages`: a list of them."""
    stage, body = platform.of(request), await _body(request)
    wanted = body.get("messages", [body])
    if not isinstance(wanted, list) or len(wanted) > MOST_AT_ONCE:
        raise Wrong(f"messages: a list of at most {MOST_AT_ONCE}")
    return JSONResponse({"ids": [_say(stage, _object(one, "messages")) for one in wanted]})


def _say(stage: Platform, body: Json) -> str:
    account, customer = _account(stage, body), _customer(stage, body)
    kind = body.get("type", "text")
    if not isinstance(kind, str):
        raise Wrong("type: a word is needed")
    content: Json = {"type": kind}
    if isinstance(body.get("text"), str):
        content["text"] = {"body": body["text"]}
    for key in ("id", "timestamp", "context", "referral", "errors", "group_id", kind):
        if key in body and key not in content:
            content[key] = body[key]
    raw = _object(body.get("raw", {}), "raw")
    more, value = _object(raw.get("message", {}), "raw.message"), _object(raw.get("value", {}), "raw.value")
    return stage.chats.customer_says(account, customer, content | more, value)


async def receipts(request: Request) -> Response:
    """{message_id, status, errors or code}; for a message that nobody sent, also `customer` and perhaps `attempt`."""
    stage, body = platform.of(request), await _body(request)
    wamid, state = str(body.get("message_id", "")), str(body.get("status", ""))
    row = stage.store.one("SELECT * FROM messages WHERE id = ? AND direction = 'out'", wamid)
    account = _account(stage, {"channel": row["account"]} if row else body)
    customer = stage.people.customer(row["customer"]) if row else _customer(stage, body)
    if not wamid or not state or customer is None:
        raise Wrong("message_id and status are needed")
    at = int(body.get("timestamp") or now_ms() // 1000) * 1000
    shape = sent_of(row).shape() if row else {"id": wamid, "kind": "text", "attempt": body.get("attempt")}
    receipt = compose.status(customer, shape, state, at)
    if "code" in body or "errors" in body:
        receipt["errors"] = body["errors"] if "errors" in body else [error_object(int(body["code"]))]
    receipt |= _object(body.get("raw", {}), "raw")
    stage.store.write("INSERT INTO statuses VALUES (?, ?, ?, ?)", wamid, state, at, body.get("code"))
    person = None if state == "failed" else customer
    stage.outbox.add(account, compose.value(account, person, statuses=[receipt]), now_ms())
    return JSONResponse({"ok": True})


async def opened(request: Request) -> Response:
    stage, body = platform.of(request), await _body(request)
    return JSONResponse({"read": stage.chats.open(_account(stage, body), _customer(stage, body))})


async def windows(request: Request) -> Response:
    """When the customer last wrote: `seconds_ago`, or null for never."""
    stage, body = platform.of(request), await _body(request)
    ago = body.get("seconds_ago")
    at = None if ago is None else now_ms() - int(float(ago) * 1000)
    stage.chats.set_last_in_at(_account(stage, body), _customer(stage, body), at)
    return JSONResponse({"ok": True})


async def chats(request: Request) -> Response:
    """Customers who have written before: a list of {from, name, channel, seconds_ago}, told to nobody."""
    stage, body = platform.of(request), await _body(request)
    wanted = body.get("chats")
    if not isinstance(wanted, list) or len(wanted) > MOST_AT_ONCE or not all(isinstance(one, dict) for one in wanted):
        raise Wrong(f"chats: a list of at most {MOST_AT_ONCE}")
    for one in wanted:
        at = now_ms() - int(float(one.get("seconds_ago") or 0) * 1000)
        stage.chats.set_last_in_at(_account(stage, one), _customer(stage, one), at)
    return JSONResponse({"chats": len(wanted)})


async def webhooks(request: Request) -> Response:
    stage = platform.of(request)
    if request.method == "GET":
        listed = webhook_list(stage.store, request.query_params) if "limit" in request.query_params else []
        return JSONResponse(webhook_counts(stage.store) | {"webhooks": listed})
    body = await _body(request)
    raw = _raw(body)
    count = int(body.get("count", 1))
    if not 1 <= count <= MOST_AT_ONCE:
        raise Wrong(f"count must be from 1 to {MOST_AT_ONCE}")
    signature = "sha256=" + "0" * 64 if body.get("signed") is False else str(body.get("signature") or "")
    most = int(body.get("max_attempts") or FOREVER)
    made = [stage.outbox.make(str(body.get("channel") or ""), raw, signature, most) for _ in range(count)]
    return JSONResponse({"ids": made})


def _raw(body: Json) -> bytes:
    if isinstance(body.get("body_base64"), str):
        return base64.b64decode(body["body_base64"], validate=True)
    if isinstance(body.get("body"), str):
        return str(body["body"]).encode("utf-8", "surrogatepass")
    if "json" in body:
        return compose.to_bytes(body["json"])
    raise Wrong("`body` (text), `body_base64` or `json` is needed")


async def webhook(request: Request) -> Response:
    stage = platform.of(request)
    found = attempts_of(stage.store, int(request.path_params["webhook"]))
    return JSONResponse(found or {"error": "no such webhook"}, status_code=200 if found else 404)


async def log(request: Request) -> Response:
    return JSONResponse(message_log(platform.of(request), request.query_params))


async def handshake(request: Request) -> Response:
    """Asks the door to prove itself as Meta does when a callback URL is saved."""
    stage = platform.of(request)
    challenge = str(now_ms())
    query = f"hub.mode=subscribe&hub.challenge={challenge}&hub.verify_token={stage.settings.verify_token}"
    try:
        status, body = await stage.outbox.wire.get(query, 5000)
    except WireError as error:
        return JSONResponse({"ok": False, "error": str(error)})
    return JSONResponse({"ok": status == 200 and body.decode("utf-8", "replace") == challenge, "http": status})


def _route(path: str, handler: Handler, methods: str) -> Route:
    return Route(f"/control/{path}", guarded(handler), methods=methods.split())


routes = [
    _route("health", health, "GET"),
    _route("reset", reset, "POST"),
    _route("accounts", accounts, "GET POST"),
    _route("customers", customers, "GET POST"),
    _route("knobs", knobs, "GET POST DELETE"),
    _route("messages", messages, "POST"),
    _route("receipts", receipts, "POST"),
    _route("opened", opened, "POST"),
    _route("windows", windows, "POST"),
    _route("chats", chats, "POST"),
    _route("webhooks", webhooks, "GET POST"),
    _route("webhooks/{webhook:int}", webhook, "GET"),
    _route("log", log, "GET"),
    _route("handshake", handshake, "POST"),
]
