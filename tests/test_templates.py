"""Every template: Django can parse it, its HTML is whole, nothing in it needs unsafe-inline, everything has a name."""

import pytest
from django.template.loader import get_template

from tests.house.files import ROOT, named, templates
from tests.house.markup import complaints

ALL = sorted(named(path) for path in templates())


def test_there_are_templates() -> None:
    assert ALL


@pytest.mark.parametrize("name", ALL)
def test_django_parses_it(name: str) -> None:
    get_template(name.removeprefix("templates/"))


@pytest.mark.parametrize("name", ALL)
def test_its_html_keeps_the_house_rules(name: str) -> None:
    assert complaints((ROOT / name).read_text()) == []


class TestTheChecker:
    @pytest.mark.parametrize(
        ("bad", "complaint"),
        [
            ("<div><p></div></p>", "1: </div> closes <p> of line 1"),
            ("<main>\n<p>", "1: <main> is never closed"),
            ("</li>", "1: </li> closes nothing"),
            ("{% if a %}<ul>{% else %}<ol>{% endif %}</ul>", "1: </ul> closes <ol> of line 1"),
            ('<p style="color:red">a</p>', "1: inline style"),
            ('<p\n\nonclick="go()">a</p>', "1: inline handler onclick"),
            ('<p hx-on:click="go()">a</p>', "1: inline handler hx-on:click"),
            ("<script>go()</script>", "1: inline <script> without a nonce"),
            ("{% comment %}\n\n{% endcomment %}<img src='{{ a }}'>", "3: <img> without alt"),
            ("<button>Send</button>", "1: <button> without type"),
            (
                '<button type="button">{% icon "close" %}</button>',
                "1: <button> without a name: text, aria-label or title",
            ),
            ('<a href="/x">{% include "_icon.html" %}</a>', "1: <a> without a name: text, aria-label or title"),
            ('<a href="javascript:go()">a</a>', "1: javascript: link"),
            ('<form method="post"><input></form>', "1: <form> that posts without csrf_token"),
            ("{{ body|safe }}", "1: |safe turns escaping off"),
            ("\n{% autoescape off %}{% endautoescape %}", "2: autoescape off turns escaping off"),
        ],
    )
    def test_each_offence_is_told(self, bad: str, complaint: str) -> None:
        assert complaint in complaints(bad)

    @pytest.mark.parametrize(
        "good",
        [
            '<form method="post" action="{% url "x" %}">{% csrf_token %}<input name="a"></form>',
            '<form><input type="search"></form>',
            '<button type="button" aria-label="{% translate "Close" %}">{% icon "close" %}</button>',
            '<button type="submit">{% icon "send" %} {% translate "Send" %}</button>',
            '<a href="/">{% blocktranslate with n=3 %}{{ n }} things{% endblocktranslate %}</a>',
            '<a href="/"><img src="/x.png" alt="Plaza"></a>',
            '<div {% if a %}hidden{% endif %} data-a="{{ a }}">{# <p> #}</div>',
            '<script nonce="{{ request.csp_nonce }}">go()</script><script src="{% static "a.js" %}"></script>',
            '<svg><path d="M0 0"/><use href="#a"/></svg>',
        ],
    )
    def test_what_is_right_passes(self, good: str) -> None:
        assert complaints(good) == []


def test_the_account_pages_style_no_line_but_their_own() -> None:
    """`line` is also what a row of the list is made of."""
    sheet = (ROOT / "static" / "css" / "you.css").read_text()
    assert ".you .line {" in sheet
    assert "\n  .line {" not in sheet
