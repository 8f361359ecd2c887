"""The gateway's log: one JSON object a line, made of closed words and numbers only.

No line can hold a patient's text, a token, an address or an exception's message: events are an
enum, fields are numbers or enums, and an exception shows its type and place alone.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import datetime, timezone
from enum import Enum
from types import TracebackType
from typing import TextIO

_LOGGER = logging.getLogger("bot.gateway")
_FIELDS = "bot_fields"

Field = int | float | bool | Enum


class LogEvent(str, Enum):
    """Everything the gateway logs."""

    STARTED = "started"
    STOPPED = "stopped"
    DATABASE_READY = "database_ready"
    DATABASE_UNAVAILABLE = "database_unavailable"
    FALLBACK_GIVEN = "fallback_given"
    SAFETY_REPLY_GIVEN = "safety_reply_given"
    SAFETY_REPLY_NOT_STORED = "safety_reply_not_stored"
    ALERT_STORED = "alert_stored"
    ALERT_WAITS = "alert_waits"
    ALERT_LOST = "alert_lost"
    ALERT_DISK_FAILED = "alert_disk_failed"
    ALERT_FILES_BROKEN = "alert_files_broken"
    ALERTS_FAILED = "alerts_failed"
    SCREEN_FAILED = "screen_failed"
    SEALED_UNREADABLE = "sealed_unreadable"
    REQUEST_STORED = "request_stored"
    REQUEST_NOT_STORED = "request_not_stored"
    CONVERSATION_TAKEN_OVER = "conversation_taken_over"
    CONVERSATION_HANDED_BACK = "conversation_handed_back"
    RECORDS_EXPIRED = "records_expired"
    NOT_UNDERSTOOD = "not_understood"
    NOTICE_DELIVERED = "notice_delivered"
    NOTICE_FAILED = "notice_failed"
    NOTICE_DEAD = "notice_dead"
    NOTICE_NOT_SETTLED = "notice_not_settled"
    NOTICES_SKIPPED = "notices_skipped"
    NO_NOTICES = "no_notices"
    DELIVERY_FAILED = "delivery_failed"
    TEXT_SENT = "text_sent"
    TEXT_FOUND = "text_found"
    TEXT_WITHOUT_BUTTONS = "text_without_buttons"
    TEXT_FAILED = "text_failed"
    TEXT_HELD = "text_held"
    TEXT_DEAD = "text_dead"
    TEXT_SKIPPED = "text_skipped"
    TEXT_UNDELIVERED = "text_undelivered"
    TEXT_NOT_SETTLED = "text_not_settled"
    TEXTS_NOT_CONFIGURED = "texts_not_configured"
    TEXTING_FAILED = "texting_failed"
    TURNS_RESUMED = "turns_resumed"
    CONVERSATION_DELETED = "conversation_deleted"
    RASA_FORGOT = "rasa_forgot"
    RASA_FORGET_FAILED = "rasa_forget_failed"
    PURGED = "purged"
    PURGE_FAILED = "purge_failed"
    WEBHOOK_REFUSED = "webhook_refused"
    TEXT_NOT_STORED = "text_not_stored"
    TEXT_NOT_ANSWERED = "text_not_answered"
    REQUEST_FAILED = "request_failed"
    TURN_FAILED = "turn_failed"
    UPKEEP_FAILED = "upkeep_failed"


def log(event: LogEvent, level: int = logging.INFO, **fields: Field) -> None:
    """Write one event."""
    _LOGGER.log(level, event.value, extra={_FIELDS: fields})


def log_failure(event: LogEvent, error: BaseException) -> None:
    """Write that `error` happened: its type and place, never its message."""
    _LOGGER.error(event.value, exc_info=error)


def configure_logging(stream: TextIO = sys.stdout) -> None:
    """Send every log line of this process to `stream` as JSON. Libraries log from warning on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    _LOGGER.setLevel(logging.INFO)


class JsonFormatter(logging.Formatter):
    """Our own events with their fields; of a library's record, only where it came from."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "level": record.levelname.lower(),
        }
        if record.name == _LOGGER.name:
            line["event"] = record.msg
            line |= {name: _plain(value) for name, value in getattr(record, _FIELDS, {}).items()}
        else:
            # A library's message can quote what a patient wrote: it is left out.
            line |= {"event": "library", "logger": record.name}
            line["place"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[1]:
            line["errors"] = _types(record.exc_info[1])
            line["trace"] = _places(record.exc_info[2])
        return json.dumps(line)


def _plain(value: Field) -> object:
    return value.value if isinstance(value, Enum) else value


def _types(error: BaseException) -> list[str]:
    names: list[str] = []
    found: BaseException | None = error
    while found is not None and len(names) < 5:
        names.append(type(found).__qualname__)
        found = found.__cause__ or found.__context__
    return names


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-8:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
