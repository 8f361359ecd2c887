"""Why a notice was not delivered, in closed words: nothing that a sink answered is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class FailureReason(str, Enum):
    """What went wrong in an attempt."""

    #: The address that the sink's name stands for is none that we connect to.
    ADDRESS_REFUSED = "address_refused"
    #: The sink itself failed: an error of ours.
    BROKEN = "broken"
    CONNECTION = "connection"
    HTTP_STATUS = "http_status"
    NOT_RESOLVED = "not_resolved"
    SIGN_IN = "sign_in"
    SMTP_STATUS = "smtp_status"
    TIME_OUT = "time_out"
    TLS = "tls"


@dataclass(frozen=True)
class Failure:
    """Why an attempt did not deliver, and the status of HTTP or SMTP that the sink gave."""

    reason: FailureReason
    code: int | None = None

    def __str__(self) -> str:
        return self.reason.value if self.code is None else f"{self.reason.value} {self.code}"


class DeliveryError(Exception):
    """A sink did not take a notice, or did not say that it did.

    Args:
        permanent: trying again later will not help.
        retry_after: how many seconds the sink asks us to wait.
    """

    def __init__(
        self, failure: Failure, *, permanent: bool = False, retry_after: float | None = None
    ) -> None:
        self.failure = failure
        self.permanent = permanent
        self.retry_after = retry_after
        super().__init__(str(failure))
