"""Rasa component: the deterministic safety screen as the last word of understanding.

The gateway screens every message before Rasa sees it. The same screen stands here too, so that
`rasa shell` and `rasa test nlu` behave as the product does. It also describes the danger that the
classifier alone has found, for the wording of the reply, and declines a question that also asks for
personal advice.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List

from pydantic import Field
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.strict_record import StrictRecord
from bot.nlu.leaf_classifier import write_decision
from bot.nlu.message_parts import LANGUAGE_KEY, passages_of
from bot.replies.understanding import (
    CANDIDATES_KEY,
    DANGER_INTENTS,
    DANGER_KEY,
    QUESTIONS_KEY,
    RELATED_KEY,
    Intent,
    Label,
)
from bot.safety.advice import AdviceScreen, load_advice_screen
from bot.safety.danger import ENGLISH, Danger
from bot.safety.screen import SafetyScreen, lexicon_fingerprint, load_screen


class DoubtLevels(StrictRecord):
    """A find in doubt is dropped if the classifier takes danger for less likely than this (0 to 1).

    In the whole message, and in each passage that was found in it, read by itself. If all that was
    found is remote, in the whole message only: no passage says when it was, or of whom it speaks.
    """

    harmless_below: float = Field(ge=0.0, le=1.0)
    passage_harmless_below: float = Field(ge=0.0, le=1.0)
    remote_harmless_below: float = Field(ge=0.0, le=1.0)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SafetyGate(IntentClassifier, GraphComponent):
    """Overrules what was understood where a screen finds danger, or a wish for personal advice."""

    def __init__(self, screen: SafetyScreen, advice: AdviceScreen, levels: DoubtLevels) -> None:
        self._screen = screen
        self._advice = advice
        self._levels = levels

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The levels."""
        return {
            "harmless_below": 0.1,
            "passage_harmless_below": 0.6,
            "remote_harmless_below": 0.55,
        }

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SafetyGate:
        """Load the lexicon.

        Raises:
            ContentError: it breaks its schema.
            pydantic.ValidationError: a level is not between 0 and 1.
        """
        levels = {name: config[name] for name in DoubtLevels.__fields__}
        return cls(load_screen(), load_advice_screen(), DoubtLevels(**levels))

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        """A changed lexicon makes Rasa build this component anew."""
        return lexicon_fingerprint()

    def process(self, messages: List[Message]) -> List[Message]:
        """Rewrite intent, ranking and selector of every dangerous message; describe the danger."""
        for message in messages:
            hit = self._screen.check(message.get(TEXT) or "")
            if hit and hit.doubtful and self._harmless(message, remote=hit.remote):
                hit = None
            if hit is not None:
                write_decision(message, hit.kind.value, 1.0, [])
            danger = hit.danger if hit else self._described(message)
            if danger is not None:
                message.set(DANGER_KEY, json.loads(danger.json()), add_to_output=True)
                message.set(QUESTIONS_KEY, [], add_to_output=True)
            else:
                self._decline_advice(message)
        return messages

    def _harmless(self, message: Message, *, remote: bool) -> bool:
        """Whether the classifier is sure that there is no danger. Without its opinion: no."""
        levels = self._levels
        if remote:
            return _danger_in(message) < levels.remote_harmless_below
        return _danger_in(message) < levels.harmless_below and all(
            _danger_in(passage) < levels.passage_harmless_below for passage in passages_of(message)
        )

    def _decline_advice(self, message: Message) -> None:
        """A general question with a request of advice in it: the general answer may only follow."""
        asked = [(message.get(INTENT) or {}).get(INTENT_NAME_KEY)]
        asked += [Label.parse(label).intent.value for label in message.get(QUESTIONS_KEY) or ()]
        if Intent.FAQ.value not in asked:
            return
        text = message.get(TEXT) or ""
        if text.startswith("/") or not self._advice.asks(text):
            return
        best = next(iter(message.get(CANDIDATES_KEY) or ()), None)
        write_decision(message, Intent.PERSONAL_ADVICE.value, 1.0, [])
        topic = Label.parse(best["label"]).topic if best else None
        message.set(RELATED_KEY, str(topic) if topic else None, add_to_output=True)

    def _described(self, message: Message) -> Danger | None:
        name = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
        intent = Intent(name) if name else None
        if intent not in DANGER_INTENTS:
            return None
        labels = [Label.parse(item["label"]) for item in message.get(CANDIDATES_KEY) or ()]
        leaf = next((label.leaf for label in labels if label.intent is intent), None)
        if leaf is None:
            return None
        language = message.get(LANGUAGE_KEY) or _language(labels)
        return Danger.of_leaf(leaf, self._screen.about(message.get(TEXT), language), language)


def _danger_in(message: Message) -> float:
    """How likely the classifier takes danger to be (0 to 1); 1 without its opinion."""
    dangers = [
        item["confidence"]
        for item in message.get(CANDIDATES_KEY) or ()
        if Label.parse(item["label"]).intent in DANGER_INTENTS
    ]
    return sum(dangers) if dangers else 1.0


def _language(labels: List[Label]) -> str:
    """The language of the message, if being in another one is its likeliest harmless meaning."""
    harmless = next((label for label in labels if label.intent not in DANGER_INTENTS), None)
    if harmless and harmless.intent is Intent.OTHER_LANGUAGE and harmless.leaf:
        return harmless.leaf
    return ENGLISH
