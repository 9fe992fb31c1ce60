"""Message catalogues by Babel alone: `python -m devtool.catalogues extract | update | compile | check`.

extract prints every marked string, update brings the .po files in step with the sources and names what is left to
translate, compile writes the .mo files, check fails unless every language is complete.
"""

import copy
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from devtool.catalogue_files import sources, stale
from devtool.catalogue_judge import compare, missing, real_messages
from devtool.paths import ROOT

LANGUAGES = ("en", "es", "pt_BR")
SOURCE_LANGUAGE = "en"  # of the msgids, so its catalogue repeats them
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
MADE = datetime(2026, 1, 1, tzinfo=UTC)
TOOLS = {"devtool", "bench", "tests", "var"}
SANDBOX = "channels_meta/sandbox/"  # a tool for developers, in English only


def template_catalogue(root: Path = ROOT) -> Catalog:
    """Every string the sources mark, without a translation."""
    found = _empty()
    for path in _source_files(root):
        name = path.relative_to(root).as_posix()
        for _line, messages, comments, context in extract("python", _as_python(path), KEYWORDS, ["Translators:"]):
            found.add(messages, locations=[(name, 0)], auto_comments=comments, context=context)
    return found


def _source_files(root: Path) -> Iterator[Path]:
    for package in sorted(path.parent for path in root.glob("*/__init__.py") if path.parent.name not in TOOLS):
        yield from sorted(path for path in package.rglob("*.py") if SANDBOX not in path.as_posix())
    for suffix in ("*.html", "*.txt"):
        yield from sorted((root / "templates").rglob(suffix))


def _as_python(path: Path) -> io.BytesIO:
    """Django turns a template into calls between runs of X; unindented, Python's tokenizer reads those."""
    text = path.read_text()
    if path.suffix != ".py":
        lines = templatize(text, origin=str(path)).splitlines()
        text = "\n".join(line.strip() for line in lines)
    return io.BytesIO(text.encode())


def po_path(language: str, root: Path = ROOT) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def _empty(language: str | None = None) -> Catalog:
    # Dates would make every extraction a change.
    return Catalog(
        language,
        project="Plaza",
        version="1",
        fuzzy=False,
        creation_date=MADE,
        revision_date=MADE,
        last_translator="Plaza",
        language_team="Plaza",
        msgid_bugs_address="Plaza",
        header_comment="# Plaza",
    )


def write_template(file: BinaryIO) -> None:
    write_po(file, template_catalogue(), width=120, sort_output=True, include_lineno=False)


def write_sources(root: Path = ROOT) -> list[str]:
    """Adds what is new, drops what is gone, keeps every translation, never guesses one; answers what lacks one."""
    template = template_catalogue(root)
    lacking: list[str] = []
    for language in LANGUAGES:
        path = po_path(language, root)
        catalogue = _updated(language, path, template)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)
        lacking += [f"{language}: {line}" for line in missing(catalogue)]
    return lacking


def _updated(language: str, path: Path, template: Catalog) -> Catalog:
    catalogue = _empty(language)
    for message in real_messages(read(path)) if path.exists() else ():
        catalogue[message.id] = message
    catalogue.update(copy.deepcopy(template), no_fuzzy_matching=True)  # it takes the messages over as they are
    catalogue.obsolete.clear()
    if language == SOURCE_LANGUAGE:
        for message in real_messages(catalogue):
            message.string = message.id
    return catalogue


def compile_stale(root: Path = ROOT) -> None:
    for path in stale(root):
        draft = path.with_suffix(".mo.draft")
        with draft.open("wb") as file:
            write_mo(file, read(path))
        draft.replace(path.with_suffix(".mo"))


def complaints(root: Path = ROOT) -> list[str]:
    """One line for each message that a language lacks, has too many, or breaks a placeholder of."""
    template = template_catalogue(root)
    if not list(real_messages(template)):
        return ["no marked string was found in the sources"]
    found: list[str] = []
    for language in LANGUAGES:
        path = po_path(language, root)
        if path.exists():
            found += [f"{language}: {line}" for line in compare(template, read(path))]
        else:
            found.append(f"{language}: {path.relative_to(root)} is missing")
    return found


def main(arguments: list[str]) -> int:
    settings.configure()  # templatize asks for the defaults
    if arguments == ["extract"]:
        write_template(sys.stdout.buffer)
    elif arguments == ["update"]:
        print("\n".join(write_sources()) or f"{len(sources())} catalogues are in step with the sources")
    elif arguments == ["compile"]:
        compile_stale()
    elif arguments == ["check"]:
        found = complaints()
        print("\n".join(found) or f"{len(sources())} catalogues are complete")
        return int(bool(found))
    else:
        print("usage: python -m devtool.catalogues extract | update | compile | check", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
