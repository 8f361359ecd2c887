"""Which answer comes nearest to a question: by its own question and its training utterances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.content.library import Library, Topic
from bot.content.training_examples import Utterance
from bot.nlu.sentence_encoder import SentenceEncoder, Vectors
from bot.replies.understanding import Label


@dataclass(frozen=True)
class Near:
    """An answer, and how like its examples the questions are: mean cosine, 1 the same."""

    topic: Topic
    likeness: float


class NearestAnswers:
    """Compares questions with the examples of every answer."""

    def __init__(
        self, library: Library, utterances: Sequence[Utterance], encoder: SentenceEncoder
    ) -> None:
        self._topics = list(library.topics())
        places = {topic: place for place, topic in enumerate(self._topics)}
        examples = [(topic, library.answer(topic).question) for topic in self._topics]
        for utterance in utterances:
            topic = _topic_of(utterance)
            if topic in places:
                examples.append((topic, utterance.text))
        # An answer's examples stand together, so that one pass finds the best of each.
        examples.sort(key=lambda example: places[example[0]])
        self._examples = encoder.encode_many([text for _, text in examples])
        of_examples = np.array([places[topic] for topic, _ in examples])
        self._starts = np.searchsorted(of_examples, np.arange(len(self._topics)))

    def nearest(self, questions: Vectors) -> Near:
        """The answer nearest to a group of questions (at least one).

        Args:
            questions: unit vectors, shape (number of questions, DIMENSIONS).
        """
        likeness = questions @ self._examples.T
        best: npt.NDArray[np.float32] = np.maximum.reduceat(likeness, self._starts, axis=1)
        mean = best.mean(axis=0)
        place = int(mean.argmax())
        return Near(self._topics[place], float(mean[place]))


def _topic_of(utterance: Utterance) -> Topic | None:
    try:
        return Label.parse(utterance.label).topic
    except ValueError:
        return None
