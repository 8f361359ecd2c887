"""The fixed safety replies, which danger each answers, and whether a clinician has signed each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import root_validator

from bot.configuration.clinic import Clinic
from bot.content.page import SignOff
from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml
from bot.safety.danger import (
    ENGLISH,
    SUICIDE_LEVELS,
    About,
    Danger,
    DangerTopic,
    SafetyKind,
    Tier,
)

REPLIES_FILE = Path(__file__).parent / "replies.yml"

#: What is assumed of thoughts of suicide whose C-SSRS level is not known.
_UNKNOWN_LEVEL = 2


class SafetyText(StrictRecord):
    """One fixed text in one language, and its sign-off state."""

    text: str
    sign_off: SignOff
    language: str = ENGLISH

    def filled_in(self, clinic: Clinic) -> SafetyText:
        """The same text with the clinic's name, telephone and hours in it."""
        hours = clinic.opening_hours_in(self.language)
        text = self.text.format(clinic=clinic.name, phone=clinic.phone, hours=hours)
        return self.copy(update={"text": text})


class DangerReply(StrictRecord):
    """What answers one kind of danger: wordings of the same content, said in turn.

    Without `tiers` or `levels` (C-SSRS) it answers all of them.
    """

    id: str
    topic: DangerTopic
    about: About
    tiers: tuple[Tier, ...] = tuple(Tier)
    levels: tuple[int, ...] = ()
    wordings: tuple[SafetyText, ...]

    @root_validator(skip_on_failure=True)
    def _is_in_english(cls, values: dict[str, tuple[SafetyText, ...]]) -> dict[str, object]:
        if all(wording.language != ENGLISH for wording in values["wordings"]):
            raise ValueError("has no wording in English")
        return dict(values)

    def answers(self, danger: Danger) -> bool:
        """Whether this is the reply to `danger`."""
        level = danger.level or _UNKNOWN_LEVEL
        return (
            (self.topic, self.about) == (danger.topic, danger.about)
            and danger.tier in self.tiers
            and (not self.levels or level in self.levels)
        )

    def wordings_in(self, language: str) -> tuple[SafetyText, ...]:
        """The wordings in `language`; those in English if there are none."""
        found = tuple(wording for wording in self.wordings if wording.language == language)
        return found or self.wordings_in(ENGLISH)


class KindTexts(StrictRecord):
    """Texts for each kind of danger, one for each language."""

    emergency: tuple[SafetyText, ...]
    crisis: tuple[SafetyText, ...]

    def find(self, kind: SafetyKind, language: str) -> SafetyText | None:
        """The text for this kind and language, if there is one."""
        texts = self.crisis if kind is SafetyKind.CRISIS else self.emergency
        return next((text for text in texts if text.language == language), None)


class SafetyReplies(StrictRecord):
    """All fixed safety texts.

    `dangers` answer a danger. `before_english` stands before the English reply in languages that
    have no reply of their own. `door_open` is the line that the next ordinary reply carries.
    `unavailable` says that nothing can be answered right now.
    """

    dangers: tuple[DangerReply, ...]
    before_english: KindTexts
    door_open: KindTexts
    unavailable: SafetyText

    @root_validator(skip_on_failure=True)
    def _answer_every_danger(cls, values: dict[str, object]) -> dict[str, object]:
        replies = values["dangers"]
        assert isinstance(replies, tuple)
        check_that_all_are_answered(replies)
        return values

    def filled_in(self, clinic: Clinic) -> SafetyReplies:
        """The same replies with the clinic's name, telephone and hours in them."""

        def fill(texts: tuple[SafetyText, ...]) -> tuple[SafetyText, ...]:
            return tuple(text.filled_in(clinic) for text in texts)

        def fill_kinds(kinds: KindTexts) -> KindTexts:
            return KindTexts(emergency=fill(kinds.emergency), crisis=fill(kinds.crisis))

        return SafetyReplies(
            dangers=tuple(
                reply.copy(update={"wordings": fill(reply.wordings)}) for reply in self.dangers
            ),
            before_english=fill_kinds(self.before_english),
            door_open=fill_kinds(self.door_open),
            unavailable=self.unavailable.filled_in(clinic),
        )

    def text_for(self, danger: Danger, times_before: int = 0) -> str:
        """The reply to `danger`, in its language.

        Args:
            times_before: how many safety replies the conversation has had: wordings take turns.
        """
        reply = next(reply for reply in self.dangers if reply.answers(danger))
        wordings = reply.wordings_in(danger.language)
        text = wordings[times_before % len(wordings)].text
        first = self.before_english.find(danger.kind, danger.language)
        return f"{first.text}\n{text}" if first else text

    def door_open_line(self, kind: SafetyKind, language: str) -> str:
        """The line that keeps the door open after a danger."""
        line = self.door_open.find(kind, language) or self.door_open.find(kind, ENGLISH)
        assert line is not None
        return line.text

    def texts(self) -> Iterator[tuple[str, SafetyText]]:
        """Every text under a name of its own, such as `suicide_thoughts.en.1`."""
        for reply in self.dangers:
            yield from named(reply.id, reply.wordings)
        for group in ("before_english", "door_open"):
            for kind in SafetyKind:
                texts = getattr(getattr(self, group), kind.value)
                yield from named(f"{group}.{kind.value}", texts)
        yield "unavailable", self.unavailable

    def unsigned(self) -> list[str]:
        """Names of the texts that no clinician has signed yet."""
        return [name for name, text in self.texts() if text.sign_off is not SignOff.SIGNED]


def possible_dangers() -> Iterator[Danger]:
    """Every danger that can be told apart, in English."""
    for topic in DangerTopic:
        levels = (None, *SUICIDE_LEVELS) if topic is DangerTopic.SUICIDE else (None,)
        for about in About:
            for tier in Tier:
                for level in levels:
                    yield Danger(topic=topic, tier=tier, level=level, about=about)


def check_that_all_are_answered(replies: Iterable[DangerReply]) -> None:
    """Every danger has exactly one reply.

    Raises:
        ValueError: one has none, or several.
    """
    known = tuple(replies)
    for danger in possible_dangers():
        answering = [reply.id for reply in known if reply.answers(danger)]
        if len(answering) != 1:
            raise ValueError(f"{danger!r} is answered by {answering or 'nothing'}")


def named(name: str, texts: Iterable[SafetyText]) -> Iterator[tuple[str, SafetyText]]:
    """Each text under `name`, its language and a number."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text.language] = counts.get(text.language, 0) + 1
        yield f"{name}.{text.language}.{counts[text.language]}", text


def load_safety_replies(file: Path = REPLIES_FILE) -> SafetyReplies:
    """Read the fixed replies, placeholders and all.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    replies: SafetyReplies = read_yaml(file).parse(SafetyReplies)
    return replies
