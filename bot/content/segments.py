"""How many segments a text message takes: of 160 septets of GSM-7, or of 70 units of UCS-2.

Where there are several, each carries a header and holds 153 or 67 (3GPP TS 23.040, 9.2.3.24.1).
No character is divided between two segments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from bot.content.gsm7 import SEPTETS, is_gsm7


class Encoding(str, Enum):
    """How a text is sent (3GPP TS 23.038): one character outside GSM-7 makes the whole UCS-2."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


#: What a text of one segment holds, and each segment of a longer one.
_ALONE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_EACH = {Encoding.GSM7: 153, Encoding.UCS2: 67}

_LAST_OF_ONE_UNIT = 0xFFFF


@dataclass(frozen=True)
class Measure:
    """What a text takes on its way."""

    encoding: Encoding
    segments: int


def measure(text: str) -> Measure:
    """The encoding of `text`, and its segments; never less than one."""
    if is_gsm7(text):
        sizes, encoding = [SEPTETS[character] for character in text], Encoding.GSM7
    else:
        sizes, encoding = [1 + (ord(each) > _LAST_OF_ONE_UNIT) for each in text], Encoding.UCS2
    total = sum(sizes)
    if total <= _ALONE[encoding]:
        return Measure(encoding, 1)
    if total == len(text):
        return Measure(encoding, -(-total // _EACH[encoding]))
    return Measure(encoding, _filled(sizes, _EACH[encoding]))


def _filled(sizes: Iterable[int], room: int) -> int:
    segments, used = 1, 0
    for size in sizes:
        if used + size > room:
            segments, used = segments + 1, 0
        used += size
    return segments
