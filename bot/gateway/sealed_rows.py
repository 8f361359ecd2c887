"""Opens what rows of turns and messages hold. What no key opens is left out, never fatal."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from sqlalchemy.engine import Row

from bot.database.vault import Vault, VaultError
from bot.gateway.log_events import LogEvent, log
from bot.replies.reply import Reply


def opened(vault: Vault, sealed: Iterable[str]) -> list[str | None]:
    """Each value as it was before it was sealed; None, and logged, where no key opens it."""
    found: list[str | None] = []
    for value in sealed:
        try:
            found.append(vault.open(value))
        except VaultError:
            found.append(None)
    if None in found:
        log(LogEvent.SEALED_UNREADABLE, logging.ERROR, count=found.count(None))
    return found


def opened_texts(vault: Vault, rows: Sequence[Row]) -> list[str | None]:
    """The text of each row of `turns`; None where nobody said anything, or no key opens it."""
    texts = iter(opened(vault, [row.text for row in rows if row.text is not None]))
    return [None if row.text is None else next(texts) for row in rows]


def opened_replies(vault: Vault, rows: Sequence[Row]) -> list[Reply | None]:
    """The reply in each row; None where no key opens it."""
    found = opened(vault, [row.reply for row in rows])
    return [None if reply is None else Reply.parse_raw(reply) for reply in found]
