"""The desk's words for everything that comes from a closed set, from `wording.yml`."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from pydantic import validator

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml
from bot.database.audit_log import AuditAction
from bot.gateway.desk.troubles import FieldFault, Trouble
from bot.gateway.messaging.adapter import SendFailure
from bot.gateway.messaging.outbound_texts import Hold, OutboundKind
from bot.gateway.messaging.status_store import LateFailure
from bot.intake.delivery_failure import FailureReason
from bot.intake.outbox import NoticeEvent, SinkName
from bot.intake.records import EntryKind, Origin, RecordState, Urgency
from bot.intake.staff import Role
from bot.intake.staff_rules import StaffFault
from bot.intake.transitions import Move
from bot.replies.channel import Channel
from bot.replies.intake_request import ContactKind

WORDING_FILE = Path(__file__).parent / "wording.yml"


class Done(str, Enum):
    """What was done, as the page that is shown next says it. A move is told by its own name."""

    NOTED = "noted"
    TOOK_OVER = "took_over"
    HANDED_BACK = "handed_back"
    SENT = "sent"
    RETRIED = "retried"
    TEXT_RETRIED = "text_retried"
    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    PASSWORD_CHANGED = "password_changed"


class MoveWords(StrictRecord):
    """The button of a move, and what the page says once it is made."""

    button: str
    done: str


class TroubleWords(StrictRecord):
    """What happened, and what to do about it."""

    title: str
    advice: str


class Wording(StrictRecord):
    """All of `wording.yml`; every member of every closed set has its words."""

    states: dict[RecordState, str]
    urgencies: dict[Urgency, str]
    origins: dict[Origin, str]
    channels: dict[Channel, str]
    contacts: dict[ContactKind, str]
    entries: dict[EntryKind, str]
    roles: dict[Role, str]
    role_rights: dict[Role, str]
    moves: dict[Move, MoveWords]
    done: dict[Done, str]
    audit: dict[AuditAction, str]
    sinks: dict[SinkName, str]
    notices: dict[NoticeEvent, str]
    failures: dict[FailureReason, str]
    texts: dict[OutboundKind, str]
    text_failures: dict[SendFailure | Hold | LateFailure, str]
    troubles: dict[Trouble, TroubleWords]
    faults: dict[StaffFault | FieldFault, str]

    @validator("*")
    def _is_complete(cls, words: dict[Enum, Any], field: Any) -> dict[Enum, Any]:
        kinds = get_args(field.key_field.outer_type_) or (field.key_field.type_,)
        every: Collection[Enum] = [member for kind in kinds for member in kind]
        missing = ", ".join(str(each.value) for each in every if each not in words)
        if missing:
            raise ValueError(f"lacks {missing}")
        return words

    def of_done(self, name: str) -> str | None:
        """What a page says after what was done under this name; None for any other word."""
        if name in set(Done):
            return self.done[Done(name)]
        return self.moves[Move(name)].done if name in set(Move) else None


def load_wording(file: Path = WORDING_FILE) -> Wording:
    """Read the words.

    Raises:
        ContentError: the file is missing or breaks the schema; names line and field.
    """
    wording: Wording = read_yaml(file).parse(Wording)
    return wording
