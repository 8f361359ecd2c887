"""The safety replies as one text message each, and whether a clinician has signed each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import root_validator

from bot.configuration.clinic import Clinic
from bot.content.page import SignOff
from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml
from bot.safety.danger import ENGLISH, Danger, SafetyKind
from bot.safety.replies import (
    DangerReply,
    KindTexts,
    SafetyReplies,
    SafetyText,
    check_that_all_are_answered,
    named,
)

SHORT_REPLIES_FILE = Path(__file__).parent / "short_replies.yml"


class ShortDangerReply(DangerReply):
    """What answers one kind of danger in a text message.

    `essence` stands behind the line in a language that has no reply of its own: what that line does
    not say and nobody may miss, such as to leave the building first.
    """

    essence: str | None = None


class ShortSafetyReplies(StrictRecord):
    """All safety texts that text messages say in fewer words than `SafetyReplies`."""

    dangers: tuple[ShortDangerReply, ...]
    door_open: KindTexts

    @root_validator(skip_on_failure=True)
    def _answer_every_danger(cls, values: dict[str, object]) -> dict[str, object]:
        replies = values["dangers"]
        assert isinstance(replies, tuple)
        check_that_all_are_answered(replies)
        return values

    def text_for(self, danger: Danger, clinic: Clinic, replies: SafetyReplies) -> str:
        """The reply to `danger`, in its language where there is one or a line in it.

        Args:
            replies: where the lines in languages without replies of their own are.
        """
        reply = next(reply for reply in self.dangers if reply.answers(danger))
        line = replies.before_english.find(danger.kind, danger.language)
        if line:
            return f"{line.text}\n{reply.essence}" if reply.essence else line.text
        return reply.wordings_in(danger.language)[0].filled_in(clinic).text

    def door_open_line(self, kind: SafetyKind, language: str) -> str:
        """The line that keeps the door open after a danger."""
        line = self.door_open.find(kind, language) or self.door_open.find(kind, ENGLISH)
        assert line is not None
        return line.text

    def texts(self) -> Iterator[tuple[str, SafetyText]]:
        """Every text under a name of its own, such as `text_message.suicide_thoughts.en.1`."""
        for reply in self.dangers:
            yield from named(f"text_message.{reply.id}", reply.wordings)
        for kind in SafetyKind:
            texts = getattr(self.door_open, kind.value)
            yield from named(f"text_message.door_open.{kind.value}", texts)

    def unsigned(self) -> list[str]:
        """Names of the texts that no clinician has signed yet."""
        return [name for name, text in self.texts() if text.sign_off is not SignOff.SIGNED]


def load_short_replies(file: Path = SHORT_REPLIES_FILE) -> ShortSafetyReplies:
    """Read the short replies, placeholders and all.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    replies: ShortSafetyReplies = read_yaml(file).parse(ShortSafetyReplies)
    return replies
