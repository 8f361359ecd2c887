"""Keeps the alerts of refused messages together: nobody can raise one record for each of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.gateway.limits import RefusedAlertLimits
from bot.intake.safety_alerts import SafetyAlert


@dataclass
class _Window:
    first_id: str
    ends_at: datetime
    count: int = 1


class RefusedAlerts:
    """The senders whose refused messages raised alerts lately, in memory only.

    A sender is a group of client addresses. The first alert of a window is one like any other;
    those behind it belong to its record, and what is more than a record can tell is only counted.
    """

    def __init__(self, limits: RefusedAlertLimits) -> None:
        self._limits = limits
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    def placed(self, alert: SafetyAlert, sender: str) -> SafetyAlert | None:
        """The alert as it is to be kept; None if there were too many of this sender."""
        window = self._windows.get(sender)
        if window is None or window.ends_at <= alert.occurred_at:
            self._begin(alert, sender)
            return alert
        if window.first_id == alert.id:
            return alert
        window.count += 1
        if window.count > self._limits.most:
            return None
        return replace(alert, joins=window.first_id)

    def _begin(self, alert: SafetyAlert, sender: str) -> None:
        ends_at = alert.occurred_at + timedelta(minutes=self._limits.window_minutes)
        self._windows.pop(sender, None)
        self._windows[sender] = _Window(alert.id, ends_at)
        while len(self._windows) > self._limits.senders:
            self._windows.popitem(last=False)
