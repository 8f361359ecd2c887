"""From where people of staff have signed in lately, in memory only."""

from __future__ import annotations

from collections import OrderedDict

#: Names and places that are remembered; of more the oldest are forgotten.
_MOST = 1000

#: The digest of a name, and a group of addresses.
Who = tuple[str, str]


class KnownPlaces:
    """Who has signed in from where: there the tries of strangers do not count."""

    def __init__(self) -> None:
        self._known: OrderedDict[Who, None] = OrderedDict()

    def __contains__(self, who: Who) -> bool:
        return who in self._known

    def remember(self, who: Who) -> None:
        """Somebody has signed in from there."""
        self._known.pop(who, None)
        self._known[who] = None
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
