"""The part of Meta's Graph that a WhatsApp inbox calls (contract §1, §2, §8, §11)."""

import asyncio
import json
import time
from typing import Any

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from channels_meta.sandbox import checks, platform
from channels_meta.sandbox.chats import Sent
from channels_meta.sandbox.errors import GraphError
from channels_meta.sandbox.modes import Knobs
from channels_meta.sandbox.people import BSUID, Account, Customer
from channels_meta.sandbox.platform import Platform
from channels_meta.sandbox.store import now_ms

Json = dict[str, Any]
APP = "700000000000001"
FASTEST_S = 0.05
FIRST_RECEIPT_S = 5.0
UNREACHABLE = 131026


async def messages(request: Request) -> Response:
    """Accepts, refuses, or misbehaves as the knobs say; what it accepts is committed before anything is answered."""
    began, stage = time.monotonic(), platform.of(request)
    knobs = stage.modes.of(request.path_params["node"])
    raw = await request.body()
    if not knobs.http_500_accepts and stage.modes.take(request.path_params["node"], "http_500_next"):
        _note_refusal(stage, request.path_params["node"], 500, "HTTP 500 without a body", raw)
        await stage.store.committed()
        return PlainTextResponse("", status_code=500)
    try:
        account = _account(stage, request)
        body = _parsed(raw)
        if "status" in body:
            return _mark_read(stage, account, body)
        customer = _checked(stage, account, body, knobs)
    except GraphError as error:
        _note_refusal(stage, request.path_params["node"], error, error.details, raw)
        await stage.store.committed()
        await _linger(began, knobs)
        raise
    sent = await _accepted(stage, account, customer, body)
    await _linger(began, knobs)
    return await _answer(request, stage, customer, body, sent)


async def _accepted(stage: Platform, account: Account, customer: Customer, body: Json) -> Sent:
    knobs = stage.modes.of(account.phone_number_id)
    sent = stage.chats.accept(account, customer, body, by_user_id="to" not in body)
    code = _fails_later(stage, account, customer, body)
    if code:
        stage.chats.fail(account, customer, sent, code)
    elif knobs.receipt_first:
        made = stage.chats.receipts_now(account, customer, sent, knobs)
        await stage.store.committed()
        await stage.outbox.settle(made, FIRST_RECEIPT_S)
    else:
        stage.chats.later_receipts(account, customer, sent, knobs)
    await stage.store.committed()
    return sent


async def _answer(request: Request, stage: Platform, customer: Customer, body: Json, sent: Sent) -> Response:
    node = request.path_params["node"]
    knobs = stage.modes.of(node)
    if stage.modes.take(node, "lose_answer_next") or stage.modes.chance(knobs.lose_answer_p):
        stage.store.write("UPDATE messages SET answer = 'lost' WHERE id = ?", sent.id)
        await stage.store.committed()
        request.scope["sandbox.drop"]()
        return Response()  # into a closed connection
    if knobs.http_500_accepts and stage.modes.take(node, "http_500_next"):
        stage.store.write("UPDATE messages SET answer = '500' WHERE id = ?", sent.id)
        await stage.store.committed()
        return PlainTextResponse("", status_code=500)
    contact = {"input": body.get("to") or body.get("recipient")}
    if not sent.by_user_id:
        contact["wa_id"] = customer.wa_id
    if customer.user_id:
        contact["user_id"] = customer.user_id
    accepted = {"id": sent.id} | ({"message_status": "accepted"} if sent.kind == "template" else {})
    return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [accepted]})


def _checked(stage: Platform, account: Account, body: Json, knobs: Knobs) -> Customer:
    """The customer whom this send is for; GraphError when Meta would refuse it."""
    node = account.phone_number_id
    if not knobs.fastest:
        checks.check_send(body)
    if knobs.fail_how == "sync" and (stage.modes.take(node, "fail_next") or stage.modes.chance(knobs.fail_p)):
        raise GraphError(knobs.fail_code)
    if knobs.max_per_second and _sent_lately(stage, account) >= knobs.max_per_second:
        raise GraphError(130429)
    address = str(body.get("to") or body.get("recipient") or "")
    if address.lstrip("+").replace(" ", "") == account.digits:
        raise GraphError(131021)
    customer = stage.people.find(address)
    if customer is None and "to" not in body:
        raise GraphError(131009, f"recipient: no user {address} in this portfolio")
    if customer is None or (BSUID.match(address) and "to" in body):
        customer = stage.people.find_or_add(address)
    if knobs.window_enforced and knobs.window_how == "sync" and _window_closed(stage, account, customer, body):
        raise GraphError(131047)
    return customer


def _fails_later(stage: Platform, account: Account, customer: Customer, body: Json) -> int | None:
    knobs, node = stage.modes.of(account.phone_number_id), account.phone_number_id
    if knobs.fail_how == "status" and (stage.modes.take(node, "fail_next") or stage.modes.chance(knobs.fail_p)):
        return knobs.fail_code
    if not customer.reachable:
        return UNREACHABLE
    if knobs.window_enforced and knobs.window_how == "status" and _window_closed(stage, account, customer, body):
        return 131047
    return None


def _window_closed(stage: Platform, account: Account, customer: Customer, body: Json) -> bool:
    if body.get("type") == "template" or body.get("category") == "utility":
        return False
    knobs = stage.modes.of(account.phone_number_id)
    return now_ms() - stage.chats.last_in_at(account, customer) >= knobs.window_s * 1000


def _sent_lately(stage: Platform, account: Account) -> int:
    return stage.store.number(
        "SELECT count(*) FROM (SELECT 1 FROM messages WHERE account = ? AND direction = 'out' AND at > ?"
        " ORDER BY seq DESC LIMIT 5000)",
        account.phone_number_id,
        now_ms() - 1000,
    )


def _mark_read(stage: Platform, account: Account, body: Json) -> Response:
    checks.check_read(body)
    if not stage.chats.company_read(account, body["message_id"], typing="typing_indicator" in body):
        raise GraphError(131009, "Message id not found")
    return JSONResponse({"success": True})


async def _linger(began: float, knobs: Knobs) -> None:
    wanted = knobs.answer_ms / 1000
    if knobs.fastest:
        wanted = max(wanted, FASTEST_S)
    await asyncio.sleep(max(0.0, began + wanted - time.monotonic()))


def _note_refusal(stage: Platform, node: str, error: GraphError | int, details: str, raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    http, code = (error.http, error.code) if isinstance(error, GraphError) else (error, None)
    body = _object(raw)
    attempt = body.get("biz_opaque_callback_data") if body else None
    stage.store.write(
        "INSERT INTO rejects (account, at, code, http, details, attempt, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        node,
        now_ms(),
        code,
        http,
        details,
        attempt if isinstance(attempt, str) else None,
        text,
    )


def _object(raw: bytes) -> Json | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _parsed(raw: bytes) -> Json:
    body = _object(raw)
    if body is None:
        raise GraphError(100, "The parameter messaging_product is required.")
    return body


def _holder(stage: Platform, request: Request) -> Account:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip() or request.query_params.get("access_token", "")
    if scheme.lower() not in ("bearer", "") or token not in stage.people.by_token:
        raise GraphError(190, message="Invalid OAuth access token - Cannot parse access token")
    return stage.people.by_token[token]


def _missing(node: str) -> GraphError:
    return GraphError(
        100,
        subcode=33,
        message=f"Unsupported request. Object with ID '{node}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation.",
    )


def _account(stage: Platform, request: Request) -> Account:
    holder, node = _holder(stage, request), request.path_params["node"]
    account = stage.people.accounts.get(node)
    if account is None or account.token != holder.token:
        raise _missing(node)
    return account


def _waba(stage: Platform, request: Request) -> list[Account]:
    holder, node = _holder(stage, request), request.path_params["node"]
    if holder.waba != node:
        raise _missing(node)
    return [account for account in stage.people.accounts.values() if account.waba == node]


def _number(account: Account) -> Json:
    return {
        "id": account.phone_number_id,
        "display_phone_number": account.display,
        "verified_name": account.name,
        "quality_rating": "GREEN",
        "status": "CONNECTED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "code_verification_status": "VERIFIED",
        "throughput": {"level": "STANDARD"},
        "is_on_biz_app": False,
    }


async def phone_numbers(request: Request) -> Response:
    accounts = _waba(platform.of(request), request)
    return JSONResponse(
        {
            "data": [_number(account) for account in accounts],
            "paging": {"cursors": {"before": "QVFIU", "after": "QVFIV"}},
        }
    )


async def subscribed_apps(request: Request) -> Response:
    stage = platform.of(request)
    accounts = _waba(stage, request)
    if request.method == "GET":
        app = {"id": APP, "link": "https://plaza.example/", "name": "Plaza"}
        return JSONResponse({"data": [{"whatsapp_business_api_data": app}] if accounts[0].subscribed else []})
    stage.people.subscribe(accounts[0].waba, request.method == "POST")
    await stage.store.committed()
    return JSONResponse({"success": True})


async def node(request: Request) -> Response:
    stage = platform.of(request)
    if request.path_params["node"] == _holder(stage, request).waba:
        account = _waba(stage, request)[0]
        return JSONResponse({"id": account.waba, "name": account.name, "currency": "BRL", "timezone_id": "25"})
    return JSONResponse(_number(_account(stage, request)))


async def debug_token(request: Request) -> Response:
    stage = platform.of(request)
    _holder(stage, request)
    asked = stage.people.by_token.get(request.query_params.get("input_token", ""))
    scopes = ["whatsapp_business_messaging", "whatsapp_business_management"] if asked else []
    targets = [{"scope": scope, "target_ids": [asked.waba]} for scope in scopes if asked]
    return JSONResponse(
        {
            "data": {
                "app_id": APP,
                "type": "SYSTEM_USER",
                "is_valid": asked is not None,
                "expires_at": 0,
                "scopes": scopes,
                "granular_scopes": targets,
            }
        }
    )


async def refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, GraphError):
        raise error
    return JSONResponse(error.payload(), status_code=error.http)


class GraphVersion(StringConvertor):
    regex = r"v\d+\.\d+"


register_url_convertor("graph_version", GraphVersion())
VERSION = "/{version:graph_version}"
routes = [
    Route(f"{VERSION}/debug_token", debug_token, methods=["GET"]),
    Route(f"{VERSION}/{{node}}/messages", messages, methods=["POST"]),
    Route(f"{VERSION}/{{node}}/phone_numbers", phone_numbers, methods=["GET"]),
    Route(f"{VERSION}/{{node}}/subscribed_apps", subscribed_apps, methods=["GET", "POST", "DELETE"]),
    Route(f"{VERSION}/{{node}}", node, methods=["GET"]),
]
