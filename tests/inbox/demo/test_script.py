"""How the demo's dialogues are written, and what becomes of a plot."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm import phones
from inbox import kinds
from inbox.demo import cast
from inbox.demo.contents import content_of, file_of
from inbox.demo.plot import CLOSES, CONVERSATIONS, OPENS, plots
from inbox.demo.script import Line, parsed, script

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Argentina/Buenos_Aires")
LANGUAGES = ("es", "pt-br", "en")
SAMPLE = """
# a comment
[names]
Lia Prado
-
[values]
color: red | blue
[long]
One.
Two.
[dialogues]
== a usual one
> Hi
~ knows us
<(react=❤️,later=5h) Hello {first}
== * once
> [image sole.jpg] look
< [voice]
>(quote)  spaces stay
"""


class TestAScript:
    def test_has_names_and_values(self) -> None:
        found = parsed(SAMPLE)
        assert found.names == ("Lia Prado", "")
        assert found.values == {"color": ("red", "blue")}
        assert found.long == ("One.", "Two.")

    def test_has_lines_with_traits_kinds_and_arguments(self) -> None:
        usual, once = parsed(SAMPLE).dialogues
        assert usual.lines == (
            Line(by_customer=True, text="Hi"),
            Line(by_customer=False, text="knows us", kind="note"),
            Line(by_customer=False, text="Hello {first}", traits={"react": "❤️", "later": "5h"}),
        )
        assert [(line.kind, line.argument, line.text) for line in once.lines] == [
            ("image", "sole.jpg", "look"),
            ("voice", "", ""),
            ("text", "", " spaces stay"),
        ]

    def test_knows_what_is_told_once(self) -> None:
        found = parsed(SAMPLE)
        assert [dialogue.title for dialogue in found.usual] == ["a usual one"]
        assert [dialogue.title for dialogue in found.once] == ["once"]

    def test_refuses_what_it_does_not_understand(self) -> None:
        with pytest.raises(ValueError, match="neither a line"):
            parsed("[dialogues]\n== x\nHello")

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_of_each_language_is_as_rich(self, language: str) -> None:
        found, spanish = script(language), script("es")
        assert len(found.names) == 60
        assert len(set(found.names)) == 60
        assert found.values.keys() == spanish.values.keys()
        assert len(found.usual) == len(spanish.usual) >= 16
        assert [len(one.lines) for one in found.dialogues] == [len(one.lines) for one in spanish.dialogues]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_begins_each_usual_dialogue_with_the_customer(self, language: str) -> None:
        assert all(dialogue.lines[0].by_customer for dialogue in script(language).usual)
        assert all(any(not line.by_customer for line in dialogue.lines) for dialogue in script(language).usual)


class TestThePlots:
    def test_are_a_hundred_and_twenty_within_a_month(self) -> None:
        found = list(plots(NOW, ZONE, random.Random(1)))
        assert len(found) == CONVERSATIONS == 120
        assert all(NOW - timedelta(days=31) < plot.last_word < NOW for plot in found)

    def test_shop_at_hours_when_people_do_once_it_is_not_today(self) -> None:
        old = [
            plot.last_word for plot in plots(NOW, ZONE, random.Random(2)) if plot.last_word < NOW - timedelta(days=1)
        ]
        assert len(old) > 50
        assert {at.astimezone(ZONE).hour for at in old} <= set(range(OPENS, CLOSES))

    def test_never_open_a_window_that_was_to_be_closed(self) -> None:
        rng = random.Random(3)
        for hour in range(24):
            now = NOW.replace(hour=hour)
            ages = sorted(now - plot.last_word for plot in plots(now, ZONE, rng) if plot.is_open)
            assert sum(age > timedelta(days=1) for age in ages) == 10

    def test_hold_as_many_that_tell_a_dialogue_once_as_there_are(self) -> None:
        once = [plot for plot in plots(NOW, ZONE, random.Random(4)) if plot.once]
        assert all(len(once) == len(script(language).once) for language in LANGUAGES)


class TestTheCast:
    @pytest.mark.parametrize(("language", "country"), [("es", "AR"), ("pt-br", "BR"), ("en", "US")])
    def test_has_numbers_of_the_country_that_nobody_shares(self, language: str, country: str) -> None:
        people = cast.customers(script(language).names, country)
        numbers = [one.phone for one in people if one.phone]
        every_form = [form for number in numbers for form in phones.variants(number)]
        assert len(set(every_form)) == len(every_form)
        assert {len(number) for number in numbers} == {cast.DIGITS[country]}
        assert len(numbers) < len(people)

    def test_reaches_everybody_somehow(self) -> None:
        people = cast.customers(script("es").names, "AR")
        assert all(one.keys for one in people)
        assert all(one.phone for one in people if not one.name)
        assert len({one.scoped for one in people}) == 60

    def test_is_the_same_each_time(self) -> None:
        names = script("en").names
        assert cast.customers(names, "US") == cast.customers(names, "US")


class TestContents:
    def test_have_files_where_the_kind_has_one(self) -> None:
        voice = file_of("voice", "")
        assert voice is not None
        assert voice["kind"] == kinds.AUDIO
        assert voice["is_voice"] is True
        assert {kind for kind in kinds.FILES if file_of(kind, "a.bin")} == kinds.FILES
        assert file_of(kinds.TEXT, "") is None

    def test_split_a_place_into_name_and_address(self) -> None:
        assert content_of(kinds.LOCATION, "Shop, 5 Main St")["address"] == "5 Main St"
        assert content_of(kinds.TEXT, "") == {}
