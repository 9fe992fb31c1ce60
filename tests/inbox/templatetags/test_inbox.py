"""Customer text on the page: links are found, everything else is text."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.models import Channel
from inbox.templatetags.inbox import linked, mark

LINKS = [
    ("https://loja.example", ["https://loja.example"]),
    ("veja https://loja.example/a?b=1&c=2 e diga", ["https://loja.example/a?b=1&c=2"]),
    ("HTTPS://LOJA.EXAMPLE/X", ["HTTPS://LOJA.EXAMPLE/X"]),
    ("http://a.example e https://b.example", ["http://a.example", "https://b.example"]),
    ("(https://loja.example/a)", ["https://loja.example/a"]),
    ("acabou: https://loja.example.", ["https://loja.example"]),
    ("certo? https://loja.example!?", ["https://loja.example"]),
    ("«https://loja.example/á»", ["https://loja.example/á»"]),
    ("https://loja.example/a,b;c", ["https://loja.example/a,b;c"]),
    ('<a href="https://loja.example">x</a>', ["https://loja.example"]),
    ("https://a.example\nhttps://b.example", ["https://a.example", "https://b.example"]),
    ("javascript:alert(1)", []),
    ("data:text/html,x", []),
    ("loja.example", []),
    ("ftp://loja.example", []),
    ("https://", []),
    ("https:// loja", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "links"), LINKS)
def test_addresses_become_links_and_nothing_else_does(text: str, links: list[str]) -> None:
    found = re.findall(r'href="([^"]*)"', linked(text))
    assert [html.unescape(link) for link in found] == links


@given(
    st.text(max_size=200) | st.lists(st.sampled_from(["https://a.b/", "<", ">", '"', "'", "&", " ", "x"])).map("".join)
)
def test_nothing_of_a_text_is_lost_and_nothing_of_it_is_markup(text: str) -> None:
    drawn = linked(text)
    without = re.sub(r'<a href="[^"<>]*" target="_blank" rel="noopener noreferrer nofollow">|</a>', "", drawn)
    assert "<" not in without
    assert ">" not in without
    assert html.unescape(without) == html.unescape(html.escape(text))


def test_a_link_tells_nothing_to_where_it_leads() -> None:
    assert 'rel="noopener noreferrer nofollow" ' not in linked("texto")
    assert 'target="_blank" rel="noopener noreferrer nofollow"' in linked("https://loja.example")


@pytest.mark.django_db
def test_the_mark_of_a_channel_is_read_aloud(coop: Channel) -> None:
    drawn = mark(coop)
    assert 'aria-label="Pigeon post"' in drawn
    assert "#ch-pigeon" in drawn
