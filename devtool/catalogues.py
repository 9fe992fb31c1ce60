"""Message catalogues by Babel alone: `python -m devtool.catalogues extract | compile | check`."""

import copy
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from devtool.catalogue_files import sources, stale
from devtool.paths import ROOT

PACKAGES = ("config", "workspaces", "crm", "inbox", "channels_meta")
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
    for package in PACKAGES:
        yield from sorted(path for path in (root / package).rglob("*.py") if SANDBOX not in path.as_posix())
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
    return Catalog(language, project="Plaza", version="1", fuzzy=False, creation_date=MADE, header_comment="# Plaza")


def write_sources(root: Path = ROOT) -> None:
    """Adds what is new, drops what is gone, keeps every translation; never guesses one."""
    template = template_catalogue(root)
    for language in LANGUAGES:
        path = po_path(language, root)
        catalogue = read(path) if path.exists() else _empty(language)
        catalogue.update(copy.deepcopy(template), no_fuzzy_matching=True)  # it takes the messages over as they are
        catalogue.obsolete.clear()
        if language == SOURCE_LANGUAGE:
            for message in _messages(catalogue):
                message.string = message.id
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)


def compile_stale(root: Path = ROOT) -> None:
    for path in stale(root):
        draft = path.with_suffix(".mo.draft")
        with draft.open("wb") as file:
            write_mo(file, read(path))
        draft.replace(path.with_suffix(".mo"))


def complaints(root: Path = ROOT) -> list[str]:
    """One line for each message that a language lacks, has too many, or breaks a placeholder of."""
    template = template_catalogue(root)
    if not list(_messages(template)):
        return ["no marked string was found in the sources"]
    found: list[str] = []
    for language in LANGUAGES:
        path = po_path(language, root)
        if path.exists():
            found += [f"{language}: {line}" for line in _compare(template, read(path))]
        else:
            found.append(f"{language}: {path.relative_to(root)} is missing")
    return found


def _compare(template: Catalog, catalogue: Catalog) -> Iterator[str]:
    wanted = {_key(message) for message in _messages(template)}
    held = {_key(message): message for message in _messages(catalogue)}
    for key in sorted(wanted - held.keys()):
        yield f"not in the catalogue: {key[0]!r}"
    for key in sorted(held.keys() - wanted):
        yield f"no longer in the sources: {key[0]!r}"
    for message in held.values():
        if message.fuzzy or not _translated(message):
            yield f"not translated: {_key(message)[0]!r}"
        for error in message.check(catalogue):
            yield f"{_key(message)[0]!r}: {error}"


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _key(message: Message) -> tuple[str, str]:
    singular = message.id if isinstance(message.id, str) else message.id[0]
    return singular, message.context or ""


def _translated(message: Message) -> bool:
    forms = [message.string] if isinstance(message.string, str) else message.string
    return forms is not None and all(forms)


def main(arguments: list[str]) -> int:
    settings.configure()  # templatize asks for the defaults
    if arguments == ["extract"]:
        write_sources()
    elif arguments == ["compile"]:
        compile_stale()
    elif arguments == ["check"]:
        found = complaints()
        print("\n".join(found) or f"{len(sources())} catalogues are complete")
        return int(bool(found))
    else:
        print("usage: python -m devtool.catalogues extract | compile | check", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
