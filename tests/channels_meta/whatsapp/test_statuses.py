from __future__ import annotations

from typing import Any

import pytest

from channels_meta.whatsapp.parse import parse
from inbox.port import Failure, Key, News, Receipt, Unreadable
from tests.channels_meta.whatsapp.payloads import payload, with_items

PHONE = Key("phone", "5511955501234")


def status(**fields: Any) -> Any:
    item = {"id": "wamid.OUT9", "status": "sent", "timestamp": "1795000100", "recipient_id": "5511955501234"}
    (event,) = parse(with_items("statuses", {name: value for name, value in {**item, **fields}.items() if value}))
    return event


def test_pricing_is_kept_as_it_came() -> None:
    body = payload("status_sent")
    (receipt,) = parse(body)
    assert isinstance(receipt, Receipt)
    assert receipt.pricing is body["entry"][0]["changes"][0]["value"]["statuses"][0]["pricing"]


def test_the_status_may_be_written_in_capitals() -> None:
    assert status(status="READ").status == "read"


@pytest.mark.parametrize("word", ["deleted", "warning", "quantum"])
def test_a_status_without_a_rank_is_news(word: str) -> None:
    event = status(status=word)
    assert isinstance(event, News)
    assert event.topic == f"status.{word}"


def test_a_topic_fits_its_column() -> None:
    assert len(status(status="x" * 500).topic) == 80


def test_a_call_is_never_a_receipt_whatever_field_it_comes_under() -> None:
    call = {"id": "wacid.1", "type": "call", "status": "ACCEPTED", "timestamp": "1795000100", "recipient_id": "55119"}
    for item, field in ((call, "messages"), (call, "calls"), ({**call, "type": "x", "status": "read"}, "calls")):
        (event,) = parse(with_items("statuses", item, field=field))
        assert isinstance(event, News)
        assert event.topic == "calls.status"


def test_an_error_of_the_value_belongs_to_failed_receipts_without_their_own() -> None:
    common = {"timestamp": "1795000100", "recipient_id": "5511955501234"}
    items = [
        {**common, "id": "wamid.1", "status": "failed"},
        {**common, "id": "wamid.2", "status": "failed", "errors": [{"code": 131047, "title": "own"}]},
        {**common, "id": "wamid.3", "status": "delivered"},
    ]
    events = parse(with_items("statuses", *items, errors=[{"code": "131026", "message": "of the value"}]))
    errors = [event.error for event in events if isinstance(event, Receipt)]
    assert errors == [Failure("131026", "of the value", "of the value"), Failure("131047", "own", ""), None]


def test_a_failure_without_a_reason_is_still_a_failure() -> None:
    event = status(status="failed")
    assert (event.status, event.error) == ("failed", None)


def test_another_tools_word_is_not_taken_for_our_attempt() -> None:
    assert status(biz_opaque_callback_data="x" * 512).attempt == ""
    assert status(biz_opaque_callback_data="msg:991").attempt == "msg:991"


def test_a_groups_id_is_not_taken_for_a_person() -> None:
    event = status(recipient_type="group", recipient_id="5511999990000", recipient_participant_id="5511955501234")
    assert event.person.keys == (PHONE,)
    assert event.participant == "5511955501234"


@pytest.mark.parametrize("missing", ["id", "status", "timestamp"])
def test_a_receipt_that_lacks_what_it_is_about_is_unreadable(missing: str) -> None:
    event = status(**{missing: None})
    assert isinstance(event, Unreadable)
    assert missing in event.reason


def test_the_name_beside_a_receipt_is_paired_by_id() -> None:
    contacts = [
        {"wa_id": "5215500000001", "profile": {"name": "Beto"}},
        {"wa_id": "5511955501234", "profile": {"name": "Lia"}, "user_id": "BR.7hTq20LmZ"},
    ]
    item = {"id": "wamid.1", "status": "read", "timestamp": 1795000100, "recipient_id": "5511955501234"}
    (event,) = parse(with_items("statuses", item, contacts=contacts))
    assert isinstance(event, Receipt)
    assert event.person is not None
    assert (event.person.name, event.person.keys) == ("Lia", (PHONE, Key("scoped", "BR.7hTq20LmZ")))
