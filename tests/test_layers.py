"""Dependencies point down only, also where import-linter cannot see: models, migrations, strings, templates, URLs."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.urls import URLPattern, URLResolver

from tests.house.files import ROOMS, may_point_to, named, templates, under
from tests.house.pointers import attribute_uses, string_pointers, template_complaints

PRESENT = [room for room in ROOMS if apps.is_installed(room)]
URLCONFS = ("config.urls", "config.urls_workspace")


def our_models() -> list[type[models.Model]]:
    return [model for room in PRESENT for model in apps.get_app_config(room).get_models(include_auto_created=True)]


def url_rooms() -> dict[str, str]:
    """The room whose view each URL name leads to."""
    return {name: room for conf in URLCONFS for name, room in _patterns(import_module(conf).urlpatterns, ())}


def _patterns(patterns: list[URLPattern | URLResolver], spaces: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _patterns(pattern.url_patterns, inner)
        elif pattern.name:
            yield ":".join((*spaces, pattern.name)), pattern.callback.__module__.partition(".")[0]


def test_the_rooms_are_here() -> None:
    assert {"workspaces", "crm", "inbox", "channels_meta"} <= set(PRESENT)
    assert len(our_models()) > 10


def test_relations_point_down() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in our_models()
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.related_model and not may_point_to(model._meta.app_label, field.related_model._meta.app_label)
    ]
    assert upward == []


def test_migrations_depend_downward() -> None:
    loader = MigrationLoader(None)
    ours = {key: migration for key, migration in loader.disk_migrations.items() if key[0] in ROOMS}
    assert ours
    assert [line for (app, name), one in sorted(ours.items()) for line in _upward(app, name, one)] == []


def _upward(app: str, name: str, migration: Migration) -> list[str]:
    """What it needs lies lower; what must wait for it (run_before) lies higher."""
    needs = [f"{app}.{name} needs {other}" for other, _ in migration.dependencies if not may_point_to(app, other)]
    holds = [f"{app}.{name} holds up {other}" for other, _ in migration.run_before if not may_point_to(other, app)]
    return needs + holds


def test_strings_point_down() -> None:
    upward = [
        f"{named(path)}:{line} {what}"
        for room in PRESENT
        for path in under(room, suffix=".py")
        for line, target, what in string_pointers(path.read_text())
        if not may_point_to(room, target)
    ]
    assert upward == []


def test_lower_rooms_do_not_follow_relations_back_up() -> None:
    """`contact.conversations` in crm would be inbox by another name."""
    uses = {room: room_uses(room) for room in PRESENT}
    upward = [
        f"{place} follows {name} to {above} from {room}"
        for name, below, above in reverse_names()
        for room in PRESENT
        if not may_point_to(room, above) and may_point_to(room, below)
        for place in uses[room].get(name, [])
    ]
    assert upward == []


def room_uses(room: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in under(room, suffix=".py"):
        for line, name in attribute_uses(path.read_text()):
            found.setdefault(name, []).append(f"{named(path)}:{line}")
    return found


def reverse_names() -> set[tuple[str, str, str]]:
    """(accessor or query name, the room of the model that has it, the room it leads to), upward ones only.

    A name that is also a field of some lower model says nothing."""
    fields = {field.name for model in our_models() for field in model._meta.fields}
    found = set()
    for model in our_models():
        for relation in model._meta.related_objects:
            above, below = relation.related_model._meta.app_label, model._meta.app_label
            if above != below and above in ROOMS and not relation.hidden:
                found |= {
                    (name, below, above) for name in {relation.get_accessor_name(), relation.name} - fields if name
                }
    return found


def test_templates_point_down() -> None:
    rooms = url_rooms()
    assert "workspaces" in rooms.values()
    names = [(named(path).removeprefix("templates/"), path.read_text()) for path in templates()]
    assert names
    assert [line for name, source in names for line in template_complaints(name, source, rooms)] == []


class TestTheChecker:
    @pytest.mark.parametrize(
        ("source", "target"),
        [("crm", "inbox"), ("workspaces", "config"), ("shop", "agenda"), ("inbox", "channels_meta")],
    )
    def test_up_and_sideways_are_refused(self, source: str, target: str) -> None:
        assert not may_point_to(source, target)

    @pytest.mark.parametrize(
        ("source", "target"), [("inbox", "crm"), ("crm", "crm"), ("crm", "auth"), ("config", "crm")]
    )
    def test_down_is_fine(self, source: str, target: str) -> None:
        assert may_point_to(source, target)

    @pytest.mark.parametrize(
        ("source", "room"),
        [
            ('ForeignKey("inbox.Channel")', "inbox"),
            ('x = "channels_meta.tasks.drain"', "channels_meta"),
            ('reverse("inbox:desk")', "inbox"),
            ('render("inbox/_row.html")', "inbox"),
            ('apps.get_model("crm", "Contact")', "crm"),
        ],
    )
    def test_names_in_strings_are_seen(self, source: str, room: str) -> None:
        assert [found for _, found, _ in string_pointers(source)] == [room]

    def test_prose_is_no_pointer(self) -> None:
        assert list(string_pointers('"""See inbox.actions: it sends."""\nx = "inbox"')) == []

    def test_every_way_to_follow_a_relation_is_seen(self) -> None:
        source = "a.conversations\nfilter(conversation__state=1)\nprefetch_related('notes__author')"
        assert {name for _, name in attribute_uses(source)} >= {"conversations", "conversation", "notes"}

    def test_templates_that_point_up_are_seen(self) -> None:
        source = '{% extends "base.html" %}{% include "inbox/_row.html" %}{% url "inbox:desk" %}{% url "home" %}'
        rooms = {"inbox:desk": "inbox", "home": "workspaces"}
        assert template_complaints("inbox/desk.html", source, rooms) == []
        assert template_complaints("crm/contact.html", source, rooms) == [
            "crm/contact.html (crm) draws inbox/_row.html",
            "crm/contact.html (crm) links to inbox:desk of inbox",
        ]
