"""The characters of text messages: signs and letters as GSM-7 (3GPP TS 23.038) has them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Behind an escape: two septets each.
_EXTENSION = "\f^{}\\[~]|€"

#: How many septets a character of GSM-7 takes (3GPP TS 23.038, 6.2.1).
SEPTETS = {**dict.fromkeys(_BASIC, 1), **dict.fromkeys(_EXTENSION, 2)}
_GSM7 = frozenset(SEPTETS)

#: What phones and editors put in place of plain signs. One of them would cost a text more than half
#: of its room: the whole of it is then sent as UCS-2.
_PLAIN_SIGNS = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "`": "'",
        "\u00b4": "'", "\u02bc": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-",
        "\u2212": "-",
        "\u2026": "...", "\u2022": "-",
        "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ",
        "\u200b": "", "\u2060": "", "\ufeff": "", "\u00ad": "",
    }
)  # fmt: skip


def is_gsm7(text: str) -> bool:
    """Whether every character of `text` is one of GSM-7, its extension table included."""
    return _GSM7.issuperset(text)


def with_plain_signs(text: str) -> str:
    """`text` with straight quotes, hyphens and spaces; letters stay as they are."""
    return text.translate(_PLAIN_SIGNS)


def with_plain_letters(text: str) -> str:
    """`text` with plain signs, and the bare letter wherever GSM-7 lacks the accented one.

    Spanish keeps its é, ñ, ü, ¿ and ¡; á, í, ó and ú become a, i, o and u, as is usual in texts.
    What has no bare letter in GSM-7 stays: a text in another script is then sent as UCS-2.
    """
    plain = with_plain_signs(unicodedata.normalize("NFC", text))
    return plain if is_gsm7(plain) else "".join(map(_plain_letter, plain))


@lru_cache(maxsize=4096)
def _plain_letter(character: str) -> str:
    if character in SEPTETS:
        return character
    bare = unicodedata.normalize("NFKD", character)
    bare = "".join(each for each in bare if not unicodedata.combining(each))
    return bare if bare and is_gsm7(bare) else character
