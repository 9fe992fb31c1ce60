"""From the operations' descriptions to OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from workspaces.api.operations import Operation, operation_of

ALWAYS = (400, 401, 403, 429)
CURSOR = "WyJuZXdlc3QiLCA3XQ"


class PlazaSchema(AutoSchema):
    """Everything about an operation that its `Operation` says, nothing guessed."""

    view: Any  # a Viewset

    @property
    def described(self) -> Operation:
        found = operation_of(self.view)
        assert found is not None, f"{self.view} {self.view.action} is not described"
        return found

    def get_operation_id(self) -> str:
        return f"{self.view.resource}_{self.view.action}"

    def get_tags(self) -> list[str]:
        return [self.view.resource]

    def get_summary(self) -> str:
        return force_str(self.described.summary)

    def get_description(self) -> str:  # type: ignore[override]  # as the framework's own does
        scope = _("Required scope: %(scope)s.") % {"scope": f"`{self.described.scope}`"}
        return f"{force_str(self.described.description)}\n\n{scope}".strip()

    def get_auth(self) -> list[dict[str, Any]]:
        return [{"apiKey": [str(self.described.scope)]}]

    def get_override_parameters(self) -> list[Any]:
        query = self.described.query
        found: list[Any] = [query] if query().fields else []
        if self.method == "POST":
            found.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
                    OpenApiParameter.HEADER,
                    description=_("The same key answers the same again, for 24 hours."),
                )
            )
        return found

    def get_request_serializer(self) -> Any:
        return self.described.body

    def get_response_serializers(self) -> Any:
        made = {self.described.status: self.described.answers}
        return {**made, 200: self.described.answers} if self.described.repeats else made

    def get_serializer_name(self, serializer: Any, direction: str) -> str:
        return type(serializer).__name__.removesuffix("Resource").removesuffix("Body")

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.described.many

    def _get_paginator(self) -> Any:
        return None

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "request":
            schema["additionalProperties"] = False
        return schema

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        described = self.described
        operation["x-required-scope"] = str(described.scope)
        if "requestBody" in operation and described.body:
            operation["requestBody"]["content"]["application/json"]["example"] = described.body.example
        for status, answer in operation["responses"].items():
            self._show_answer(answer, described, int(status))
        for status in self._errors(described):
            operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
        if described.refusals:
            operation["x-refusals"] = list(described.refusals)
        return operation

    def _show_answer(self, answer: dict[str, Any], described: Operation, status: int) -> None:
        if described.answers is None:
            answer["description"] = _("Done; there is nothing to say.")
            return
        content = answer["content"]["application/json"]
        answer["description"] = _("Created") if status == 201 else _("Success")
        content["example"] = described.answers.example
        if described.many:
            content["schema"] = paged(content["schema"])
            content["example"] = {"results": [described.answers.example], "next_cursor": CURSOR}

    def _errors(self, described: Operation) -> list[int]:
        found = set(ALWAYS)
        if "{" in self.path:
            found.add(404)
        if described.body:
            found |= {404, 411, 413, 415, 422}
        if "cursor" in described.query().fields:
            found.add(422)
        if self.method == "POST":
            found |= {409, 422}
        if any(described.refusals):
            found |= {409, 422}
        return sorted(found)


def paged(rows: dict[str, Any]) -> dict[str, Any]:
    cursor = _("Give it as cursor to get the next page; null at the end.")
    return {
        "type": "object",
        "required": ["results", "next_cursor"],
        "properties": {"results": rows, "next_cursor": {"type": ["string", "null"], "description": cursor}},
    }
