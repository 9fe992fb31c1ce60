"""What must not be written, and where."""

import ast
import re
from collections.abc import Iterator

# Tests must meet the real broker, channel layer and server. In brackets, so that this file may name them.
STAND_INS = re.compile(r"TASK_ALWAYS[_]EAGER|InMemory[C]hannelLayer|LiveServer[T]estCase|live[_]server")
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|(?<![\w.])git\+", re.IGNORECASE)

PLATFORM = re.compile(
    r"(?i:whatsapp|instagram|messenger|tiktok|facebook|telegram|channels_meta"
    r"|(?<![a-z])(?:wa_?id|wamid|waba|bsuid|psid|graph_?api)(?![a-z]))"
    r"|\bMeta\b|\bMETA_\w+|\bmeta_\w+",
)
NO_PLATFORM = re.compile(r"\bclass Meta\b|\.Meta\b|\bMeta\.")  # Django's

SQL_VERBS = "SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|SET|CREATE|ALTER|DROP|TRUNCATE|LOCK|NOTIFY"
SQL_WORDS = re.compile(rf"\s*(?:{SQL_VERBS})\s")

NAMED_COLOURS = (
    "white|black|red|green|blue|yellow|orange|purple|pink|brown|gray|grey|silver|gold|navy|teal|cyan|magenta|crimson"
)
COLOUR = re.compile(
    rf"#(?:[0-9a-f]{{8}}|[0-9a-f]{{6}}|[0-9a-f]{{3,4}})(?![\w-])"
    rf"|(?<![\w-])(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(|(?<![\w.#-])(?:{NAMED_COLOURS})(?![\w-])",
    re.IGNORECASE,
)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_VALUE = re.compile(r"(?<=:)[^;{}]*(?=[;}])")
CSS_URL = re.compile(r"url\([^)]*\)")
PAINT = re.compile(r"""\b(?:fill|stroke|color|stop-color|bgcolor|content)\s*[=:]\s*["']([^"']*)["']""", re.IGNORECASE)


def platform_names(source: str) -> list[str]:
    return PLATFORM.findall(NO_PLATFORM.sub(" ", source))


def css_colours(source: str) -> list[str]:
    """Literals in the values of declarations; selectors such as #face are none."""
    plain = CSS_URL.sub(" ", CSS_COMMENT.sub(" ", source))
    return [colour for value in CSS_VALUE.findall(plain) for colour in COLOUR.findall(value)]


def painted_colours(source: str) -> list[str]:
    """Literals in the attributes of HTML and SVG, or in what a script sets."""
    return [colour for value in PAINT.findall(source) for colour in COLOUR.findall(value)]


def raw_sql(source: str) -> list[str]:
    """Statements written out, and calls that take one, as `line: what`."""
    return [f"{line}: {what}" for line, what in sorted(_sql(ast.parse(source)))]


def _sql(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_WORDS.match(node.value):
            yield node.lineno, node.value.strip()[:40]
        elif isinstance(node, ast.Call) and (name := _called(node.func)) in {"RawSQL", "raw", "extra"}:
            yield node.lineno, f"{name}()"


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
