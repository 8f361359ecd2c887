"""Tells Rasa what each leaf answers, from the curated content, so that no text has a second home.

Rasa expects a response for every `intent/leaf` of the training data and warns about each example
without one. Our actions answer, not these responses; they are here for Rasa's own checks.
"""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.library import load_library
from bot.content.texts import load_texts
from bot.replies.understanding import Intent, Label
from bot.safety.danger import DANGER_LEAVES, Danger
from bot.safety.replies import load_safety_replies


class CuratedContentImporter(TrainingDataImporter):
    """Adds one response for each leaf; named in config.yml beside Rasa's own file importer."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: List[str] | str | None = None,
        **kwargs: Any,
    ) -> None:
        """Takes what Rasa gives every importer; the content has its own fixed place."""

    def get_config(self) -> Dict[str, Any]:
        """No configuration of its own."""
        return {}

    def get_config_file_for_auto_config(self) -> str | None:
        """No configuration of its own."""
        return None

    def get_domain(self) -> Domain:
        """No domain of its own."""
        return Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """No stories."""
        return StoryGraph([])

    def get_conversation_tests(self) -> StoryGraph:
        """No conversation tests."""
        return StoryGraph([])

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The responses, and no examples."""
        return TrainingData(responses=leaf_responses())


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
