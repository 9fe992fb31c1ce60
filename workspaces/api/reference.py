"""The schema for programs, and the same schema as a page for people."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator

from workspaces.api.problems import PROBLEM_TYPE, TITLES, problem, respond

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "scope": {"type": "string"},
        "retry_after": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
}
EXAMPLES = {
    400: "invalid",
    401: "key_missing",
    403: "scope_missing",
    404: "not_found",
    409: "idempotency_in_flight",
    411: "length_required",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "window_closed",
    429: "rate_limited",
}


View = Callable[[HttpRequest], HttpResponse]


def reads(view: View) -> View:
    """Open to everybody, for reading; the rest is refused as everywhere under `/api/`."""

    @wraps(view)
    def run(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        response = respond(405, "method_not_allowed", _("Here one can only read."))
        response.headers["Allow"] = "GET, HEAD"
        return response

    return csrf_exempt(run)


@csrf_exempt
def missing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Whatever else lies under `/api/`."""
    return respond(404, "not_found")


@reads
def schema(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document(translation.get_language() or settings.LANGUAGE_CODE))


@reads
def docs(request: HttpRequest) -> HttpResponse:
    language = translation.get_language() or settings.LANGUAGE_CODE
    return render(request, "workspaces/api/reference.html", page_of(language))


@lru_cache(maxsize=8)
def document(language: str) -> dict[str, Any]:
    """It changes with the code only, so that each process makes it once a language."""
    with translation.override(language):
        generator = SchemaGenerator(urlconf=settings.API_URLCONF)  # type: ignore[no-untyped-call]
        made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    # the framework leaves lazy words and tuples here and there: what is served is plain JSON
    return dict(json.loads(json.dumps(made, default=force_str), object_hook=_plain))


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "x-spec-enum-id"}


def with_problems(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """What all operations share: the error answers, the kind of key, the server."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["responses"] = {f"Problem{status}": _answer(status, code) for status, code in EXAMPLES.items()}
    components["securitySchemes"] = {"apiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "plaza_…"}}
    result["info"]["description"] = _("The REST API of Plaza. Every write does what the same click on a page does.")
    result["servers"] = [{"url": settings.PUBLIC_URL}]
    return result


def _answer(status: int, code: str) -> dict[str, Any]:
    example = problem(status, code, TITLES[status])
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": force_str(TITLES[status]), "content": {PROBLEM_TYPE: content}}


@lru_cache(maxsize=8)
def page_of(language: str) -> dict[str, Any]:
    made = document(language)
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for operation in operations(made):
        groups[operation["tag"]].append(operation)
    statuses = [(status, force_str(title)) for status, title in TITLES.items()]
    return {"server": settings.PUBLIC_URL, "groups": dict(groups), "statuses": statuses}


def operations(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation, with what the page shows of it."""
    for path, methods in made["paths"].items():
        for method in METHODS:
            if method in methods:
                yield _shown(path, method, methods[method], made["components"]["schemas"])


def _shown(path: str, method: str, told: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    status, answer = next(iter(told["responses"].items()))
    sent = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = sent.get("example")
    example = answer.get("content", {}).get("application/json", {}).get("example")
    return {
        "id": told["operationId"],
        "tag": told["tags"][0],
        "path": path,
        "method": method.upper(),
        "summary": told["summary"],
        "description": told["description"].partition("\n\n")[0] if "\n\n" in told["description"] else "",
        "scope": told["x-required-scope"],
        "parameters": [_parameter(one) for one in told.get("parameters", [])] + _fields(sent, schemas),
        "curl": _curl(path, method, body),
        "status": status,
        "response": _pretty(example),
        "errors": [code for code in told["responses"] if code >= "400"],
        "refusals": told.get("x-refusals", []),
    }


def _parameter(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "place": told["in"], "kind": _kind(told["schema"]), "words": told.get("description", "")}


def _fields(sent: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """Of the body: what may be in it, and what must."""
    if not sent:
        return []
    schema = schemas[sent["schema"]["$ref"].rpartition("/")[2]]
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "place": "body",
            "kind": _kind(one),
            "words": one.get("description", ""),
            "required": name in needed,
        }
        for name, one in schema["properties"].items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "oneOf" in schema:  # the one with a format, and beside it the empty text
        return _kind(schema["oneOf"][0])
    kind = schema["type"]
    if isinstance(kind, list):
        return " | ".join(kind)
    return str(kind if kind == "integer" else schema.get("format", kind))


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) if value is not None else ""


def _curl(path: str, method: str, body: Any) -> str:
    lines = [f"curl {settings.PUBLIC_URL}{path}", '-H "Authorization: Bearer $PLAZA_KEY"']
    if method != "get":
        lines[0] = f"curl -X {method.upper()} {settings.PUBLIC_URL}{path}"
    if method == "post":
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if body is not None:
        lines += ['-H "Content-Type: application/json"', f"-d '{_pretty(body)}'"]
    return " \\\n  ".join(lines)
