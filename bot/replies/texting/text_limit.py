"""How a text is spelled on its channel, and how long it may be there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.content.gsm7 import with_plain_letters, with_plain_signs
from bot.content.segments import Encoding, measure
from bot.content.text_rules import TextRules
from bot.replies.channel import Channel


@dataclass(frozen=True)
class TextLimit:
    """The spelling of a text, and whether it keeps within the limit."""

    spelled: Callable[[str], str]
    fits: Callable[[str], bool]


def text_limit(rules: TextRules, channel: Channel, language: str, more: int = 0) -> TextLimit:
    """The limit of one text message.

    Args:
        language: of the text (ISO 639-1). Only a script that GSM-7 lacks may cost UCS-2.
        more: segments beyond those of a reply.
    """
    if channel is Channel.SMS:
        return _of_sms(rules, language, more)
    whatsapp = channel is Channel.WHATSAPP
    most = (rules.whatsapp if whatsapp else rules.portal).body_characters
    return TextLimit(spelled=str, fits=lambda text: len(text) <= most)


def _of_sms(rules: TextRules, language: str, more: int) -> TextLimit:
    plain = language in rules.plain_letters
    spelled = with_plain_letters if plain else with_plain_signs

    def fits(text: str) -> bool:
        took = measure(spelled(text))
        if took.encoding is Encoding.GSM7:
            return took.segments <= rules.segments.reply + more
        return not plain and took.segments <= rules.segments.other_script + more

    return TextLimit(spelled, fits)
