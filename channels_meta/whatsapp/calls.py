"""Calls as entries of the conversation (contract §7 `calls`, §99)."""

from __future__ import annotations

from channels_meta.whatsapp.bodies import Body
from channels_meta.whatsapp.change import Change, Item
from channels_meta.whatsapp.messages import message
from channels_meta.whatsapp.people import keys_of, person_of
from channels_meta.whatsapp.shape import Malformed, kept, moment, need_id, number, short, text
from inbox import kinds
from inbox.port import Inbound, Raw


def read_call(raw: Raw, change: Change) -> Inbound:
    """A call comes twice with one id, `connect` and `terminate`: the later one gets an id of its own, or it would
    be taken for a repetition. Only a call by the customer opens the reply window."""
    ours = text(raw, "direction") == "BUSINESS_INITIATED"
    person = person_of(keys_of(raw, "to" if ours else "from"), change.contacts)
    if not person.keys:
        raise Malformed("neither a phone number nor a user id says who this is")
    event = short(raw, "event", 40) or "connect"
    call = need_id(raw, "id")
    content = {
        "direction": "outgoing" if ours else "incoming",
        "status": "ringing" if event == "connect" else (text(raw, "status") or event).lower(),
        "duration": number(raw, "duration"),
        "call_id": call,
    }
    item = Item(
        raw=raw,
        fields={**raw, "id": call if event == "connect" else f"{call}:{event}"},
        at=moment(raw),
        person=person,
        change=change,
        from_us=ours,
        opens_window=text(raw, "direction") == "USER_INITIATED",
    )
    return message(item, Body(kinds.CALL, content=kept(content)))
