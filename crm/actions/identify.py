"""Who wrote? Finds the identities of a set of people by every key they carry, and makes those nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crm import phones
from crm.models import Contact, Identity, IdentityKey
from crm.people import Key, Person
from workspaces import locks, tenancy

NAME_LENGTH = Contact._meta.get_field("name").max_length or 255
USERNAME_LENGTH = Identity._meta.get_field("username").max_length or 120


@dataclass(slots=True)
class Sought:
    """A person and what was found out about them. `writes`: whether they wrote, so that a reply goes to that key, the
    first of theirs or `reply`."""

    person: Person
    writes: bool = True
    reply: Key | None = None
    identity: Identity | None = None


@dataclass(slots=True)
class _Book:
    """The identities known so far, by each of their keys and its variants."""

    scope: str
    by_key: dict[Key, Identity] = field(default_factory=dict)
    stored: set[Key] = field(default_factory=set)

    def find(self, keys: Iterable[Key]) -> Identity | None:
        return next((self.by_key[form] for key in keys for form in forms(key) if form in self.by_key), None)

    def add(self, keys: Iterable[Key], identity: Identity) -> None:
        for key in keys:
            self.by_key.setdefault(key, identity)


def forms(key: Key) -> tuple[Key, ...]:
    """The key itself first, then every other form a phone number may arrive in."""
    if key.kind != "phone":
        return (key,)
    return tuple([Key("phone", digits) for digits in phones.variants(key.value)])


def identify(scope: str, people: Sequence[Sought]) -> list[Identity]:
    """The identity of each, in order; a constant number of queries, inside the caller's transaction.

    A key found first wins: the keys of a person are sought in the order the platform gave them, so that someone known
    by phone stays the same person when a scoped id joins or replaces it."""
    book = _Book(scope)
    _look_up(book, people)
    _spread(book, people)
    unknown = [sought for sought in people if book.find(sought.person.keys) is None]
    if unknown:
        # two accounts of one scope may hear of a new customer at once: the second waits, then finds them
        locks.lock("people", str(tenancy.current_id()))
        _look_up(book, unknown)
        _spread(book, people)
        _make_unknown(book, unknown)
    for sought in people:
        sought.identity = book.find(sought.person.keys)
        assert sought.identity is not None
        book.add(sought.person.keys, sought.identity)
    _remember(book, people)
    return [sought.identity for sought in people if sought.identity]


def _look_up(book: _Book, people: Sequence[Sought]) -> None:
    wanted = {form for sought in people for key in sought.person.keys for form in forms(key)}
    rows = IdentityKey.objects.filter(
        scope=book.scope, kind__in={key.kind for key in wanted}, value__any_of={key.value for key in wanted}
    )
    found = {Key(kind, value): pk for kind, value, pk in rows.values_list("kind", "value", "identity_id")}
    rows_found = Identity.objects.filter(pk__any_of=set(found.values())).select_related("contact")
    identities = {identity.pk: identity for identity in rows_found}
    for key in found.keys() & wanted:
        book.stored.add(key)
        book.by_key[key] = identities[found[key]]


def _spread(book: _Book, people: Sequence[Sought]) -> None:
    """Whoever is known by one key is known by their others too, before anybody is taken for new: the event that
    brings a changed key may stand anywhere in the set."""
    for sought in people:
        identity = book.find(sought.person.keys)
        if identity is not None:
            book.add(sought.person.keys, identity)


def _make_unknown(book: _Book, people: Sequence[Sought]) -> None:
    by_phone = _contacts_by_phone(people)
    contacts: list[Contact] = []
    identities: list[Identity] = []
    for sought in people:
        person = sought.person
        known = book.find(person.keys)
        if known is not None:
            book.add(person.keys, known)
            continue
        contact = next((by_phone[form] for form in _phones(person) if form in by_phone), None)
        if contact is None:
            contact = _new_contact(person)
            contacts.append(contact)
            by_phone.update(dict.fromkeys(_phones(person), contact))
        identity = _new_identity(book.scope, sought, contact)
        identities.append(identity)
        book.add(person.keys, identity)
    Contact.objects.bulk_create(contacts)
    Identity.objects.bulk_create(identities)


def _phones(person: Person) -> list[str]:
    return [f"+{form.value}" for key in person.keys if key.kind == "phone" for form in forms(key)]


def _contacts_by_phone(people: Sequence[Sought]) -> dict[str, Contact]:
    wanted = {number for sought in people for number in _phones(sought.person)}
    if not wanted:
        return {}
    found = Contact.objects.filter(phone__in=wanted).order_by("-id")
    return {contact.phone: contact for contact in found if contact.phone}


def _new_contact(person: Person) -> Contact:
    phone = next((f"+{key.value}" for key in person.keys if key.kind == "phone"), None)
    return Contact(name=(person.name or person.username)[:NAME_LENGTH], phone=phone)


def _new_identity(scope: str, sought: Sought, contact: Contact) -> Identity:
    person, reply = sought.person, sought.reply or sought.person.keys[0]
    return Identity(
        contact=contact,
        scope=scope,
        name=person.name[:NAME_LENGTH],
        username=person.username[:USERNAME_LENGTH],
        reply_kind=reply.kind,
        reply_value=reply.value,
    )


def _remember(book: _Book, people: Sequence[Sought]) -> None:
    """Every event adds the keys it carries, and the name and reply key it brings."""
    fresh: dict[Key, IdentityKey] = {}
    changed: dict[int, Identity] = {}
    named: dict[int, Contact] = {}
    for sought in people:
        identity = sought.identity
        assert identity is not None
        for key in sought.person.keys:
            if key not in book.stored and key not in fresh:
                fresh[key] = IdentityKey(identity=identity, scope=book.scope, kind=key.kind, value=key.value)
        if _update(identity, sought):
            changed[identity.pk] = identity
        if _complete(identity.contact, sought.person):
            named[identity.contact_id] = identity.contact
    IdentityKey.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    Identity.objects.bulk_update(
        sorted(changed.values(), key=lambda identity: identity.pk), ["name", "username", "reply_kind", "reply_value"]
    )
    Contact.objects.bulk_update(sorted(named.values(), key=lambda contact: contact.pk), ["name", "phone"])


def _update(identity: Identity, sought: Sought) -> bool:
    person, reply = sought.person, sought.reply or sought.person.keys[0]
    before = (identity.name, identity.username, identity.reply_kind, identity.reply_value)
    identity.name = person.name[:NAME_LENGTH] or identity.name
    identity.username = person.username[:USERNAME_LENGTH] or identity.username
    if sought.writes:
        identity.reply_kind, identity.reply_value = reply.kind, reply.value
    return before != (identity.name, identity.username, identity.reply_kind, identity.reply_value)


def _complete(contact: Contact, person: Person) -> bool:
    """Fills what nobody knew; never overwrites what is there (an agent may have corrected it)."""
    name = person.name or person.username
    phone = next((f"+{key.value}" for key in person.keys if key.kind == "phone"), None)
    gains = (bool(name) and not contact.name, bool(phone) and not contact.phone)
    if gains[0]:
        contact.name = name[:NAME_LENGTH]
    if gains[1]:
        contact.phone = phone
    return any(gains)
