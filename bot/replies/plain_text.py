"""A reply as one block of plain text, as `rasa shell` shows it."""

from __future__ import annotations

from bot.replies.composer import ReplyComposer
from bot.replies.reply import Reply


def as_plain_text(reply: Reply, composer: ReplyComposer) -> str:
    """Text, source line and disclaimer, one below the other.

    Single line breaks only: Rasa's channels send what follows a blank line as a message of its own,
    and a disclaimer could then arrive apart from its answer.
    """
    lines = [reply.text]
    if reply.source and reply.page:
        lines.append(composer.source_line(reply.source, reply.page))
    if reply.disclaimer:
        lines.append(reply.disclaimer)
    return "\n".join(lines)
