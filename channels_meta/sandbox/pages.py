"""How every page of the sandbox is drawn and what its browser may do."""

import zlib
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
pages = Jinja2Templates(directory=Path(__file__).parent / "templates")
pages.env.trim_blocks = pages.env.lstrip_blocks = True
pages.env.undefined = ChainableUndefined  # bodies come from outside: what they lack is drawn as nothing


def hue(name: str) -> int:
    return zlib.crc32(name.encode()) % 360


def initials(name: str) -> str:
    words = [word for word in name.lstrip("+").split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


pages.env.filters |= {"hue": hue, "initials": initials}


def page(request: Request, name: str, csp: str = CSP, **context: Any) -> Response:
    headers = HEADERS | {"Content-Security-Policy": csp}
    return pages.TemplateResponse(request, name, context, headers=headers)
