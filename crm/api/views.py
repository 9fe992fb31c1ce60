"""Contacts and their identities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from crm.actions import contacts
from crm.api.serializers import ContactBody, ContactQuery, ContactResource, IdentityQuery, IdentityResource
from crm.models import Contact, Identity, IdentityKey
from crm.search import contact_ids
from workspaces.api.operations import Call, Operation
from workspaces.api.paging import NEWEST, page
from workspaces.api.problems import Problem
from workspaces.api.serializers import PageQuery
from workspaces.api.views import Viewset
from workspaces.permissions import Capability

REFUSALS = ("phone_taken", "phone_unreadable")
MOST_FOUND = 1000  # by one search; whoever looks for more looks for something else


class Contacts(Viewset):
    resource = "contacts"

    @Operation(
        Capability.CONTACTS_READ, _("List and search contacts"), answers=ContactResource, many=True, query=ContactQuery
    )
    def list(self, call: Call) -> Response:
        return self.answer_page(ContactResource, *page(found(call.query), NEWEST, call.query))

    @Operation(Capability.CONTACTS_READ, _("Show a contact"), answers=ContactResource)
    def retrieve(self, call: Call, pk: int) -> Response:
        return self.answer(ContactResource, get_object_or_404(Contact.objects, pk=pk))

    @Operation(
        Capability.CONTACTS_EDIT,
        _("Create a contact"),
        answers=ContactResource,
        body=ContactBody,
        creates=True,
        refusals=REFUSALS,
    )
    def create(self, call: Call) -> Response:
        made = written(lambda: contacts.create(call.body, by=call.member))
        return self.answer(ContactResource, made, status=201)

    @Operation(
        Capability.CONTACTS_EDIT,
        _("Update a contact"),
        answers=ContactResource,
        body=ContactBody,
        partial=True,
        refusals=REFUSALS,
        description=_("Only the fields that are sent change."),
    )
    def partial_update(self, call: Call, pk: int) -> Response:
        contact = get_object_or_404(Contact.objects, pk=pk)
        return self.answer(ContactResource, written(lambda: contacts.update(contact, call.body, by=call.member)))


class ContactIdentities(Viewset):
    resource = "identities"

    @Operation(
        Capability.CONTACTS_READ,
        _("List the identities of a contact"),
        answers=IdentityResource,
        many=True,
        query=PageQuery,
    )
    def of_contact(self, call: Call, pk: int) -> Response:
        contact = get_object_or_404(Contact.objects, pk=pk)
        rows = with_keys().filter(contact=contact)
        return self.answer_page(IdentityResource, *page(rows, NEWEST, call.query))


class Identities(Viewset):
    resource = "identities"

    @Operation(Capability.CONTACTS_READ, _("List identities"), answers=IdentityResource, many=True, query=IdentityQuery)
    def list(self, call: Call) -> Response:
        rows = with_keys()
        if "contact_id" in call.query:
            rows = rows.filter(contact__pk=call.query["contact_id"])
        if "key" in call.query:
            rows = rows.filter(pk__in=IdentityKey.objects.filter(value=call.query["key"]).values("identity"))
        return self.answer_page(IdentityResource, *page(rows, NEWEST, call.query))

    @Operation(Capability.CONTACTS_READ, _("Show an identity"), answers=IdentityResource)
    def retrieve(self, call: Call, pk: int) -> Response:
        return self.answer(IdentityResource, get_object_or_404(with_keys(), pk=pk))


def with_keys() -> QuerySet[Identity]:
    return Identity.objects.prefetch_related("keys")


def found(query: dict[str, Any]) -> QuerySet[Contact]:
    rows = contacts.of_phone(query["phone"]) if "phone" in query else Contact.objects.all()
    if "email" in query:
        rows = rows.filter(email__iexact=query["email"])
    if "is_blocked" in query:
        rows = rows.filter(is_blocked=query["is_blocked"])
    if "q" in query:
        rows = rows.filter(pk__any_of=contact_ids(query["q"], MOST_FOUND))
    return rows


def written(write: Callable[[], Contact]) -> Contact:
    try:
        return write()
    except contacts.PhoneTaken as error:
        words = _("Another contact has this phone number.")
        raise Problem(409, "phone_taken", words, contact_id=error.contact.pk) from error
    except contacts.PhoneUnreadable as error:
        raise Problem(422, "phone_unreadable", _("This is no telephone number.")) from error
