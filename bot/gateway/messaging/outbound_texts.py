"""A text to a patient: written with what it answers or passes on, and sent afterwards."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.database.schema import outbound_texts
from bot.database.vault import Vault
from bot.gateway.messaging.adapter import GatewayName, OutboundMessage
from bot.replies.channel import Channel
from bot.replies.texting.quick_reply import QuickReply

#: The parts of a text's extras that WhatsApp shows as buttons or as a list: each has `id` and
#: `title`, a row of a list `description` too; and what opens the list.
QUICK_REPLIES = "quick_replies"
LIST_BUTTON = "list_button"

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class OutboundKind(str, Enum):
    """Why a text is sent.

    `REPLY` answers a patient's message; `SAFETY` does so too and tells of a danger: it waits for
    nothing and no budget counts. `CONFIRMATION` is the one last word to who wants no more texts.
    `STAFF` is what a person of the clinic wrote and `NOTICE` what the assistant says unasked: these
    two respect the night.
    """

    REPLY = "reply"
    SAFETY = "safety"
    CONFIRMATION = "confirmation"
    STAFF = "staff"
    NOTICE = "notice"

    @property
    def unasked(self) -> bool:
        """Whether the clinic begins, and not the patient."""
        return self in (OutboundKind.STAFF, OutboundKind.NOTICE)


class OutboundState(str, Enum):
    """How far a text has come.

    `SENT`: the provider took it. A `DEAD` one was given up; an `UNDELIVERED` one the provider could
    not deliver. Both are tried again only when a person says so. `SKIPPED`: nobody wants it.
    """

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    DEAD = "dead"
    SKIPPED = "skipped"


class Hold(str, Enum):
    """Why a text waits, is given up or is skipped without a failure of the provider."""

    QUIET_HOURS = "quiet_hours"
    NUMBER_BUDGET = "number_budget"
    GLOBAL_BUDGET = "global_budget"
    OPTED_OUT = "opted_out"
    NOT_CONFIGURED = "not_configured"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class OutboundText:
    """One claimed text.

    `attempts` counts those that ended; one that a crash cut short does not count. `leased_until`
    tells one claim from the next. `in_doubt`: an earlier attempt may have got through, so the
    provider is asked first. `known_ids` are the provider's ids of this thread's other texts.
    """

    id: str
    thread_id: str
    kind: OutboundKind
    gateway: GatewayName
    channel: Channel
    address_index: str
    own_address: str
    created_at: datetime
    attempts: int
    segments: int
    leased_until: datetime
    in_doubt: bool
    opted_out: bool
    last_inbound_at: datetime
    known_ids: frozenset[str] = frozenset()
    sealed_address: str = field(repr=False, default="")
    sealed_text: str = field(repr=False, default="")
    sealed_extras: str | None = field(repr=False, default=None)

    def opened(self, vault: Vault) -> OutboundMessage:
        """What the provider gets.

        Raises:
            VaultError: no key opens it.
        """
        extras = json.loads(vault.open(self.sealed_extras)) if self.sealed_extras else {}
        return OutboundMessage(
            id=self.id,
            gateway=self.gateway,
            channel=self.channel,
            to=vault.open(self.sealed_address),
            sender=self.own_address,
            text=vault.open(self.sealed_text),
            quick_replies=tuple([QuickReply(**one) for one in extras.get(QUICK_REPLIES, ())]),
            list_button=extras.get(LIST_BUTTON, ""),
        )


def enqueue(
    connection: Connection,
    vault: Vault,
    *,
    thread_id: str,
    cause_id: str,
    kind: OutboundKind,
    text: str,
    segments: int,
    now: datetime,
    extras: Mapping[str, object] | None = None,
) -> bool:
    """Send a text once the caller's transaction is committed. Returns whether it is new.

    Args:
        cause_id: what is answered or passed on; the same cause sends one text.
        segments: what the text costs.
        extras: what is kept with the text as JSON; `QUICK_REPLIES` are sent with it.
    """
    last = connection.execute(
        select(func.max(outbound_texts.c.position)).where(outbound_texts.c.thread_id == thread_id)
    ).scalar()
    row = {
        "id": uuid.uuid4().hex,
        "thread_id": thread_id,
        "position": int(last or 0) + 1,
        "cause_id": cause_id,
        "kind": kind.value,
        "sealed_text": vault.seal(text),
        "sealed_extras": vault.seal(json.dumps(dict(extras))) if extras else None,
        "segments": segments,
        "state": OutboundState.WAITING.value,
        "attempts": 0,
        "next_attempt_at": now,
        "created_at": now,
    }
    insert = _INSERT[connection.dialect.name](outbound_texts).values(row)
    once = insert.on_conflict_do_nothing(index_elements=["cause_id"])
    return bool(connection.execute(once).rowcount)
