"""Tells Rasa what each leaf answers, from the curated content, so that no text has a second home.

Rasa expects a response for every `intent/leaf` of the training data and warns about each example
without one. Our actions answer, not these responses; they are here for Rasa's own checks.
"""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

from bot.content.library import load_library
from bot.content.texts import load_texts
from bot.nlu.training_example import TrainingExample
from bot.replies.understanding import Intent, Label
from bot.safety.danger import DANGER_LEAVES, Danger
from bot.safety.replies import load_safety_replies


class CuratedContentImporter(RasaFileImporter):
    """Rasa's file importer, with one response for each leaf; named in config.yml in its place."""

    def get_config_file_for_auto_config(self) -> str | None:
        """None: Rasa is not to write into config.yml."""
        return None

    @cached_method
    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The examples of the files, and the responses.

        Read once: Rasa asks for the domain's sake too, and merges into copies.
        """
        data = super().get_nlu_data(language)
        data.training_examples = [TrainingExample.of(one) for one in data.training_examples]
        data.responses.update(leaf_responses())
        return data


def leaf_responses() -> Dict[str, List[Dict[str, Any]]]:
    """The text behind every leaf that the content knows, by Rasa's name for its response."""
    library, texts, replies = load_library(), load_texts(), load_safety_replies()
    by_label = {
        Label(Intent.FAQ, str(topic)): library.answer(topic).short for topic in library.topics()
    }
    by_label |= {Label(Intent.CHITCHAT, kind.value): text for kind, text in texts.chitchat.items()}
    by_label |= {
        Label(Intent.FOLLOW_UP, kind.value): title for kind, title in texts.follow_up_titles.items()
    }
    by_label |= {
        Label(Intent.OTHER_LANGUAGE, language): text
        for language, text in texts.other_language.items()
    }
    dangers = {leaf: Danger.of_leaf(leaf) for leaf in DANGER_LEAVES}
    by_label |= {
        Label(Intent(danger.kind.value), leaf): replies.text_for(danger)
        for leaf, danger in dangers.items()
    }
    return {f"utter_{label}": [{"text": text}] for label, text in by_label.items()}
