"""Alerts for tests, and a disk that is full."""

from __future__ import annotations

import errno
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.intake.safety_alerts import AlertSource, SafetyAlert
from bot.safety.danger import About, Danger, DangerTopic, Tier

NOON = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone.utc)


def alert(number: int = 0, **changes: Any) -> SafetyAlert:
    """An alert; the higher its number, the later it was raised."""
    made = SafetyAlert(
        id=f"{number:032x}",
        occurred_at=NOON + timedelta(minutes=number),
        danger=Danger(
            topic=DangerTopic.SUICIDE,
            tier=Tier.EMERGENCY_DEPARTMENT,
            level=4,
            about=About.SOMEONE_ELSE,
            language="es",
        ),
        found_by=AlertSource.SCREEN,
        conversation_id=None,
        entry="suicide.plan",
    )
    return replace(made, **changes)


def no_space(*args: object, **kwargs: object) -> None:
    """Stands in for a call that writes."""
    raise OSError(errno.ENOSPC, "No space left on device")
