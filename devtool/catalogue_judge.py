"""What is wrong with a catalogue: compared with the strings the sources mark, message by message."""

import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message

PLACEHOLDER = re.compile(r"%\((\w+)\)")


def compare(template: Catalog, catalogue: Catalog) -> Iterator[str]:
    wanted = {_key(message) for message in real_messages(template)}
    held = {_key(message): message for message in real_messages(catalogue)}
    for key in sorted(wanted - held.keys()):
        yield f"not in the catalogue: {_named(key)}"
    for key in sorted(held.keys() - wanted):
        yield f"no longer in the sources: {_named(key)}"
    yield from missing(catalogue)
    for key, message in sorted(held.items()):
        if all(_forms(message.string)):
            yield from (f"{_named(key)}: {error}" for error in _errors(message, catalogue))


def missing(catalogue: Catalog) -> Iterator[str]:
    for message in real_messages(catalogue):
        if message.fuzzy:
            yield f"fuzzy: {_named(_key(message))}"
        elif not all(_forms(message.string)):
            yield f"not translated: {_named(_key(message))}"


def real_messages(catalogue: Catalog) -> Iterator[Message]:
    """Without the header, which Babel keeps as the message with no id."""
    return (message for message in catalogue if message.id)


def _errors(message: Message, catalogue: Catalog) -> Iterator[str]:
    yield from (str(error) for error in message.check(catalogue))
    wanted = _placeholders(_forms(message.id)[-1])
    for form in _forms(message.string)[-1:]:  # "one second" needs no number, "%(n)s seconds" does
        if lost := wanted - _placeholders(form):
            yield f"lacks {', '.join(sorted(lost))}"
    known = wanted | _placeholders(_forms(message.id)[0])
    for form in _forms(message.string):
        if strange := _placeholders(form) - known:
            yield f"names {', '.join(sorted(strange))}, which the source does not give"


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def _forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    if text is None or isinstance(text, str):
        return [text or ""]
    return list(text)


def _key(message: Message) -> tuple[str, str]:
    return _forms(message.id)[0], message.context or ""


def _named(key: tuple[str, str]) -> str:
    text, context = key
    return f"{text!r} ({context})" if context else repr(text)
