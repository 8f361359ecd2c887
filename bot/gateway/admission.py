"""Whether what a patient sent may be taken: not too much at once, not too long."""

from __future__ import annotations

from starlette.requests import Request

from bot.gateway.client_address import ClientAddresses
from bot.gateway.errors import RefusalError
from bot.gateway.rates import Rate, Rates
from bot.gateway.request_reader import check_length


class Admission:
    """Looks at what was said before anything else is done with it.

    It gives the refusal instead of raising it: a danger is answered all the same.
    """

    def __init__(self, rates: Rates, addresses: ClientAddresses) -> None:
        self._rates = rates
        self._addresses = addresses

    def sender_of(self, request: Request) -> str:
        """The group of client addresses that a request came from."""
        return self._addresses.group_of(request)

    def refusal(
        self, request: Request, session_digest: str, text: str | None, longest: int
    ) -> RefusalError | None:
        """Why this is not taken, if a limit says so.

        Args:
            text: what was written, normalised; None if nothing was.
            longest: how many characters it may have.
        """
        try:
            self._rates.count(Rate.MESSAGES_PER_ADDRESS, self._addresses.group_of(request))
            self._rates.count(Rate.MESSAGES_PER_SESSION, session_digest)
            if text is not None:
                check_length(text, longest)
        except RefusalError as refusal:
            return refusal
        return None
