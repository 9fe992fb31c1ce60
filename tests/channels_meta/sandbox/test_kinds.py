"""What the phone makes of bodies that come from outside: one line, a quote, something to tap; never an exception."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_meta.sandbox.kinds import Choice, choices, dig, quoted, tap, words
from tests.channels_meta.sandbox.bodies import GOOD

Json = dict[str, Any]
KINDS = (
    "text image video audio voice document sticker location contacts button interactive order reaction "
    "system edit revoke template request_welcome unsupported poll"
)
KEYS = (
    "type text body caption filename emoji name formatted_name title message message_id "
    "original_message_id context id interactive action buttons cards sections rows reply quick_reply "
    "template components parameters payload sub_type"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(KINDS.split()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4),
    max_leaves=14,
)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ({"type": "text", "text": {"body": "Oi"}}, "Oi"),
        ({"type": "image", "image": {"caption": "etiqueta", "id": "1"}}, "etiqueta"),
        ({"type": "image", "image": {"id": "1"}}, ""),
        ({"type": "document", "document": {"filename": "nota.pdf"}}, "nota.pdf"),
        ({"type": "document", "document": {"filename": "nota.pdf", "caption": "a nota"}}, "a nota"),
        ({"type": "voice", "voice": {"id": "1"}}, ""),
        ({"type": "reaction", "reaction": {"message_id": "x", "emoji": "👍"}}, "👍"),
        ({"type": "reaction", "reaction": {"message_id": "x"}}, ""),
        ({"type": "button", "button": {"payload": "P", "text": "Confirmar"}}, "Confirmar"),
        ({"type": "template", "template": {"name": "pedido_pronto"}}, "pedido_pronto"),
        ({"type": "system", "system": {"body": "Lia changed"}}, "Lia changed"),
        ({"type": "location", "location": {"name": "Loja Sé"}}, "Loja Sé"),
        ({"type": "location", "location": {"latitude": 1, "longitude": 2}}, ""),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Rui"}}]}, "Rui"),
        ({"type": "contacts", "contacts": []}, ""),
        ({"type": "order", "order": {"text": "sem lactose"}}, "sem lactose"),
        ({"type": "revoke", "revoke": {"original_message_id": "wamid.X"}}, "wamid.X"),
        (
            {"type": "edit", "edit": {"message": {"type": "text", "text": {"body": "corrigido"}}}},
            "corrigido",
        ),
        ({"type": "edit", "edit": {"message": {"type": "image", "image": {"caption": "c"}}}}, "c"),
        ({"type": "edit", "edit": {"message": "x"}}, ""),
        ({"type": "edit", "edit": None}, ""),
        (
            {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"title": "Sim"}}},
            "Sim",
        ),
        ({"type": "interactive", "interactive": {"type": "button", "body": {"text": "Confirma?"}}}, "Confirma?"),
        ({"type": "interactive", "interactive": {"type": "product"}}, "product"),
        ({"type": "interactive", "interactive": None}, ""),
        ({"type": "unsupported"}, ""),
        ({"type": "poll", "poll": {"body": "x"}}, ""),
        ({"type": "text"}, ""),
        ({"type": "text", "text": "Oi"}, ""),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_message_in_one_line(content: Json, line: str) -> None:
    assert words(content["type"], content) == line


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ({"type": "text", "context": {"id": "wamid.IN1"}}, "wamid.IN1"),
        ({"type": "text", "context": {"message_id": "wamid.IN1"}}, "wamid.IN1"),
        ({"type": "text", "context": {}}, None),
        ({"type": "text"}, None),
        ({"type": "text", "context": "wamid.IN1"}, None),
        ({"type": "reaction", "reaction": {"message_id": "wamid.IN1"}}, "wamid.IN1"),
        ({"type": "reaction", "reaction": {}, "context": {"id": "wamid.IN1"}}, None),
        ({"type": "edit", "edit": {"original_message_id": "wamid.IN1"}}, "wamid.IN1"),
        ({"type": "revoke", "revoke": {"original_message_id": "wamid.IN1"}}, "wamid.IN1"),
        ({"type": "revoke", "revoke": []}, None),
    ],
)
def test_what_it_answers(content: Json, target: str | None) -> None:
    assert quoted(content["type"], content) == target


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("text", []),
        ("image", []),
        ("location request", []),
    ],
)
def test_what_has_no_buttons(name: str, found: list[Choice]) -> None:
    assert choices(GOOD.get(name, GOOD["text"])) == found


def interactive(action: Any) -> Json:
    return {"type": "interactive", "interactive": {"type": "x", "action": action}}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (
            interactive({"buttons": [{"type": "reply", "reply": {"id": "b1", "title": "Sim"}}]}),
            [Choice("b1", "Sim")],
        ),
        (
            interactive({"sections": [{"rows": [{"id": "r1", "title": "Hoje", "description": "até 18h"}]}]}),
            [Choice("r1", "Hoje", "até 18h", "list_reply")],
        ),
        (
            interactive({"sections": [{"rows": [{"id": "r1", "title": "A"}]}, {"rows": [{"id": "r2", "title": "B"}]}]}),
            [Choice("r1", "A", "", "list_reply"), Choice("r2", "B", "", "list_reply")],
        ),
        (
            interactive({"cards": [{"action": {"buttons": [{"quick_reply": {"id": "q", "title": "Q"}}]}}] * 2}),
            [Choice("q", "Q"), Choice("q", "Q")],
        ),
        (
            {
                "type": "template",
                "template": {
                    "components": [
                        {"type": "body", "parameters": [{"type": "text", "text": "Lia"}]},
                        {"type": "button", "sub_type": "quick_reply", "parameters": [{"payload": "OK_881"}]},
                        {"type": "button", "sub_type": "url", "parameters": [{"text": "881"}]},
                    ]
                },
            },
            [Choice("OK_881", "OK_881", kind="button")],
        ),
        (interactive({"buttons": [None, 3, "x", {"reply": "x"}, {}]}), [Choice("", ""), Choice("", "")]),
        (interactive({"buttons": "abc", "cards": 3, "sections": {"rows": 1}}), []),
        (interactive({"cards": [None, {"action": None}], "sections": [None, {"rows": None}, {"rows": [None]}]}), []),
        (interactive(None), []),
        ({"type": "interactive", "interactive": "x"}, []),
        ({"type": "template", "template": None}, []),
        ({"type": "template", "template": {"components": [None, 3]}}, []),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_can_be_tapped(content: Json, found: list[Choice]) -> None:
    assert choices(content) == found


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice("P", "P", kind="button"), {"type": "button", "button": {"payload": "P", "text": "P"}}),
        (
            Choice("b1", "Sim"),
            {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": "b1", "title": "Sim"}},
            },
        ),
        (
            Choice("r1", "Hoje", "até 18h", "list_reply"),
            {
                "type": "interactive",
                "interactive": {
                    "type": "list_reply",
                    "list_reply": {"id": "r1", "title": "Hoje", "description": "até 18h"},
                },
            },
        ),
    ],
)
def test_a_tap_is_what_the_platform_would_send(choice: Choice, said: Json) -> None:
    assert tap(choice) == said
    assert words(str(said["type"]), said) == choice.title


@pytest.mark.parametrize(
    ("thing", "path", "found"),
    [
        ({"a": [{"b": 1}]}, ("a", 0, "b"), 1),
        ({"a": []}, ("a", 0), None),
        ({"a": None}, ("a", "b"), None),
        ("abc", ("a",), None),
        (None, (), None),
        ({"a": 0}, ("a",), 0),
    ],
)
def test_a_path_ends_where_something_is_missing(thing: Any, path: tuple[str | int, ...], found: Any) -> None:
    assert dig(thing, *path) == found


@given(
    st.sampled_from(KINDS.split()), st.dictionaries(st.sampled_from([*KINDS.split(), *KEYS.split()]), JSON, max_size=5)
)
def test_no_body_makes_it_fail(kind: str, content: Json) -> None:
    assert isinstance(words(kind, content), str)
    assert quoted(kind, content) is None or isinstance(quoted(kind, content), str)
    for choice in choices({"type": kind, **content}):
        assert isinstance(tap(choice), dict)
