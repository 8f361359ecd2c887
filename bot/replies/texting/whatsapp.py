"""Reply buttons and lists of WhatsApp, within its limits."""

from __future__ import annotations

from collections.abc import Sequence

from bot.content.text_rules import WhatsAppLimits
from bot.replies.texting.choices import Choice
from bot.replies.texting.quick_reply import QuickReply


def quick_replies(choices: Sequence[Choice], limits: WhatsAppLimits) -> tuple[QuickReply, ...]:
    """A button for each choice, or a row of a list where there are many or long ones.

    A label too long for a row's title stands below its number. What has no room at all is left out:
    the text names every choice too.
    """
    if len(choices) <= limits.buttons and _all_within(choices, limits.button_characters):
        return tuple(QuickReply(choice.button_id, choice.label) for choice in choices)
    rows = [_row(choice, limits) for choice in choices[: limits.rows]]
    return tuple(row for row in rows if row)


def _row(choice: Choice, limits: WhatsAppLimits) -> QuickReply | None:
    if len(choice.label) <= limits.row_characters:
        return QuickReply(choice.button_id, choice.label)
    title = str(choice.number) if choice.number else choice.word or ""
    fits = title and len(choice.label) <= limits.description_characters
    return QuickReply(choice.button_id, title, choice.label) if fits else None


def _all_within(choices: Sequence[Choice], most: int) -> bool:
    return all(len(choice.label) <= most for choice in choices)
