"""The words for a danger: its kind and topic, how fast help is needed, and who is in it."""

from __future__ import annotations

from enum import Enum

from pydantic import Field

from bot.content.strict_record import StrictRecord

#: The language of everything that is not said to be in another one.
ENGLISH = "en"


class SafetyKind(str, Enum):
    """What kind of danger was found."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"


class DangerTopic(str, Enum):
    """What the danger is about: it decides which fixed reply is given."""

    SUICIDE = "suicide"
    HARM_TO_OTHERS = "harm_to_others"
    ABUSE = "abuse"
    EATING_DISORDER = "eating_disorder"
    URGENT_HELP = "urgent_help"
    BODY = "body"
    POISONING = "poisoning"
    CARBON_MONOXIDE = "carbon_monoxide"

    @property
    def kind(self) -> SafetyKind:
        """Physical danger, or a crisis."""
        return SafetyKind.EMERGENCY if self in _PHYSICAL else SafetyKind.CRISIS


#: The C-SSRS levels, from the wish to be dead to suicidal behaviour.
SUICIDE_LEVELS = (1, 2, 3, 4, 5, 6)

_PHYSICAL = frozenset({DangerTopic.BODY, DangerTopic.POISONING, DangerTopic.CARBON_MONOXIDE})


class Tier(str, Enum):
    """How fast help is needed."""

    CALL_911 = "call_911"
    EMERGENCY_DEPARTMENT = "emergency_department"
    TODAY = "today"


class About(str, Enum):
    """Who is in danger."""

    SELF = "self"
    SOMEONE_ELSE = "someone_else"


class Danger(StrictRecord):
    """A danger that somebody told of, without a word of what they wrote.

    `level` is the C-SSRS level, 1 to 6, of thoughts of suicide and self-harm; None where it does
    not apply or is not known. `language` is an ISO 639-1 code (`ht` for Haitian Creole).
    """

    topic: DangerTopic
    tier: Tier = Tier.CALL_911
    level: int | None = Field(default=None, ge=1, le=6)
    about: About = About.SELF
    language: str = Field(default=ENGLISH, regex=r"^[a-z]{2}\Z")

    @classmethod
    def of_leaf(cls, leaf: str, about: About = About.SELF, language: str = ENGLISH) -> Danger:
        """The danger of a leaf of the training data: its topic, and a C-SSRS level after a dot.

        Raises:
            ValueError: there is no such topic or level.
        """
        topic, _, level = leaf.partition(".")
        return cls(
            topic=DangerTopic(topic),
            level=int(level) if level else None,
            about=about,
            language=language,
        )

    @property
    def kind(self) -> SafetyKind:
        """Physical danger, or a crisis."""
        return self.topic.kind


#: What the training data tells apart (docs/labelling.md). A bare cry for help needs no classifier.
DANGER_LEAVES = (
    *(f"{DangerTopic.SUICIDE.value}.{level}" for level in SUICIDE_LEVELS),
    *(
        topic.value
        for topic in DangerTopic
        if topic not in (DangerTopic.SUICIDE, DangerTopic.URGENT_HELP)
    ),
)
