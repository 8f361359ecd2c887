"""Rasa component: what the safety screen finds in a message, to be read without the rest of it."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.message_parts import PASSAGES_KEY
from bot.safety.screen import SafetyScreen, lexicon_fingerprint, load_screen


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PassageReader(GraphComponent):
    """Stands before the featurizer, so that the classifiers read each passage by itself too.

    A few dangerous words among many harmless ones look harmless to a reader of the whole.
    """

    def __init__(self, screen: SafetyScreen, around: int) -> None:
        self._screen = screen
        self._around = around

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """How many words more on each side, none of them of another sentence."""
        return {"around": 3}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PassageReader:
        """Load the lexicon. Raises ContentError if it breaks its schema."""
        return cls(load_screen(), int(config["around"]))

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        """A changed lexicon makes Rasa build this component anew."""
        return lexicon_fingerprint()

    def process(self, messages: List[Message]) -> List[Message]:
        """Give each message in which the screen is in doubt its passages, unless all is remote."""
        for message in messages:
            text = message.get(TEXT) or ""
            hit = self._screen.check(text)
            if hit and hit.doubtful and not hit.remote:
                passages = self._screen.passages(text, self._around)
                message.set(PASSAGES_KEY, [Message({TEXT: passage}) for passage in passages])
        return messages
