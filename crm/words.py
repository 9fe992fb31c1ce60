"""Verbs of the audit log that this room writes, in words a person reads (`settings.AUDIT_VERBS`)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, str | Promise] = {
    "contact.created": _("Created a contact"),
    "contact.updated": _("Changed a contact"),
}
