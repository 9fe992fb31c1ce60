"""What is wrong with a template, as a list of lines. Django's own parser judges its tags; this judges its HTML."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"),
    *("path", "circle", "rect", "line", "polyline", "polygon", "ellipse", "use"),  # of SVG, written <path/>
}
COMMENT = re.compile(r"\{#.*?#\}|\{%-?\s*comment\b.*?endcomment\s*-?%\}", re.DOTALL)
NONCE = re.compile(r"\{\{\s*(?:request\.csp_nonce|csp_nonce|CSP_NONCE)\s*\}\}")
ICON = re.compile(r"\{%\s*(?:icon\b|include\s+[\"'][^\"']*icon)[^%]*%\}")
BLOCK_TEXT = re.compile(r"\{%\s*blocktrans(?:late)?\b[^%]*%\}.*?\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL)
TOKEN = re.compile(r"\{%\s*csrf_token\s*%\}|\{\{\s*csrf_input\s*\}\}")
WORDS = re.compile(r"\{\{.*?\}\}|\{%\s*(?:trans(?:late)?|include|block|slot|time|show)\b[^%]*%\}", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
UNSAFE = re.compile(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b")
NAMING = {"aria-label", "aria-labelledby", "title"}


def complaints(source: str) -> list[str]:
    """`line: what` for everything that the house does not allow."""
    checker = Checker()
    checker.feed(_plain(source))
    checker.close()
    checker.finish()
    for hit in UNSAFE.finditer(source):
        checker.say(f"{hit[0]} turns escaping off", source.count("\n", 0, hit.start()) + 1)
    return checker.found


def _plain(source: str) -> str:
    """HTML alone, with every tag of Django's taken for what it will print. Lines keep their numbers."""
    text = _lines_kept(COMMENT, "", source)
    text = NONCE.sub("NONCE", text)
    text = _lines_kept(ICON, "", text)
    text = _lines_kept(BLOCK_TEXT, "words", text)
    text = _lines_kept(TOKEN, "<csrf-token></csrf-token>", text)
    text = _lines_kept(WORDS, "words", text)
    return _lines_kept(TAG, " ", text)


def _lines_kept(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    return pattern.sub(lambda hit: replacement + "\n" * hit[0].count("\n"), text)


@dataclass
class Open:
    tag: str
    line: int
    named: bool = False
    posts: bool = False
    token: bool = False


@dataclass
class Checker(HTMLParser):
    found: list[str] = field(default_factory=list)
    stack: list[Open] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def say(self, what: str, line: int | None = None) -> None:
        self.found.append(f"{line or self.getpos()[0]}: {what}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._judge(tag, given)
        if tag == "csrf-token":
            for form in self._enclosing("form"):
                form.token = True
        if given.get("alt"):
            self._name_enclosing()
        if tag not in VOID:
            posts = tag == "form" and given.get("method", "get").lower() != "get"
            self.stack.append(Open(tag, self.getpos()[0], named=bool(given.keys() & NAMING), posts=posts))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.stack or self.stack[-1].tag != tag:
            open_one = f"<{self.stack[-1].tag}> of line {self.stack[-1].line}" if self.stack else "nothing"
            self.say(f"</{tag}> closes {open_one}")
            return
        self._judge_whole(self.stack.pop())

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._name_enclosing()

    def finish(self) -> None:
        for element in self.stack:
            self.say(f"<{element.tag}> is never closed", element.line)

    def _name_enclosing(self) -> None:
        for element in self.stack:
            element.named = True

    def _enclosing(self, tag: str) -> list[Open]:
        return [element for element in self.stack if element.tag == tag]

    def _judge(self, tag: str, given: dict[str, str]) -> None:
        if "style" in given:
            self.say("inline style")
        for name in given:
            if name.startswith(("on", "hx-on")):
                self.say(f"inline handler {name}")
        if tag in ("script", "style") and "nonce" not in given and "src" not in given:
            self.say(f"inline <{tag}> without a nonce")
        if tag == "img" and "alt" not in given:
            self.say("<img> without alt")
        if tag == "button" and "type" not in given:
            self.say("<button> without type")
        if given.get("href", "").strip().lower().startswith("javascript:"):
            self.say("javascript: link")

    def _judge_whole(self, element: Open) -> None:
        if element.tag in ("button", "a") and not element.named:
            self.say(f"<{element.tag}> without a name: text, aria-label or title", element.line)
        if element.posts and not element.token:
            self.say("<form> that posts without csrf_token", element.line)
