"""The house limits of docs/architecture.md and the words that must not be written; each checker meets a bad sample."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.house import words
from tests.house.files import ROOMS, ROOT, app_code, code_of_tests, named, templates, tracked, under
from tests.house.measures import Measured, functions, percentile

LONGEST_FILE, USUAL_FILE = 400, 250
LONGEST_FUNCTION, USUAL_FUNCTION = 60, 30
DEEPEST = 3
USUAL_ARGUMENTS = 4
LONGEST_PARTIAL, LONGEST_CONTROLLER, LONGEST_SHEET = 80, 120, 200
GROUND = ("workspaces", "crm", "inbox")

# path (or path:function) -> why it may be what others may not. One that is no longer needed fails.
TOO_LONG: dict[str, str] = {}
SQL_ELSEWHERE: dict[str, str] = {
    "workspaces/rls.py": "the operation that migrations call: its statements are made of each model's table",
    "workspaces/grants.py": "the operation that migrations call to let the app role in",
    "workspaces/postgres/base.py": "sets the scope on a connection, below any app",
}
NAMES_PLATFORMS = {"static/css/tokens.css": "the palette holds each channel's colour"}
COLOURS_ELSEWHERE: dict[str, str] = {}


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def over(paths: Iterable[Path], limit: int) -> dict[str, int]:
    return {named(path): lines(path) for path in paths if lines(path) > limit}


def measured(paths: Iterable[Path]) -> list[Measured]:
    return [one for path in paths for one in functions(path.read_text(), named(path))]


def found_in(paths: Iterable[Path], finder: Callable[[str], list[str]]) -> dict[str, list[str]]:
    hits = ((named(path), finder(path.read_text())) for path in paths)
    return {name: hit for name, hit in hits if hit}


def except_for(found: dict[str, object] | dict[str, int] | dict[str, list[str]], reasons: dict[str, str]) -> list[str]:
    """What is neither clean nor exempt, and every exemption without its offence."""
    offences = [f"{name}: {what}" for name, what in found.items() if name not in reasons]
    return offences + [f"{name}: the exemption is no longer needed" for name in reasons.keys() - found.keys()]


class TestLimits:
    def test_files_are_short(self) -> None:
        code = [*app_code(), *code_of_tests()]
        assert len(code) > 20
        assert except_for(over(code, LONGEST_FILE), TOO_LONG) == []
        assert percentile(map(lines, filter(lines, app_code())), 0.95) <= USUAL_FILE

    def test_functions_are_short_and_flat(self) -> None:
        found = measured([*app_code(), *code_of_tests()])
        assert len(found) > 100
        assert [one for one in found if one.lines > LONGEST_FUNCTION] == []
        assert [one for one in found if one.nesting > DEEPEST] == []

    def test_most_functions_fit_a_glance(self) -> None:
        found = measured(app_code())
        assert percentile((one.lines for one in found), 0.95) <= USUAL_FUNCTION
        assert percentile((one.arguments for one in found), 0.95) <= USUAL_ARGUMENTS

    def test_partials_controllers_and_sheets_are_short(self) -> None:
        partials = (path for path in templates() if path.name.startswith("_"))
        assert over(partials, LONGEST_PARTIAL) == {}
        assert over(under("static/js/controllers", suffix=".js"), LONGEST_CONTROLLER) == {}
        assert over(under("static", suffix=".css"), LONGEST_SHEET) == {}

    def test_there_is_a_test_line_for_every_line(self) -> None:
        app, tests = sum(map(lines, app_code())), sum(map(lines, code_of_tests()))
        assert tests >= app, f"{tests} test lines for {app} lines"


class TestWords:
    def test_no_stand_in_for_broker_layer_or_server(self) -> None:
        code = (path for path in tracked() if path.suffix in {".py", ".toml", ".cfg", ".ini", ".yml", ".env"})
        assert found_in(code, words.STAND_INS.findall) == {}

    def test_locks_name_no_index(self) -> None:
        locks = [path for path in tracked() if path.suffix == ".lock"]
        assert len(locks) == 2
        assert found_in(locks, words.ADDRESS.findall) == {}

    def test_the_ground_names_no_platform(self) -> None:
        code = [*under(*GROUND), *under(*(f"templates/{room}" for room in GROUND)), *under("static")]
        code += [path for path in templates() if path.parent == ROOT / "templates"]
        ours = (path for path in code if path.suffix in {".py", ".html", ".js", ".css", ".txt", ".sql"})
        assert (
            found_in(
                (path for path in ours if named(path) not in NAMES_PLATFORMS and "channels_meta" not in named(path)),
                words.platform_names,
            )
            == {}
        )

    def test_raw_sql_lives_in_sql_py(self) -> None:
        code = (path for path in under(*ROOMS, suffix=".py") if path.name != "sql.py")
        elsewhere = (path for path in code if not {"migrations", "sandbox"} & set(path.parts))
        assert except_for(found_in(elsewhere, words.raw_sql), SQL_ELSEWHERE) == []

    def test_colours_are_tokens(self) -> None:
        sheets = (path for path in under("static", suffix=".css") if named(path) != "static/css/tokens.css")
        drawn = (path for path in under("static", "templates") if path.suffix in {".html", ".svg", ".js"})
        found = found_in(sheets, words.css_colours) | found_in(drawn, words.painted_colours)
        assert except_for(found, COLOURS_ELSEWHERE) == []


class TestTheCheckersThemselves:
    def test_a_long_deep_and_wide_function_is_measured(self) -> None:
        source = (
            "def deep(self, a, b, *, c):\n    '''Two\n    lines.'''\n    for x in a:\n        if x:\n            pass\n"
            "        elif b:\n            with c:\n                while x:\n                    pass\n"
        )
        assert list(functions(source, "x.py")) == [Measured("x.py:deep", 8, 4, 3)]

    def test_a_nested_function_counts_for_itself(self) -> None:
        source = "def outer():\n    if 1:\n        def inner():\n            if 2:\n                pass\n"
        assert [one.nesting for one in functions(source, "x.py")] == [1, 1]

    def test_an_exemption_must_be_needed(self) -> None:
        assert except_for({"a.py": 500}, {"a.py": "generated"}) == []
        assert except_for({"a.py": 500}, {}) == ["a.py: 500"]
        assert except_for({}, {"a.py": "generated"}) == ["a.py: the exemption is no longer needed"]

    @pytest.mark.parametrize(
        "bad",
        [
            "CELERY_TASK_ALWAYS" + "_EAGER = True",
            "channels.layers.InMemory" + "ChannelLayer",
            "def x(live_" + "server):",
        ],
    )
    def test_stand_ins_are_seen(self, bad: str) -> None:
        assert words.STAND_INS.search(bad)

    @pytest.mark.parametrize("bad", ["--index-url x", "--extra-index-url x", "a @ https://example.org/a.whl"])
    def test_addresses_are_seen(self, bad: str) -> None:
        assert words.ADDRESS.search(bad)

    @pytest.mark.parametrize(
        "bad",
        [
            "kind == 'whatsapp'",
            "WhatsApp",
            "is_instagram",
            "{% include 'channels_meta/x' %}",
            "the Meta API",
            "META_APP_SECRET",
            "wa_id",
        ],
    )
    def test_platforms_are_seen(self, bad: str) -> None:
        assert words.platform_names(bad)

    @pytest.mark.parametrize(
        "good",
        [
            "class Meta:",
            "Model._meta.fields",
            "<meta charset=utf-8>",
            "request.META",
            "$meta",
            "metadata = {}",
            "event.metaKey",
        ],
    )
    def test_what_only_sounds_like_a_platform_passes(self, good: str) -> None:
        assert words.platform_names(good) == []

    @pytest.mark.parametrize("bad", ["Q = '''\n SELECT 1'''", "x.raw(q)", "RawSQL('a', [])", "qs.extra(where=w)"])
    def test_raw_sql_is_seen(self, bad: str) -> None:
        assert words.raw_sql(bad)

    def test_words_that_begin_a_sentence_are_no_sql(self) -> None:
        assert words.raw_sql("x = 'selected'\nconnection.execute(sql.LOCK)") == []

    @pytest.mark.parametrize("bad", ["#fff", "rgb(0 0 0 / 5%)", "1px solid red", "color-mix(in srgb, white 5%, red)"])
    def test_colours_in_sheets_are_seen(self, bad: str) -> None:
        assert words.css_colours(f".a {{ border: {bad}; }}")

    def test_selectors_comments_and_tokens_are_no_colours(self) -> None:
        sheet = "/* #fff */ #face .a-red { color: var(--red); mask: url(#abc); white-space: nowrap }"
        assert words.css_colours(sheet) == []

    def test_colours_in_drawings_are_seen(self) -> None:
        assert words.painted_colours('<path fill="#25d366"/><i fill="currentColor"></i>') == ["#25d366"]
