"""Graph's errors, by the tables of contract §6."""

import uuid
from typing import Any

HTTP = {
    0: 401,
    190: 401,
    3: 500,
    10: 403,
    2: 503,
    131000: 500,
    131005: 403,
    131016: 500,
    131031: 403,
    368: 403,
    130497: 403,
    131045: 500,
    131057: 500,
    132001: 404,
    133000: 500,
    133004: 503,
}
WORDS = {
    0: "AuthException",
    1: "API Unknown",
    2: "API Service",
    3: "API Method",
    4: "API Too Many Calls",
    10: "Permission Denied",
    33: "Parameter value is not valid",
    100: "Invalid parameter",
    190: "Access token has expired",
    368: "Temporarily blocked for policies violations",
    80007: "Rate limit issues",
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    130497: "Business account is restricted from messaging users in this country",
    131000: "Something went wrong",
    131005: "Access denied",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131030: "Recipient phone number not in allowed list",
    131031: "Account has been locked",
    131037: "Display name approval required",
    131042: "Business eligibility payment issue",
    131045: "Incorrect certificate",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "This message was not delivered to maintain healthy ecosystem engagement",
    131050: "User stopped marketing messages",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "Pair rate limit hit",
    131057: "Account in maintenance mode",
    131062: "Business-scoped user id is not supported for this message",
    132000: "Template Param Count Mismatch",
    132001: "Template does not exist",
    132015: "Template is paused",
    132016: "Template is disabled",
    133000: "Incomplete Deregistration",
    133004: "Server temporarily unavailable",
    133010: "Phone number not registered",
    135000: "Generic user error",
    137000: "Identity key hash mismatch",
}
DETAILS = {
    131047: "More than 24 hours have passed since the customer last replied to this number.",
    131021: "Sender and recipient phone number is the same",
    131026: "Message undeliverable.",
    130429: "Too many messages were sent from this phone number in a short period.",
}
PAGE = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class GraphError(Exception):
    def __init__(self, code: int, details: str = "", subcode: int | None = None, message: str = "") -> None:
        super().__init__(f"{code} {details}")
        self.code, self.subcode = code, subcode
        self.details = details or DETAILS.get(code, WORDS.get(code, ""))
        self.message = message or f"(#{code}) {WORDS.get(code, 'Error')}"

    @property
    def http(self) -> int:
        return HTTP.get(self.code, 403 if 200 <= self.code <= 299 else 400)

    def payload(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.subcode is not None:
            error |= {"type": "GraphMethodException", "error_subcode": self.subcode}
        else:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {"error": error | {"fbtrace_id": uuid.uuid4().hex[:23]}}


def error_object(code: int, details: str = "") -> dict[str, Any]:
    """As it stands in `statuses[].errors[]`."""
    title = WORDS.get(code, "Error")
    details = details or DETAILS.get(code, title)
    return {"code": code, "title": title, "message": title, "error_data": {"details": details}, "href": PAGE}
