"""Who wrote? Found by any key in any form it may arrive in, made once, told apart from everybody else."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from django.db import transaction

from crm.actions.identify import NAME_LENGTH, USERNAME_LENGTH, Sought, forms, identify
from crm.models import Contact, Identity, IdentityKey
from crm.people import Key, Person
from tests.conftest import count_queries
from workspaces import scope, tenancy
from workspaces.models import Workspace

pytestmark = pytest.mark.django_db

SCOPE = "pigeon:flock-1"


@pytest.fixture(autouse=True)
def _inside(inside: Workspace) -> Iterator[None]:
    with transaction.atomic():
        yield


def phone(digits: str) -> Key:
    return Key("phone", digits)


def scoped(value: str) -> Key:
    return Key("scoped", value)


def known(*keys: Key, within: str = SCOPE, writes: bool = True, name: str = "", username: str = "") -> Identity:
    """One person, identified alone."""
    return identify(within, [Sought(Person(keys, name, username), writes)])[0]


# One person in two forms (product page, "Phone identity"): what was seen first, what comes next, whether they are one.
FORMS = [
    # Brazil: with and without the ninth digit, where the eight digits are a mobile's (6 to 9)
    ("5511987654321", "551187654321", True),
    ("551187654321", "5511987654321", True),
    ("5521969876543", "552169876543", True),
    ("5531979876543", "553179876543", True),
    ("5585999999999", "558599999999", True),
    ("551133334444", "5511933334444", False),  # a landline, and nine digits that are no mobile's
    ("5511955501234", "551155501234", False),
    ("5511987654321", "552187654321", False),  # another area
    ("5511987654321", "5511987654322", False),
    ("5508007654321", "55080097654321", False),  # 0800 is no area
    # Argentina: with and without the 9, whatever the area's length
    ("5491155551234", "541155551234", True),
    ("541155551234", "5491155551234", True),
    ("5493515550142", "543515550142", True),
    ("5492966412345", "542966412345", True),
    ("5491155551234", "541155551235", False),
    # Mexico: with and without the 1
    ("525512345678", "5215512345678", True),
    ("5215512345678", "525512345678", True),
    ("5213312345678", "523312345678", True),
    ("525512345678", "5215512345679", False),
    # others have one form
    ("59899123456", "598099123456", False),
    ("56912345678", "5612345678", False),
    ("15550001234", "5550001234", False),
]


@pytest.mark.parametrize(("first", "then", "same"), FORMS)
class TestNumbers:
    def test_one_person_is_known_in_the_other_form_over_two_sets(self, first: str, then: str, same: bool) -> None:
        assert (known(phone(first)) == known(phone(then))) is same
        assert Contact.objects.count() == (1 if same else 2)

    def test_and_in_one_set(self, first: str, then: str, same: bool) -> None:
        one, other = identify(SCOPE, [Sought(Person((phone(first),))), Sought(Person((phone(then),)))])
        assert (one == other) is same
        assert Contact.objects.count() == (1 if same else 2)

    def test_and_as_a_contact_whose_number_somebody_typed(self, first: str, then: str, same: bool) -> None:
        typed = Contact.objects.create(name="Typed in", phone=f"+{first}")
        assert (known(phone(then)).contact == typed) is same

    def test_both_forms_are_remembered_and_the_last_is_answered(self, first: str, then: str, same: bool) -> None:
        known(phone(first))
        last = known(phone(then))
        assert (last.reply_kind, last.reply_value) == ("phone", then)
        assert set(IdentityKey.objects.values_list("value", flat=True)) == {first, then}


class TestKeys:
    def test_no_number_is_needed(self) -> None:
        identity = known(scoped("BR.13491208655302741918"), username="lia.prado")
        assert (identity.contact.phone, identity.contact.name) == (None, "lia.prado")
        assert known(scoped("BR.13491208655302741918")) == identity

    def test_a_scoped_id_that_looks_like_a_number_is_no_number(self) -> None:
        """Prefix rules never touch it."""
        assert forms(scoped("5511987654321")) == (scoped("5511987654321"),)
        assert known(scoped("5511987654321")) != known(scoped("551187654321"))
        assert known(scoped("5511987654321")) != known(phone("5511987654321"))
        assert Contact.objects.exclude(phone=None).count() == 1

    def test_one_that_joins_is_enough_from_then_on(self) -> None:
        first = known(phone("5511987654321"))
        both = known(phone("551187654321"), scoped("BR.lia"))
        alone = known(scoped("BR.lia"))
        assert first == both == alone
        assert (alone.reply_kind, alone.reply_value) == ("scoped", "BR.lia")

    def test_a_number_that_joins_completes_the_contact(self) -> None:
        first = known(scoped("BR.lia"))
        known(scoped("BR.lia"), phone("5511987654321"))
        assert Contact.objects.get(pk=first.contact_id).phone == "+5511987654321"

    def test_the_first_that_is_known_decides(self) -> None:
        lia, rui = known(phone("5511987654321")), known(scoped("BR.rui"))
        assert known(phone("5511987654321"), scoped("BR.rui")) == lia
        assert known(scoped("BR.rui"), phone("5511987654321")) == rui
        assert Identity.objects.count() == 2

    def test_they_hold_in_their_scope_only_but_a_number_names_the_same_contact(self) -> None:
        here, there = known(scoped("77")), known(scoped("77"), within="pigeon:flock-2")
        assert here.contact != there.contact
        here, there = known(phone("5511987654321")), known(phone("551187654321"), within="pigeon:flock-2")
        assert here != there
        assert here.contact == there.contact

    def test_the_same_value_of_another_kind_is_another_key(self) -> None:
        assert known(Key("account", "77")) != known(scoped("77"))

    def test_in_another_workspace_they_are_another_person(self, otra: Workspace) -> None:
        here = known(phone("5511987654321"))
        token = scope.current.set(None)
        with tenancy.enter(otra):
            there = known(phone("5511987654321"))
            assert Contact.objects.count() == 1
        scope.current.reset(token)
        assert here.contact_id != there.contact_id


class TestSets:
    def test_a_new_customers_album_makes_one_contact(self) -> None:
        found = identify(SCOPE, [Sought(Person((phone("5511987654321"), scoped("BR.lia")), "Lia")) for _ in range(30)])
        assert len({identity.pk for identity in found}) == 1
        assert (Contact.objects.count(), Identity.objects.count(), IdentityKey.objects.count()) == (1, 1, 2)

    def test_each_gets_their_own_in_order(self) -> None:
        people = [Person((phone(f"55119876543{n:02}"),), f"P{n}") for n in range(20)]
        shuffled = random.Random(3).sample([*people, *people], 40)
        found = identify(SCOPE, [Sought(person) for person in shuffled])
        assert [identity.contact.name for identity in found] == [person.name for person in shuffled]

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1), (1, 0, 2), (2, 0, 1)])
    def test_two_keys_that_one_event_links_are_one_person_wherever_it_stands(self, order: tuple[int, ...]) -> None:
        known(phone("5511987654321"))
        named = [(phone("5511987654321"),), (phone("5511987654321"), scoped("BR.lia")), (scoped("BR.lia"),)]
        found = identify(SCOPE, [Sought(Person(named[at])) for at in order])
        assert len({identity.pk for identity in found}) == 1

    def test_nobody_is_nothing(self) -> None:
        assert identify(SCOPE, []) == []

    @pytest.mark.parametrize("is_known", [True, False])
    def test_the_number_of_queries_does_not_grow_with_the_people(self, is_known: bool) -> None:
        def people(count: int, start: int) -> list[Sought]:
            numbers = (f"55119{start + n:08}" for n in range(count))
            return [Sought(Person((phone(digits), scoped(f"BR.{digits}")), "Name")) for digits in numbers]

        if is_known:
            identify(SCOPE, people(1, 60_000_000))
            identify(SCOPE, people(200, 70_000_000))
        one = count_queries(lambda: identify(SCOPE, people(1, 60_000_000)))
        many = count_queries(lambda: identify(SCOPE, people(200, 70_000_000)))
        assert many == one


class TestNames:
    def test_the_contact_takes_the_first_name_and_keeps_it(self) -> None:
        first = known(phone("5511987654321"), name="Lia")
        known(phone("5511987654321"), name="Lia Prado 🌸")
        first.refresh_from_db()
        assert (first.contact.name, first.name) == ("Lia", "Lia Prado 🌸")

    def test_what_was_unknown_is_filled_in_and_what_an_agent_wrote_stays(self) -> None:
        Contact.objects.create(name="", phone="+5511987654321")
        Contact.objects.create(name="Rui (proveedor)", phone="+5511977777777")
        known(phone("5511987654321"), name="Lia")
        known(phone("5511977777777"), name="RUI ALVES ME")
        assert set(Contact.objects.values_list("name", flat=True)) == {"Lia", "Rui (proveedor)"}

    def test_a_username_stands_in_for_a_name(self) -> None:
        assert known(phone("5511987654321"), username="lia.prado").contact.name == "lia.prado"

    def test_an_empty_name_takes_nothing_away(self) -> None:
        known(scoped("BR.lia"), name="Lia", username="lia")
        later = known(scoped("BR.lia"))
        assert (later.name, later.username, later.contact.name) == ("Lia", "lia", "Lia")

    def test_one_too_long_is_cut_on_the_way_in_and_on_the_way_again(self) -> None:
        identity = known(scoped("BR.lia"), name="L" * 900, username="u" * 900)
        assert known(scoped("BR.lia"), name="M" * 900, username="v" * 900) == identity
        identity.refresh_from_db()
        assert (identity.name, identity.username) == ("M" * NAME_LENGTH, "v" * USERNAME_LENGTH)
        assert identity.contact.name == "L" * NAME_LENGTH

    def test_the_number_shown_is_the_one_first_seen(self) -> None:
        known(phone("551187654321"))
        known(phone("5511987654321"))
        assert Contact.objects.get().phone == "+551187654321"


class TestReplies:
    def test_one_who_was_written_to_is_answered_where_they_wrote(self) -> None:
        known(phone("5511987654321"))
        identity = known(phone("551187654321"), scoped("BR.lia"), writes=False)
        assert (identity.reply_kind, identity.reply_value) == ("phone", "5511987654321")

    def test_a_key_may_be_named_to_answer_to(self) -> None:
        person = Person((phone("5511987654321"), phone("5511955500000")))
        for _ in range(2):  # when the person is made, and when they are known
            identity = identify(SCOPE, [Sought(person, reply=person.keys[1])])[0]
            assert identity.reply_value == "5511955500000"

    def test_who_writes_the_same_way_again_is_not_written_again(self) -> None:
        known(phone("5511987654321"), name="Lia")
        same = count_queries(lambda: known(phone("5511987654321"), name="Lia"))
        assert count_queries(lambda: known(phone("5511987654321"), name="Lia Prado")) > same
