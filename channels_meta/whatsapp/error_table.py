"""The contract's table of error codes (§6, §99), row by row: what is known of the send and what the error speaks about.
The last column names the words in `error_words.py`."""

from __future__ import annotations

from dataclasses import dataclass

from inbox.port import Outcome, Scope

REJECTED, RETRY = Outcome.REJECTED, Outcome.RETRY
MESSAGE, RECIPIENT = Scope.MESSAGE, Scope.RECIPIENT
CHANNEL, ACCOUNT = Scope.CHANNEL, Scope.ACCOUNT


@dataclass(frozen=True, slots=True)
class Rule:
    """`wait`: seconds before another try makes sense. `with_detail`: the platform's own words help, so they follow.
    `by_link`: worth another try when the file was sent as a link, which the platform could not fetch."""

    codes: tuple[int | range, ...]
    outcome: Outcome
    scope: Scope
    words: str
    wait: float = 0
    with_detail: bool = False
    by_link: bool = False


RULES = (
    # Access and account: nothing was taken; it waits, queued, until somebody has mended the account.
    Rule((0, 190), RETRY, ACCOUNT, "access_expired"),
    Rule((3, 10, range(200, 300), 131005), RETRY, ACCOUNT, "permission_missing"),
    Rule((368, 131031), RETRY, ACCOUNT, "account_restricted"),
    Rule((130497,), REJECTED, RECIPIENT, "country_restricted"),
    Rule((33, 133010, 131045), RETRY, ACCOUNT, "not_registered"),
    Rule((131037,), RETRY, ACCOUNT, "display_name"),
    Rule((131042, 131044), RETRY, ACCOUNT, "payment"),
    # Pace and passing trouble
    Rule((4, 80007, 130429), RETRY, CHANNEL, "number_throttled"),
    Rule((131056,), RETRY, RECIPIENT, "customer_throttled", wait=4),
    Rule((131048,), RETRY, CHANNEL, "held_as_spam", wait=60),
    Rule((1, 2, 131000, 131016, 133004), RETRY, MESSAGE, "passing_trouble"),
    Rule((131057, 2494100), RETRY, CHANNEL, "maintenance", wait=60),
    # The customer
    Rule((131021,), REJECTED, RECIPIENT, "own_number"),
    Rule((131026,), REJECTED, RECIPIENT, "undeliverable"),
    Rule((131030,), REJECTED, RECIPIENT, "test_number"),
    Rule((131047,), REJECTED, RECIPIENT, "window_closed"),
    Rule((131049,), REJECTED, RECIPIENT, "marketing_withheld"),
    Rule((130472,), REJECTED, RECIPIENT, "marketing_experiment"),
    Rule((131050,), REJECTED, RECIPIENT, "marketing_stopped"),
    Rule((131062,), REJECTED, RECIPIENT, "phone_needed"),
    Rule((137000,), REJECTED, RECIPIENT, "identity_changed"),
    Rule((range(139100, 139104),), REJECTED, RECIPIENT, "block_list", with_detail=True),
    # The message
    Rule((100, 131008, 131009, 135000), REJECTED, MESSAGE, "wrong_part", with_detail=True),
    Rule((131051,), REJECTED, MESSAGE, "kind_not_taken"),
    Rule((131052,), REJECTED, MESSAGE, "customers_file"),
    Rule((131014, 131053), REJECTED, MESSAGE, "our_file", with_detail=True, by_link=True),
    Rule((131060,), REJECTED, MESSAGE, "linked_device"),
    Rule((2040, 2046, 2047, 134011), REJECTED, MESSAGE, "order", with_detail=True),
    Rule((131020, 131041, 131059, range(131200, 131300)), REJECTED, MESSAGE, "group", with_detail=True),
    Rule((range(138000, 139000),), REJECTED, MESSAGE, "call", with_detail=True),
    Rule((132068, range(139000, 139005)), REJECTED, MESSAGE, "form", with_detail=True),
    Rule((132069,), RETRY, MESSAGE, "form_throttled", wait=600),
    # Templates
    Rule((132000, 132008, 132012, 132018), REJECTED, MESSAGE, "template_values", with_detail=True),
    Rule((132001,), REJECTED, MESSAGE, "template_missing"),
    Rule((132005,), REJECTED, MESSAGE, "template_too_long"),
    Rule((132007,), REJECTED, MESSAGE, "template_policy"),
    Rule((132015,), REJECTED, MESSAGE, "template_paused"),
    Rule((132016,), REJECTED, MESSAGE, "template_disabled"),
    Rule((131055, 131063, range(134100, 134103)), REJECTED, MESSAGE, "marketing_way", with_detail=True),
    Rule((131064,), REJECTED, MESSAGE, "templates_limited", with_detail=True),
    Rule((139200,), REJECTED, MESSAGE, "template_needed", with_detail=True),
    Rule((range(2388000, 2389000),), REJECTED, MESSAGE, "template_not_accepted", with_detail=True),
    # Setting up
    Rule((133009, 133016), RETRY, CHANNEL, "registered_too_often", wait=300),
    Rule((133015,), RETRY, CHANNEL, "just_removed", wait=300),
    Rule((133000,), REJECTED, CHANNEL, "removal_unfinished"),
    Rule((133005,), REJECTED, CHANNEL, "pin_wrong"),
    Rule((133006,), REJECTED, CHANNEL, "not_verified"),
    Rule((133008,), REJECTED, CHANNEL, "pin_locked", with_detail=True),
    Rule((range(147001, 147006),), REJECTED, CHANNEL, "user_name", with_detail=True),
    Rule((2593107, 2593108, 2593109), REJECTED, CHANNEL, "history", with_detail=True),
)
