"""Finds what belongs to a contact without opening it: by the keyed digest of its usual spelling."""

from __future__ import annotations

import phonenumbers

from bot.database.vault import Vault
from bot.replies.intake_request import Contact, ContactKind

#: Where a number without a country code is dialled.
_REGION = "US"


def contact_index(vault: Vault, contact: Contact) -> str:
    """What `contact_index` columns hold for this contact: the spelling's capitals do not matter."""
    return vault.index(contact.kind.value, contact.value.strip().lower())


def contact_in(text: str) -> Contact | None:
    """The telephone number (in any usual spelling) or e-mail address that `text` is, if any."""
    text = text.strip()
    if "@" in text:
        return _made(ContactKind.EMAIL, text.lower())
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return _made(
        ContactKind.PHONE,
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
    )


def _made(kind: ContactKind, value: str) -> Contact | None:
    try:
        return Contact(kind=kind, value=value)
    except ValueError:
        return None
