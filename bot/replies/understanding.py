"""What was understood of one message: the typed border between understanding and replying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.content.library import Topic
from bot.safety.danger import Danger

#: The entity that a button's payload carries, and the key under which a leaf is found.
LEAF_ENTITY = "leaf"

#: The key of the parse result under which the classifier lists the likeliest meanings.
CANDIDATES_KEY = "candidates"

#: The key under which the confidence gate lists the meanings to choose from when unsure.
CHOICES_KEY = "choices"

#: The key under which the confidence gate names a curated answer that fits beside a refusal.
RELATED_KEY = "related_answer"

#: The key under which the confidence gate says that it is not quite sure of what it believes.
UNSURE_KEY = "unsure"

#: The key under which the questions of a message of several are listed.
QUESTIONS_KEY = "questions"

#: The key under which the safety gate describes the danger that was found.
DANGER_KEY = "danger"

#: The key of a message's metadata that tells what was said of danger before it.
DANGER_BEFORE_KEY = "danger_before"


#: The key of a message's metadata that tells how the number it came from ends, if it came by text.
KNOWN_PHONE_KEY = "known_phone_ending"


class Intent(str, Enum):
    """What the person is doing (docs/labelling.md). Topics and kinds are leaves below these."""

    FAQ = "faq"
    CHITCHAT = "chitchat"
    FOLLOW_UP = "follow_up"
    PERSONAL_ADVICE = "personal_advice"
    NOT_COVERED = "not_covered"
    HUMAN_HANDOFF = "human_handoff"
    OUT_OF_SCOPE = "out_of_scope"
    EMERGENCY = "emergency"
    CRISIS = "crisis"
    AFFIRM = "affirm"
    DENY = "deny"
    OTHER_LANGUAGE = "other_language"
    #: Set by the buttons of the intake form only.
    INTAKE = "intake"
    FALLBACK = "nlu_fallback"


#: What is answered by a safety reply.
DANGER_INTENTS = frozenset({Intent.EMERGENCY, Intent.CRISIS})

#: What is about the previous reply, or about nothing.
ASKS_NOTHING_NEW = frozenset(
    {
        Intent.FOLLOW_UP,
        Intent.AFFIRM,
        Intent.DENY,
        Intent.CHITCHAT,
        Intent.OUT_OF_SCOPE,
        Intent.FALLBACK,
    }
)


@dataclass(frozen=True)
class Label:
    """An intent with its leaf, written `intent` or `intent/leaf` as in the training data."""

    intent: Intent
    leaf: str | None = None

    def __str__(self) -> str:
        return f"{self.intent.value}/{self.leaf}" if self.leaf else self.intent.value

    @classmethod
    def parse(cls, text: str) -> Label:
        """The label written as `intent` or `intent/leaf`.

        Raises:
            ValueError: no intent has that name.
        """
        intent, _, leaf = text.partition("/")
        return cls(Intent(intent), leaf or None)

    @property
    def topic(self) -> Topic | None:
        """The curated answer that this label asks for, if it asks for one."""
        return Topic.parse(self.leaf) if self.intent is Intent.FAQ and self.leaf else None


@dataclass(frozen=True)
class Candidate:
    """One possible meaning and its calibrated probability (0 to 1)."""

    label: Label
    confidence: float


@dataclass(frozen=True)
class Understanding:
    """The decision about one message.

    `candidates` are the likeliest meanings, best first; `confidence` is that of the decision.
    `choices` are what an unsure assistant asks about: exactly two where two meanings are close.
    `related` is a curated answer that fits in general beside a refusal. `danger` describes what
    made it an emergency or a crisis. `chosen`: a button says so, not words. `questions` are all
    that a message of several questions asks for, in order; empty where there is one. `unsure`: what
    is believed is not quite sure; an answer then says which question it takes the message for.
    """

    label: Label
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    choices: tuple[Label, ...] = ()
    related: Topic | None = None
    danger: Danger | None = None
    chosen: bool = False
    questions: tuple[Label, ...] = ()
    unsure: bool = False

    @classmethod
    def from_parse(cls, parse: Mapping[str, Any]) -> Understanding:
        """Read a Rasa parse result (`tracker.latest_message`, or the result of a parse).

        Raises:
            ValueError, KeyError: it is not one that our pipeline or our buttons make.
        """
        try:
            return cls._read(parse)
        except (TypeError, AttributeError):
            raise ValueError("this is not a parse result") from None

    @classmethod
    def _read(cls, parse: Mapping[str, Any]) -> Understanding:
        intent = Intent(parse["intent"]["name"])
        leaf = next(
            (item["value"] for item in parse.get("entities", ()) if item["entity"] == LEAF_ENTITY),
            None,
        )
        if leaf is not None and not isinstance(leaf, str):
            raise ValueError("a leaf is text")
        if leaf is None:
            selected = parse.get("response_selector", {}).get(intent.value)
            if selected:
                leaf = Label.parse(selected["response"]["intent_response_key"]).leaf
        related, danger = parse.get(RELATED_KEY), parse.get(DANGER_KEY)
        return cls(
            label=Label(intent, leaf),
            confidence=float(parse["intent"].get("confidence") or 0.0),
            candidates=tuple(
                Candidate(Label.parse(item["label"]), float(item["confidence"]))
                for item in parse.get(CANDIDATES_KEY) or ()
            ),
            choices=tuple(Label.parse(label) for label in parse.get(CHOICES_KEY) or ()),
            related=Topic.parse(related) if related else None,
            danger=Danger.parse_obj(danger) if danger else None,
            # A person's own words never begin so (bot/safety/normalise.py).
            chosen=str(parse.get("text") or "").startswith("/"),
            questions=tuple(Label.parse(label) for label in parse.get(QUESTIONS_KEY) or ()),
            unsure=bool(parse.get(UNSURE_KEY)),
        )
