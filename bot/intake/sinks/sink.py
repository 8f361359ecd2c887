"""What delivers notices: one interface for every way."""

from __future__ import annotations

import ssl
from typing import Protocol

from bot.intake.outbox import Notice, SinkName


class Sink(Protocol):
    """One way to tell the clinic: reference, urgency, event and desk link, and nothing else."""

    @property
    def name(self) -> SinkName:
        """Which way it is."""

    async def send(self, notice: Notice) -> None:
        """Try once. When this returns the other side has taken the notice.

        Sent again, a notice carries the same key: its id. How long it takes altogether is the
        caller's to limit, by cancelling.

        Raises:
            DeliveryError: it was not taken, or nobody said so.
        """


def desk_link(public_url: str, reference: str) -> str:
    """The address of a record at the desk."""
    return f"{public_url}/desk/records/{reference}"


def is_about_tls(error: BaseException) -> bool:
    """Whether a connection failed because of a certificate or of TLS itself."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
