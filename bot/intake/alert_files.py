"""A waiting alert as a file: one small JSON object, readable by its owner only, whole or absent."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from pydantic import BaseModel, Extra, Field, validator

from bot.intake.safety_alerts import AlertSource, SafetyAlert
from bot.safety.danger import Danger

#: Ours have some 300 bytes.
_LARGEST_BYTES = 4096


class AlertFileError(ValueError):
    """The file does not hold an alert. Never says what it holds."""


class _Stored(BaseModel):
    id: str = Field(regex=r"^[0-9a-f]{32}$")
    occurred_at: datetime
    danger: Danger
    found_by: AlertSource
    conversation_id: str | None = Field(regex=r"^[0-9a-f]{32}$")
    entry: str | None = Field(regex=r"^[\x20-\x7e]{1,200}$")
    joins: str | None = Field(regex=r"^[0-9a-f]{32}$")

    class Config:
        extra = Extra.forbid

    @validator("occurred_at")
    def _has_a_zone(cls, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("has no time zone")
        return moment.astimezone(timezone.utc)


def write_alert(alert: SafetyAlert, file: Path) -> None:
    """Write the alert; when this returns it survives a power cut. A crash leaves no half of it.

    Raises:
        OSError: the disk cannot take it.
    """
    content = _Stored(**vars(alert)).json().encode()
    unfinished = file.with_name(f".{file.name}.tmp")
    try:
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as (
            opened
        ):
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        unfinished.replace(file)
        _flush_folder(file.parent)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def read_alert(file: Path) -> SafetyAlert:
    """The alert that was written to this file.

    Raises:
        AlertFileError: it holds something else.
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        content = opened.read(_LARGEST_BYTES + 1)
    try:
        stored = _Stored.parse_obj(json.loads(content))
    except (ValueError, RecursionError):
        raise AlertFileError from None
    if len(content) > _LARGEST_BYTES or stored.id != file.stem:
        raise AlertFileError
    return SafetyAlert(**dict(stored))


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
