"""How the address of somebody who texts is written, and found again without opening it."""

from __future__ import annotations

import re

from bot.database.vault import Vault
from bot.intake.contact_index import contact_index
from bot.replies.channel import Channel
from bot.replies.intake_request import Contact, ContactKind

#: Channels whose address is a telephone number.
PHONE_CHANNELS = frozenset({Channel.SMS, Channel.WHATSAPP})

# E.164 with room for the short codes that some senders have.
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}|[0-9]{3,8}")

#: An id that a portal gives its user: no spaces, nothing that a terminal or a log obeys.
_PORTAL_ID = re.compile(r"[!-~]{1,80}")


def read_address(channel: Channel, text: str) -> str | None:
    """The address in its one spelling; None if it can be none."""
    text = text.strip()
    if channel in PHONE_CHANNELS:
        return text if _NUMBER.fullmatch(text) else None
    return text if _PORTAL_ID.fullmatch(text) else None


def address_index(vault: Vault, channel: Channel, address: str) -> str:
    """The keyed digest of an address: of one telephone number the same whatever the channel."""
    if channel in PHONE_CHANNELS:
        return contact_index(vault, Contact(kind=ContactKind.PHONE, value=address))
    return vault.index(channel.value, address)
