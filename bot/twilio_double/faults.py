"""What the double does wrong on purpose, one call after the other."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum


class Call(str, Enum):
    """Which call of the API goes wrong."""

    SEND = "send"
    LOOKUP = "lookup"
    CONTENT = "content"
    CONTENT_LOOKUP = "content_lookup"


class Moment(str, Enum):
    """Whether it goes wrong before the message is accepted, or after."""

    BEFORE = "before"
    AFTER = "after"


class FaultKind(str, Enum):
    """What goes wrong. `TIME_OUT`: no answer; `CUT`: the connection ends within the answer."""

    RATE_LIMITED = "429"
    SERVER = "500"
    UNAVAILABLE = "503"
    UNAUTHORIZED = "401"
    TIME_OUT = "time_out"
    CUT = "cut"
    NOT_JSON = "not_json"
    OPTED_OUT = "21610"
    TOO_LONG = "21617"
    NO_NUMBER = "21211"
    CONTENT_SID = "21655"
    CONTENT_VARIABLES = "21656"
    BAD_CONTENT = "20422"

    @property
    def status(self) -> int:
        """The HTTP status that is answered."""
        return _STATUS.get(self, 400)

    @property
    def code(self) -> int:
        """Twilio's error code."""
        return _CODES.get(self) or int(self.value)


_STATUS = {
    FaultKind.RATE_LIMITED: 429,
    FaultKind.SERVER: 500,
    FaultKind.UNAVAILABLE: 503,
    FaultKind.UNAUTHORIZED: 401,
    FaultKind.NOT_JSON: 201,
}

# twilio.com/docs/api/errors
_CODES = {
    FaultKind.RATE_LIMITED: 20429,
    FaultKind.SERVER: 20500,
    FaultKind.UNAVAILABLE: 20503,
    FaultKind.UNAUTHORIZED: 20003,
}


@dataclass(frozen=True)
class Fault:
    """One call that goes wrong. `retry_after` is what a 429 or 503 asks for, in seconds."""

    kind: FaultKind
    when: Moment = Moment.BEFORE
    call: Call = Call.SEND
    retry_after: int | None = None


class Faults:
    """Those that are still to come, in order, for each call."""

    def __init__(self) -> None:
        self._coming: dict[Call, deque[Fault]] = {call: deque() for call in Call}

    def add(self, fault: Fault, times: int = 1) -> None:
        """The next calls go wrong so."""
        self._coming[fault.call].extend([fault] * times)

    def next(self, call: Call) -> Fault | None:
        """What goes wrong with this call."""
        coming = self._coming[call]
        return coming.popleft() if coming else None

    def forget(self) -> None:
        """Nothing more goes wrong."""
        for coming in self._coming.values():
            coming.clear()
