"""Failures in words: what happened, why, and what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WORDS = {
    # Access and account
    "access_expired": _("WhatsApp no longer accepts this channel's access key. Ask an admin to reconnect the channel."),
    "permission_missing": _("This channel lacks a permission on WhatsApp. Ask an admin to reconnect the channel."),
    "account_restricted": _("Meta has restricted this WhatsApp account. Ask an admin to look in WhatsApp Manager."),
    "country_restricted": _("Meta does not let this account write to the customer's country. Use another channel."),
    "not_registered": _("This number is no longer registered on WhatsApp. Ask an admin to register it again."),
    "display_name": _("WhatsApp has not approved this number's display name. Ask an admin to have it approved."),
    "payment": _("WhatsApp refused because of the account's payment. Ask an admin to check the payment method."),
    # Pace and passing trouble
    "number_throttled": _("Too many messages left this number at once. Wait a little and send it again."),
    "customer_throttled": _(
        "Too many messages went to this customer in a short time. Wait a little and send it again."
    ),
    "held_as_spam": _(
        "WhatsApp is holding this number back because customers blocked or reported it. Write to fewer people, and "
        "try again later."
    ),
    "passing_trouble": _("WhatsApp had a passing problem and did not take the message. Send it again."),
    "maintenance": _("WhatsApp is doing maintenance on this number. Send it again in a minute or two."),
    # The customer
    "own_number": _("This is the channel's own number, and WhatsApp does not send to itself. Choose another number."),
    "undeliverable": _(
        "WhatsApp could not deliver: the number may not be on WhatsApp, or the customer's app is too old. Check the "
        "number or use another channel."
    ),
    "test_number": _("A test number writes only to people on its list. Ask an admin to add the customer to it."),
    "window_closed": _("The reply window closed 24 hours after the customer's last message. Send a template instead."),
    "marketing_withheld": _(
        "Meta held this message back because the customer gets many marketing messages already. Wait a day or more "
        "before you try again."
    ),
    "marketing_experiment": _(
        "Meta sends this customer no marketing messages, as part of an experiment. Trying again will not help; write "
        "when they write to you."
    ),
    "marketing_stopped": _("The customer stopped marketing messages from you. Do not send them any more of these."),
    "phone_needed": _("This message needs the customer's phone number, which is not known. Ask them for it."),
    "identity_changed": _("The customer's WhatsApp changed hands or phone. Confirm who they are before you go on."),
    "block_list": _("WhatsApp could not change the block list. Only who wrote in the last 24 hours can be blocked."),
    # The message
    "wrong_part": _("WhatsApp refused the message because a part of it is missing or wrong. Change it and send again."),
    "kind_not_taken": _("WhatsApp does not take this kind of message. Send it in another form."),
    "customers_file": _(
        "WhatsApp could not fetch the customer's file. Ask them to send it again, smaller if it is big."
    ),
    "our_file": _("WhatsApp could not take the file: its type is wrong or it is too large. Convert it and send again."),
    "linked_device": _("The message came from a linked device that WhatsApp does not pass on. Read it on the phone."),
    "order": _("WhatsApp refused the order or its payment. Check the amounts and the payment settings."),
    "group": _(
        "WhatsApp refused this for the group: it may be gone, full or closed to you. Write to people one by one."
    ),
    "call": _("WhatsApp refused the call: the customer or the number may not allow calls. Write instead."),
    "form": _("WhatsApp blocked this form or found a mistake in it. Ask an admin to check it in WhatsApp Manager."),
    "form_throttled": _("This form has mistakes, so WhatsApp sends only ten an hour. Ask an admin to repair it."),
    # Templates
    "template_values": _(
        "The values do not fit the template: one is missing or of the wrong form. Fill them in again."
    ),
    "template_missing": _("This template does not exist in this language or is not approved yet. Choose another."),
    "template_too_long": _("With its values the template is too long. Shorten the values and send it again."),
    "template_policy": _("The template breaks a rule of WhatsApp's. Choose another or ask an admin to change it."),
    "template_paused": _("WhatsApp paused this template because customers disliked it. Choose another for now."),
    "template_disabled": _("WhatsApp switched this template off for good. Choose another."),
    "marketing_way": _("The template or the account does not allow this way of sending. Ask an admin to check both."),
    "templates_limited": _(
        "WhatsApp limits this account because of how its templates are classified. Ask an admin to check."
    ),
    "template_needed": _("This account may not send this without an approved template. Choose a template."),
    "template_not_accepted": _("WhatsApp did not accept the template as written. Change it and submit it again."),
    # Setting up
    "registered_too_often": _("This number was registered too often in a short time. Wait before you try again."),
    "just_removed": _("This number was removed a moment ago. Wait five minutes and try again."),
    "removal_unfinished": _("An earlier removal of this number did not finish. Remove it once more, then register it."),
    "pin_wrong": _("The PIN of this number is wrong. Enter the right one or reset it in WhatsApp Manager."),
    "not_verified": _("This number must be verified by a code before it is registered. Verify it and try again."),
    "pin_locked": _("The PIN was wrong too many times. Wait, then try again with the right one."),
    "user_name": _("WhatsApp did not accept this user name. Choose another."),
    "history": _(
        "The phone's history cannot be brought over: it was done, is too late, or was refused. Ask the owner."
    ),
}
