"""Several replies to one message of several questions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.content.texts import SeveralTexts
from bot.replies.buttons import ButtonMaker
from bot.replies.payloads import payload_of
from bot.replies.reply import Reply, Template
from bot.replies.understanding import Intent, Label

Replies = tuple[Reply, ...]


class SeveralReplies:
    """Puts replies together that were composed one by one."""

    def __init__(self, texts: SeveralTexts, buttons: ButtonMaker) -> None:
        self._texts = texts
        self._buttons = buttons

    def together(self, replies: Sequence[Reply], left: Sequence[Label]) -> Replies:
        """The replies in order. The last one has the buttons, and names what is `left` to answer.

        What another one of them has answered is not offered again.
        """
        *before, last = replies
        answered = {_payload(reply) for reply in before}
        own = tuple(button for button in last.buttons if button.payload not in answered)
        shown = [reply.copy(update={"buttons": ()}) for reply in before]
        if not left:
            return (*shown, last.copy(update={"buttons": own}))
        listed = "; ".join(self._buttons.question(label) for label in left)
        text = f"{last.text} {self._texts.left.format(questions=listed)}"
        return (*shown, last.copy(update={"text": text, "buttons": self._buttons.choices(left)}))

    def first(self, reply: Reply, left: Sequence[Label]) -> Reply:
        """`reply` alone, for who reads one short text: what is `left` is offered."""
        if not left:
            return reply
        template = reply.template or Template.of("")
        update = {
            "buttons": self._buttons.choices(left),
            "template": template.copy(update={"left_open": True}),
        }
        return reply.copy(update=update)


def _payload(reply: Reply) -> str | None:
    if not (reply.page and reply.topic):
        return None
    return payload_of(Label(Intent.FAQ, f"{reply.page}.{reply.topic}"))
