"""The phone's pages: one person plays several customers of several company numbers."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from channels_meta.sandbox import drawing, gestures, platform
from channels_meta.sandbox.log import webhook_counts
from channels_meta.sandbox.pages import HEADERS, page
from channels_meta.sandbox.people import BSUID, Account, Customer
from channels_meta.sandbox.platform import Platform

CALM_S = 0.15  # between two nudges, so that a drill does not redraw an open page a thousand times a second
BEAT_S = 15.0


async def home(request: Request) -> Response:
    stage = platform.of(request)
    account = stage.account(request.query_params.get("number"))
    if account is None:
        raise HTTPException(404, "no such company number")
    return page(request, "phone.html", **_list(stage, account), customer=None)


async def chat(request: Request) -> Response:
    stage, account, customer = _chat(request)
    whole = _list(stage, account) | _thread(stage, account, customer)
    return page(request, "phone.html", **whole)


async def list_fragment(request: Request) -> Response:
    stage = platform.of(request)
    account = stage.account(request.query_params.get("number"))
    current = request.query_params.get("customer", "")
    if account is None:
        raise HTTPException(404)
    customer = stage.people.customer(int(current)) if current.isdecimal() else None
    return page(request, "_list.html", **_list(stage, account), customer=customer)


async def thread_fragment(request: Request) -> Response:
    return page(request, "_thread.html", **_thread(*_chat(request)))


async def add_customer(request: Request) -> Response:
    stage, form = platform.of(request), await request.form()
    account = stage.account(_text(form, "number"))
    name, address = _text(form, "name"), _text(form, "address").replace(" ", "")
    if account is None:
        raise HTTPException(404)
    if not address:  # somebody who hides the phone from the start
        address = f"BR.{zlib.crc32(name.encode()):08x}{stage.store.rev:x}"
    if not (BSUID.match(address) or any(letter.isdigit() for letter in address)):
        raise HTTPException(422, "a phone number, or a user id such as BR.7hTq20LmZ")
    customer = stage.people.find_or_add(address, name)
    await stage.store.committed()
    return RedirectResponse(f"/chats/{customer.id}/{account.phone_number_id}", 303)


async def change_privacy(request: Request) -> Response:
    stage, account, customer = _chat(request)
    if customer.wa_id is not None:
        stage.people.change(customer, hides_phone=not customer.hides_phone)
    return await _back(stage, account, customer)


async def opened(request: Request) -> Response:
    stage, account, customer = _chat(request)
    stage.chats.open(account, customer)
    await stage.store.committed()
    return Response(status_code=204)


def gesture(act: Callable[[Platform, Account, Customer, FormData], None]) -> Callable[[Request], Awaitable[Response]]:
    """What a customer does in a chat: a form, one function of gestures.py, back to the chat."""

    async def inner(request: Request) -> Response:
        stage, account, customer = _chat(request)
        try:
            act(stage, account, customer, await request.form())
        except gestures.Impossible as error:
            raise HTTPException(422, str(error)) from error
        return await _back(stage, account, customer)

    return inner


async def live(request: Request) -> Response:
    return StreamingResponse(_nudges(platform.of(request)), media_type="text/event-stream", headers=HEADERS)


async def _nudges(stage: Platform) -> AsyncIterator[str]:
    """Only says that something changed; the page asks for what it shows."""
    while not stage.store.leaving:
        yield f"data: {json.dumps(stage.store.rev)}\n\n"
        try:
            async with asyncio.timeout(BEAT_S):
                await stage.store.changed()
        except TimeoutError:
            yield ": still here\n\n"
        await asyncio.sleep(CALM_S)


async def _back(stage: Platform, account: Account, customer: Customer) -> Response:
    await stage.store.committed()
    return RedirectResponse(f"/chats/{customer.id}/{account.phone_number_id}", 303)


def _chat(request: Request) -> tuple[Platform, Account, Customer]:
    stage = platform.of(request)
    account = stage.people.accounts.get(request.path_params["number"])
    customer = stage.people.customer(request.path_params["customer"])
    if account is None or customer is None:
        raise HTTPException(404, "no such chat")
    return stage, account, customer


def _list(stage: Platform, account: Account) -> dict[str, Any]:
    return {
        "account": account,
        "accounts": list(stage.people.accounts.values()),
        "rows": drawing.rows(stage, account),
        "counts": webhook_counts(stage.store),
    }


def _thread(stage: Platform, account: Account, customer: Customer) -> dict[str, Any]:
    return {
        "account": account,
        "customer": customer,
        "bubbles": drawing.thread(stage, account, customer),
        "typing_until": drawing.typing_until(stage, account, customer),
        "unread": drawing.unread(stage, account, customer),
    }


def _text(form: FormData, name: str) -> str:
    found = form.get(name)
    return found.strip() if isinstance(found, str) else ""


CHAT = "/chats/{customer:int}/{number}"
routes: list[BaseRoute] = [
    Route("/", home),
    Route("/live", live),
    Route("/list", list_fragment),
    Route("/customers", add_customer, methods=["POST"]),
    Route(CHAT, chat),
    Route(f"{CHAT}/thread", thread_fragment),
    Route(f"{CHAT}/opened", opened, methods=["POST"]),
    Route(f"{CHAT}/privacy", change_privacy, methods=["POST"]),
    Route(f"{CHAT}/messages", gesture(gestures.say), methods=["POST"]),
    Route(f"{CHAT}/reactions", gesture(gestures.react), methods=["POST"]),
    Route(f"{CHAT}/taps", gesture(gestures.tap), methods=["POST"]),
    Route(f"{CHAT}/edits", gesture(gestures.edit), methods=["POST"]),
    Route(f"{CHAT}/revocations", gesture(gestures.revoke), methods=["POST"]),
]
