"""Catalogues made by Babel alone: nothing marked is missed, nothing translated is lost."""

from __future__ import annotations

import io
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import write_po

from devtool import catalogues
from devtool.catalogue_files import sources, stale
from devtool.catalogues import (
    LANGUAGES,
    compile_stale,
    complaints,
    po_path,
    read,
    template_catalogue,
    write_sources,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout of one room with a module and a page."""
    room = tmp_path / "room"
    room.mkdir()
    (room / "__init__.py").touch()
    (tmp_path / "templates" / "room").mkdir(parents=True)
    write(tmp_path, "room/views.py", 'from django.utils.translation import gettext as _\nX = _("Send")\n')
    write(tmp_path, "templates/room/page.html", '<h1>{% translate "Inbox" %}</h1>\n')
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def marked(root: Path) -> set[Any]:
    return {message.id for message in template_catalogue(root) if message.id}


def translate(root: Path, language: str, **pairs: str) -> None:
    path = po_path(language, root)
    catalogue = read(path)
    for source, translation in pairs.items():
        catalogue[source].string = translation
    with path.open("wb") as file:
        write_po(file, catalogue)


class TestFinding:
    @pytest.mark.parametrize(
        ("code", "found"),
        [
            ('gettext("A")', {"A"}),
            ('gettext_lazy("A")', {"A"}),
            ('gettext_noop("A")', {"A"}),
            ('_("A")', {"A"}),
            ('_("A" "B")', {"AB"}),
            ('_(\n    "A "\n    "B"\n)', {"A B"}),
            ('ngettext("%(n)s a", "%(n)s b", n)', {("%(n)s a", "%(n)s b")}),
            ('pgettext("verb", "Open")', {"Open"}),
            ('npgettext("c", "one", "many", n)', {("one", "many")}),
            ("_(variable)", set()),
            ('translate("A")', set()),
            ('# _("A")', set()),
        ],
    )
    def test_in_python(self, root: Path, code: str, found: set[Any]) -> None:
        write(root, "room/views.py", f"{code}\n")
        assert marked(root) - {"Inbox"} == found

    @pytest.mark.parametrize(
        ("page", "found"),
        [
            ('{% translate "A" %}', {"A"}),
            ('{% translate "A" as x %}', {"A"}),
            ('{% translate "Open" context "verb" %}', {"Open"}),
            ("{% blocktranslate %}Hi {{ name }}{% endblocktranslate %}", {"Hi %(name)s"}),
            (
                "{% blocktranslate count n=n %}one{% plural %}{{ n }} many{% endblocktranslate %}",
                {("one", "%(n)s many")},
            ),
            ('<a title="{% translate "A" %}">{% translate "B" %}</a>', {"A", "B"}),
            ('{{ _("A") }}', {"A"}),
            ('{# {% translate "A" %} #}', set()),
            ("plain words", set()),
        ],
    )
    def test_in_pages(self, root: Path, page: str, found: set[Any]) -> None:
        write(root, "templates/room/page.html", page)
        assert marked(root) - {"Send"} == found

    @pytest.mark.parametrize("folder", ["tests", "devtool", "bench", "var"])
    def test_tools_are_not_translated(self, root: Path, folder: str) -> None:
        write(root, f"{folder}/__init__.py", "")
        write(root, f"{folder}/x.py", '_("Tool")')
        assert marked(root) == {"Send", "Inbox"}

    def test_the_sandbox_speaks_english_only(self, root: Path) -> None:
        write(root, "channels_meta/__init__.py", '_("Channel")')
        write(root, "channels_meta/sandbox/x.py", '_("Phone")')
        assert marked(root) == {"Send", "Inbox", "Channel"}

    def test_text_mails_are(self, root: Path) -> None:
        write(root, "templates/mail.txt", '{% translate "Welcome" %}')
        assert "Welcome" in marked(root)


class TestUpdating:
    def test_new_words_are_named_for_every_language_but_their_own(self, root: Path) -> None:
        assert set(write_sources(root)) == {
            f"{language}: not translated: {word!r}" for language in ("es", "pt_BR") for word in ("Send", "Inbox")
        }
        assert read(po_path("en", root))["Send"].string == "Send"

    def test_a_translation_is_kept_and_never_guessed(self, root: Path) -> None:
        write_sources(root)
        translate(root, "es", Send="Enviar", Inbox="Bandeja")
        write(root, "room/views.py", '_("Send")\n_("Sends")\n')
        assert "es: not translated: 'Sends'" in write_sources(root)
        catalogue = read(po_path("es", root))
        assert (catalogue["Send"].string, catalogue["Sends"].string) == ("Enviar", "")

    def test_what_is_gone_is_dropped(self, root: Path) -> None:
        write_sources(root)
        translate(root, "es", Send="Enviar")
        write(root, "room/views.py", "")
        write_sources(root)
        assert "Enviar" not in po_path("es", root).read_text()

    def test_a_second_time_changes_nothing(self, root: Path) -> None:
        write_sources(root)
        translate(root, "es", Send="Enviar")
        write_sources(root)
        before = [path.read_bytes() for path in sources(root)]
        write_sources(root)
        assert [path.read_bytes() for path in sources(root)] == before
        assert len(before) == len(LANGUAGES)

    def test_the_template_is_printed_the_same_every_time(self, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
        monkeypatch.setattr(catalogues.template_catalogue, "__defaults__", (root,))
        files = io.BytesIO(), io.BytesIO()
        for file in files:
            catalogues.write_template(file)
        assert files[0].getvalue() == files[1].getvalue()
        assert b'msgid "Send"' in files[0].getvalue()


class TestChecking:
    def whole(self, root: Path) -> None:
        write_sources(root)
        translate(root, "es", Send="Enviar", Inbox="Bandeja")
        translate(root, "pt_BR", Send="Enviar", Inbox="Caixa")

    def test_a_complete_checkout(self, root: Path) -> None:
        self.whole(root)
        assert complaints(root) == []

    def test_a_language_without_a_catalogue(self, root: Path) -> None:
        self.whole(root)
        po_path("pt_BR", root).unlink()
        assert complaints(root) == ["pt_BR: locale/pt_BR/LC_MESSAGES/django.po is missing"]

    def test_a_word_that_was_marked_since(self, root: Path) -> None:
        self.whole(root)
        write(root, "room/more.py", '_("Later")')
        assert complaints(root) == [f"{language}: not in the catalogue: 'Later'" for language in LANGUAGES]

    def test_sources_without_a_word_are_a_mistake(self, tmp_path: Path) -> None:
        assert complaints(tmp_path) == ["no marked string was found in the sources"]


class TestCompiling:
    def test_what_changed_since_is_stale(self, root: Path) -> None:
        write_sources(root)
        assert stale(root) == sources(root)
        translate(root, "es", Send="Enviar")
        compile_stale(root)
        assert stale(root) == []
        path = po_path("es", root)
        os.utime(path, ns=(0, path.with_suffix(".mo").stat().st_mtime_ns + 1))
        assert stale(root) == [path]

    def test_the_compiled_one_holds_the_translations(self, root: Path) -> None:
        write_sources(root)
        translate(root, "es", Send="Enviar")
        compile_stale(root)
        with po_path("es", root).with_suffix(".mo").open("rb") as file:
            assert read_mo(file)["Send"].string == "Enviar"
        assert not list(root.rglob("*.draft"))


@pytest.mark.parametrize("arguments", [[], ["shout"], ["check", "es"]])
def test_another_word_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setattr(catalogues, "settings", SimpleNamespace(configure=lambda: None))
    assert catalogues.main(arguments) == 2
    assert "usage" in capsys.readouterr().err


def test_ours_are_complete(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(catalogues, "settings", SimpleNamespace(configure=lambda: None))
    assert catalogues.main(["check"]) == 0
    assert "3 catalogues are complete" in capsys.readouterr().out
