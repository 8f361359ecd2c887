"""Reply buttons and lists of WhatsApp, within its limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.content.text_rules import WhatsAppLimits
from bot.replies.texting.choices import Choice
from bot.replies.texting.quick_reply import QuickReply


def quick_replies(choices: Sequence[Choice], limits: WhatsAppLimits) -> tuple[QuickReply, ...]:
    """A button for each choice, or a row of a list where there are many or long ones.

    Below a row's title stands what can be written in its place, or the label where that is too long
    for a title. No two titles are the same. What has no room at all is left out: the text names
    every choice too.
    """
    labels = [choice.label for choice in choices]
    short = all(0 < len(label) <= limits.button_characters for label in labels)
    if short and len(set(labels)) == len(labels) <= limits.buttons:
        return tuple(QuickReply(choice.button_id, choice.label) for choice in choices)
    rows: dict[str, QuickReply] = {}
    for choice in choices:
        row = _row(choice, limits, taken=rows.keys())
        if row and len(rows) < limits.rows:
            rows[row.title] = row
    return tuple(rows.values())


def _row(choice: Choice, limits: WhatsAppLimits, taken: Collection[str]) -> QuickReply | None:
    written = str(choice.number) if choice.number else choice.word or ""
    for title, description in ((choice.label, written or choice.label), (written, choice.label)):
        if (
            0 < len(title) <= limits.row_characters
            and 0 < len(description) <= limits.description_characters
            and title not in taken
        ):
            return QuickReply(choice.button_id, title, description)
    return None
