"""What is wrong with a catalogue: every lack is named, and nothing that is right is."""

from __future__ import annotations

from typing import Any

import pytest
from babel.messages.catalog import Catalog

from devtool.catalogue_judge import compare, missing, real_messages

Text = str | tuple[str, ...]


def catalogue(locale: str = "es", **flags: Any) -> Catalog:
    return Catalog(locale, fuzzy=False, **flags)


def both(source: Text, translation: Text, context: str | None = None) -> list[str]:
    """The complaints about one message and its translation."""
    template, translated = catalogue(), catalogue()
    template.add(source, context=context)
    translated.add(source, translation, context=context)
    return list(compare(template, translated))


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("Send", "Enviar"),
        ("Send", "Send"),
        ("Hello %(name)s", "Hola %(name)s"),
        ("%(a)s of %(b)s", "%(b)s de %(a)s"),
        ("100%% of %(n)s", "El 100%% de %(n)s"),
        (("%(n)s message", "%(n)s messages"), ("%(n)s mensaje", "%(n)s mensajes")),
        (("one second", "%(n)s seconds"), ("un segundo", "%(n)s segundos")),
        (("%(n)s second", "%(n)s seconds"), ("un segundo", "%(n)s segundos")),
    ],
)
def test_a_whole_translation_is_not_complained_of(source: Text, translation: Text) -> None:
    assert both(source, translation) == []


@pytest.mark.parametrize(
    ("source", "translation", "said"),
    [
        ("Send", "", "not translated: 'Send'"),
        ("Hello %(name)s", "Hola", "lacks name"),
        ("%(a)s and %(b)s", "%(a)s", "lacks b"),
        ("Hello %(name)s", "Hola %(nombre)s", "names nombre"),
        ("Hello", "Hola %(name)s", "names name"),
        (("%(n)s message", "%(n)s messages"), ("%(n)s mensaje", ""), "not translated"),
        (("%(n)s message", "%(n)s messages"), ("%(n)s mensaje", "mensajes"), "lacks n"),
        (("one", "%(n)s many"), ("uno", "%(m)s muchos"), "names m"),
    ],
)
def test_what_is_wrong_is_named(source: Text, translation: Text, said: str) -> None:
    found = both(source, translation)
    assert any(said in line for line in found), found


def test_a_message_that_the_sources_gained() -> None:
    template, translated = catalogue(), catalogue()
    template.add("New")
    assert list(compare(template, translated)) == ["not in the catalogue: 'New'"]


def test_a_message_that_the_sources_lost() -> None:
    template, translated = catalogue(), catalogue()
    translated.add("Old", "Viejo")
    assert list(compare(template, translated)) == ["no longer in the sources: 'Old'"]


def test_one_word_in_two_contexts_is_two_messages() -> None:
    template, translated = catalogue(), catalogue()
    template.add("Open", context="verb")
    template.add("Open", context="state")
    translated.add("Open", "Abrir", context="verb")
    assert list(compare(template, translated)) == ["not in the catalogue: 'Open' (state)"]


def test_a_guess_is_no_translation() -> None:
    translated = catalogue()
    translated.add("Send", "Enviar", flags=["fuzzy"])
    assert list(missing(translated)) == ["fuzzy: 'Send'"]


def test_the_header_is_no_message() -> None:
    translated = catalogue(project="Plaza", header_comment="# x")
    assert list(real_messages(translated)) == []
    translated.add("a", "b")
    assert [message.id for message in real_messages(translated)] == ["a"]
