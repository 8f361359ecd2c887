"""By which way a conversation came, and the number it came from if it came by text."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from bot.database.schema import conversations, text_threads
from bot.database.vault import Vault, VaultError
from bot.intake.contact_index import contact_in
from bot.replies.channel import Channel
from bot.replies.intake_request import Contact, ContactKind

#: How many digits of a number are shown to who texts from it.
_SHOWN_DIGITS = 4


@dataclass(frozen=True)
class ConversationSource:
    """Where a conversation came from. `phone` can be called; a number is nobody's name."""

    channel: Channel
    phone: Contact | None = field(default=None, repr=False)

    @property
    def phone_ending(self) -> str | None:
        """How the number ends."""
        return self.phone.value[-_SHOWN_DIGITS:] if self.phone else None


#: Of what came before there were texts, or has no conversation any more.
_WEBSITE = ConversationSource(Channel.WEB)

# Made once, because every message needs it.
_FIND = (
    select(conversations.c.channel, text_threads.c.sealed_address)
    .outerjoin(text_threads, text_threads.c.id == conversations.c.thread_id)
    .where(conversations.c.id == bindparam("conversation"))
)


def source_of(
    connection: Connection, vault: Vault, conversation_id: str | None
) -> ConversationSource:
    """The source of a conversation. A number that no key opens counts as not known."""
    row = connection.execute(_FIND, {"conversation": conversation_id}).first()
    if row is None:
        return _WEBSITE
    channel = Channel(row.channel)
    if channel not in (Channel.SMS, Channel.WHATSAPP) or row.sealed_address is None:
        return ConversationSource(channel)
    try:
        return ConversationSource(channel, _phone(vault.open(row.sealed_address)))
    except VaultError:
        return ConversationSource(channel)


def _phone(address: str) -> Contact | None:
    """The number as a contact; a short code cannot be called."""
    found = contact_in(address) if address.startswith("+") else None
    return found if found and found.kind is ContactKind.PHONE else None
