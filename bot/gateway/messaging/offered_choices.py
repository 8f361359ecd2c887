"""The choices that a text offered: kept with it, and read back when the next text comes."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.database.schema import outbound_texts
from bot.database.vault import Vault, VaultError
from bot.gateway.messaging.outbound_texts import LIST_BUTTON, QUICK_REPLIES, OutboundKind
from bot.replies.texting.choices import Choice
from bot.replies.texting.rendering import RenderedText

#: The part of a text's extras that the choices are kept in.
CHOICES = "choices"

#: What answers a patient, and so says what can be chosen now.
_ANSWERS = (OutboundKind.REPLY.value, OutboundKind.SAFETY.value)


def extras_of(rendered: RenderedText) -> dict[str, object]:
    """What is kept with a text: its choices, and the buttons that are sent with it."""
    kept = {
        CHOICES: [asdict(choice) for choice in rendered.choices],
        QUICK_REPLIES: [asdict(reply) for reply in rendered.quick_replies],
        LIST_BUTTON: rendered.list_button,
    }
    return {name: value for name, value in kept.items() if value}


def open_choices(connection: Connection, vault: Vault, thread_id: str) -> tuple[Choice, ...]:
    """What the latest answer in a thread that offered anything offers; nothing if no key opens it.

    Whether a choice is still open is the conversation's affair, as with buttons.
    """
    sealed = connection.execute(
        select(outbound_texts.c.sealed_extras)
        .where(
            outbound_texts.c.thread_id == thread_id,
            outbound_texts.c.kind.in_(_ANSWERS),
            outbound_texts.c.sealed_extras.is_not(None),
        )
        .order_by(outbound_texts.c.position.desc())
        .limit(1)
    ).scalar()
    if sealed is None:
        return ()
    try:
        kept = json.loads(vault.open(sealed))
    except VaultError:
        return ()
    return tuple([Choice(**choice) for choice in kept.get(CHOICES, ())])
