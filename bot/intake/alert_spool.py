"""Where alerts wait that the database could not take: in memory at once, in files soon after."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from bot.intake.alert_files import AlertFileError, read_alert, write_alert
from bot.intake.safety_alerts import SafetyAlert

_WHOLE, _UNFINISHED, _BROKEN = ".json", ".json.tmp", ".broken"


class SpoolFullError(Exception):
    """As many alerts wait as may wait."""


class AlertSpool:
    """Alerts that wait for the database. Safe to use from several threads.

    `hold`, `waiting` and `len` never touch the disk; the others do and belong in a thread.

    Args:
        folder: made when it is first needed, for its owner only.
        most: so many may wait.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._alerts: dict[str, SafetyAlert] = {}
        self._unwritten: set[str] = set()
        #: Files that are done with and could not be removed or renamed.
        self._passed_over: set[str] = set()
        self._memory = threading.Lock()
        self._disk = threading.Lock()

    def __len__(self) -> int:
        return len(self._alerts)

    def hold(self, alert: SafetyAlert) -> bool:
        """Take an alert in. Returns whether it is new; a known one may gain its conversation.

        Raises:
            SpoolFullError: too many wait already.
        """
        with self._memory:
            known = self._alerts.get(alert.id)
            if known is None and len(self._alerts) >= self._most:
                raise SpoolFullError
            if known is None or (alert.conversation_id and not known.conversation_id):
                self._alerts[alert.id] = alert
                self._unwritten.add(alert.id)
            return known is None

    def waiting(
        self, count: int, *, besides: Collection[str] = frozenset()
    ) -> tuple[SafetyAlert, ...]:
        """The alerts that have waited longest, without those of these ids."""
        with self._memory:
            alerts = [alert for alert in self._alerts.values() if alert.id not in besides]
        alerts.sort(key=lambda alert: (alert.occurred_at, alert.id))
        return tuple(alerts[:count])

    def write(self) -> None:
        """Write to disk what is in memory only.

        Raises:
            OSError: the disk cannot take it; what was not written stays in memory.
        """
        with self._disk:
            with self._memory:
                alerts = [self._alerts[unwritten] for unwritten in sorted(self._unwritten)]
            if alerts:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for alert in alerts:
                write_alert(alert, self._file(alert.id))
                self._written(alert)

    def load(self) -> int:
        """Read what an earlier run left. Returns how many broken files were set aside.

        A file that cannot be read now is tried again at the next call.
        """
        broken = 0
        with self._disk:
            for file in self._folder.glob(f".*{_UNFINISHED}"):
                with suppress(OSError):
                    file.unlink()
            for file in sorted(self._folder.glob(f"*{_WHOLE}")):
                if file.stem in self._passed_over or file.stem in self._alerts:
                    continue
                try:
                    self._adopt(read_alert(file))
                except AlertFileError:
                    broken += 1
                    self._set_aside(file)
                except OSError:
                    continue
        return broken

    def remove(self, alerts: Iterable[SafetyAlert]) -> None:
        """These are in the database now. A file that cannot be removed is not read again."""
        with self._disk:
            for alert in alerts:
                with self._memory:
                    if self._alerts.get(alert.id, alert) != alert:
                        continue  # It gained its conversation meanwhile, which has to be stored.
                    self._alerts.pop(alert.id, None)
                    self._unwritten.discard(alert.id)
                try:
                    self._file(alert.id).unlink(missing_ok=True)
                except OSError:
                    self._passed_over.add(alert.id)

    def _written(self, alert: SafetyAlert) -> None:
        with self._memory:
            # It may have gained its conversation meanwhile.
            if self._alerts.get(alert.id) == alert:
                self._unwritten.discard(alert.id)

    def _adopt(self, alert: SafetyAlert) -> None:
        with self._memory:
            self._alerts.setdefault(alert.id, alert)

    def _set_aside(self, file: Path) -> None:
        try:
            file.rename(file.with_name(file.name + _BROKEN))
        except OSError:
            self._passed_over.add(file.stem)

    def _file(self, alert_id: str) -> Path:
        return self._folder / f"{alert_id}{_WHOLE}"
