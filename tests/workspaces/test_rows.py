"""Many rows in one statement: what goes in comes out, and lookups that take a list as one parameter."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Contact, Identity
from tests.conftest import count_queries
from workspaces.models import Workspace
from workspaces.rows import as_json
from workspaces.sql import recordset

NOON = datetime(2026, 11, 20, 15, 0, 0, 7, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = st.none() | st.booleans() | st.integers() | WORDS | st.floats(-1e9, 1e9)


class TestAsJson:
    @given(st.lists(st.dictionaries(WORDS, LEAVES, max_size=4), max_size=4))
    def test_says_what_it_was_given(self, rows: list[dict[str, Any]]) -> None:
        assert json.loads(as_json(rows)) == rows

    @pytest.mark.parametrize("number", [2**63 - 1, 2**63, 2**64, 10**40, -(10**40)])
    def test_numbers_of_any_size(self, number: int) -> None:
        assert json.loads(as_json([{"n": number}])) == [{"n": number}]

    def test_times_and_ids_as_postgres_reads_them(self) -> None:
        name = uuid.uuid4()
        (row,) = json.loads(as_json([{"at": NOON, "id": name}]))
        assert (datetime.fromisoformat(row["at"]), uuid.UUID(row["id"])) == (NOON, name)

    def test_also_beside_a_number_that_only_the_slow_way_can_write(self) -> None:
        name = uuid.uuid4()
        (row,) = json.loads(as_json([{"at": NOON, "id": name, "n": 2**80}]))
        assert (datetime.fromisoformat(row["at"]), uuid.UUID(row["id"]), row["n"]) == (NOON, name, 2**80)

    def test_of_nothing_is_an_empty_list(self) -> None:
        assert as_json(iter([])) == "[]"


@pytest.mark.django_db
class TestRecordset:
    COLUMNS = {"n": "bigint", "words": "text", "at": "timestamptz", "content": "jsonb", "yes": "boolean"}

    def ask(self, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT v.* FROM {recordset(self.COLUMNS)} ORDER BY place", [as_json(rows)])
            return list(cursor.fetchall())

    def test_keeps_the_order_and_the_types(self) -> None:
        rows = [{"n": n, "words": f"ñ {n}", "at": NOON, "content": {"a": [n]}, "yes": n % 2 == 0} for n in (3, 1, 2)]
        found = self.ask(rows)
        assert [row[0] for row in found] == [3, 1, 2]
        assert [row[5] for row in found] == [1, 2, 3]
        assert found[0][1:3] == ("ñ 3", NOON)
        assert json.loads(found[0][3]) == {"a": [3]}

    def test_what_is_absent_is_null_and_a_nested_null_stays_one(self) -> None:
        ((number, words, at, content, yes, _),) = self.ask([{"content": {"a": None}}])
        assert (number, words, at, yes) == (None, None, None, None)
        assert json.loads(content) == {"a": None}

    @pytest.mark.parametrize("words", ["'; DROP TABLE x; --", "%s", '"', "\\", "\\u0041", "{}", "🇧🇷", "a\nb\tc"])
    def test_words_are_words(self, words: str) -> None:
        assert self.ask([{"words": words}])[0][1] == words

    def test_no_rows_are_no_rows(self) -> None:
        assert self.ask([]) == []


@pytest.mark.django_db
class TestAnyOf:
    def test_finds_what_in_finds_with_one_parameter(self, inside: Workspace) -> None:
        pks = [Contact.objects.create(name=f"P{n}").pk for n in range(5)]
        for some in ([], pks[:2], [*pks, 999_999]):
            found = set(Contact.objects.filter(pk__any_of=some))
            assert found == set(Contact.objects.filter(pk__in=some))
        statement, parameters = Contact.objects.filter(pk__any_of=pks).query.sql_with_params()
        assert statement.count("%s") == len(parameters) == 2  # the workspace and the list

    @pytest.mark.parametrize("kind", [list, set, tuple, dict.fromkeys])
    def test_takes_whatever_can_be_listed(self, inside: Workspace, kind: Any) -> None:
        Contact.objects.create(name="Lia")
        assert Contact.objects.filter(name__any_of=kind(["Lia", "Rui"])).count() == 1

    def test_works_on_references_and_negated(self, inside: Workspace) -> None:
        lia, rui = (Contact.objects.create(name=name) for name in ("Lia", "Rui"))
        fields = {"scope": "s", "reply_kind": "ring"}
        for contact in (lia, rui):
            Identity.objects.create(contact=contact, reply_value=contact.name, **fields)
        assert Identity.objects.get(contact__any_of=[lia.pk]).contact == lia
        assert Identity.objects.exclude(contact__any_of=[lia.pk]).get().contact == rui

    def test_thousands_are_one_query(self, inside: Workspace) -> None:
        assert count_queries(lambda: list(Contact.objects.filter(pk__any_of=range(70_000)))) == 1
