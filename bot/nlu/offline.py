"""Understanding without servers: decides about one message exactly as the live system would."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.log_utils import configure_structlog

from bot.configuration.clinic import load_clinic
from bot.content.library import Topic
from bot.nlu.confidence_gate import ConfidenceGate
from bot.nlu.context_reader import TOPIC_SLOT
from bot.nlu.decision import Thresholds, decide
from bot.nlu.leaf_classifier import LeafIntentClassifier
from bot.replies.composer import ReplyComposer
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState
from bot.replies.reply import Reply, ReplyKind
from bot.replies.understanding import DANGER_INTENTS, Candidate, Understanding
from bot.safety.danger import Danger
from bot.safety.normalise import normalise
from bot.safety.screen import load_screen


class ModelError(Exception):
    """The model is missing or cannot be loaded."""


@dataclass(frozen=True)
class Classification:
    """The outcome of one first message.

    `kind` is that of the first reply. `topic` is `page.answer`, or empty; of a message of several
    questions all of them, joined by ` + `. `confidence` is from 0 to 1; `runner_up` is the next
    likely label, or empty.
    """

    kind: ReplyKind
    topic: str
    confidence: float
    runner_up: str


class OfflineClassifier:
    """A trained model in this process, with the screen and the dialogue of the live system."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._screen = load_screen()
        self._dialogue = Dialogue(ReplyComposer.shipped(load_clinic()))

    @classmethod
    def load(cls, model: Path) -> OfflineClassifier:
        """Load a trained model.

        Raises:
            ModelError: there is no usable model in that file.
        """
        # Outside its own command line Rasa would print every text it parses.
        configure_structlog(logging.ERROR)
        if not model.is_file():
            raise ModelError(f"there is no model at {model}: run make train")
        unusable = ModelError(f"the model at {model} cannot be loaded: run make train")
        try:
            agent = Agent.load(str(model))
        except (RasaException, EOFError, OSError):
            raise unusable from None
        if not agent.is_ready():
            raise unusable
        return cls(agent)

    @property
    def temperature(self) -> float:
        """The temperature that the model's probabilities were made with."""
        return float(self._config_of(LeafIntentClassifier)["temperature"])

    def suspects_danger(self, text: str) -> bool:
        """Whether the classifier, without the safety screen, takes `text` for a danger."""
        thresholds = Thresholds.from_config(self._config_of(ConfidenceGate))
        plain = normalise(text)
        return (
            bool(plain)
            and decide(self.candidates(plain), thresholds).label.intent in DANGER_INTENTS
        )

    def finds_danger(self, text: str) -> bool:
        """Whether screen and classifier together take `text` for a danger, as the product does."""
        plain = normalise(text)
        return bool(plain) and self._parse(plain).label.intent in DANGER_INTENTS

    def candidates(self, text: str) -> tuple[Candidate, ...]:
        """The likeliest meanings before any threshold, best first."""
        return self._parse(normalise(text)).candidates

    def danger_in(self, text: str, earlier: Sequence[str] = ()) -> Danger | None:
        """The danger that the gateway answers by itself, as it does with this model beside it.

        Args:
            earlier: what the patient wrote just before, oldest first.
        """
        plain, before = normalise(text), [normalise(one) for one in earlier]
        hit = self._screen.check(plain, before)
        if hit is None or not hit.doubtful:
            return hit.danger if hit else None
        said = ". ".join([*before, plain]) if hit.spread else plain
        return hit.danger if self._parse(said).label.intent in DANGER_INTENTS else None

    def understand(self, text: str, answered: Topic | None = None) -> Understanding | None:
        """What Rasa decides on `text`; None if nothing in it is left to read.

        Args:
            answered: what the reply before it answered, on which a short message may lean.
        """
        plain = normalise(text)
        return self._parse(plain, answered) if plain else None

    def classify(self, text: str) -> Classification:
        """What the live system decides on `text` as the first message of a conversation.

        Text in which nothing is left to read is refused there: kind `error` here.
        """
        plain = normalise(text)
        if not plain:
            return Classification(ReplyKind.ERROR, "", 0.0, "")
        hit = self._screen.check(plain)
        if hit is not None and not hit.doubtful:
            return Classification(ReplyKind(hit.kind.value), "", 1.0, "")
        heard = self._parse(plain)
        replies = self._dialogue.respond(heard, DialogueState()).replies
        topics = " + ".join(filter(None, map(_topic, replies)))
        return Classification(replies[0].kind, topics, heard.confidence, _runner_up(heard))

    def _config_of(self, component: type) -> dict[str, Any]:
        schema = self._agent.processor.model_metadata.predict_schema
        return next(node.config for node in schema.nodes.values() if node.uses is component)

    def _parse(self, text: str, answered: Topic | None = None) -> Understanding:
        kept = [SlotSet(TOPIC_SLOT, str(answered))] if answered else []
        tracker = DialogueStateTracker.from_events("", kept, self._agent.domain.slots)
        parsing = self._agent.processor.parse_message(UserMessage(text), tracker)
        return Understanding.from_parse(asyncio.run(parsing))


def _topic(reply: Reply) -> str:
    return f"{reply.page}.{reply.topic}" if reply.page and reply.topic else ""


def _runner_up(heard: Understanding) -> str:
    others = (c.label for c in heard.candidates if c.label != heard.label)
    return str(next(others, ""))
