"""Training examples that Rasa's importers can copy and compare cheaply.

They merge the training data five times over, each time copying every example in depth and hashing
all that it holds.
"""

from __future__ import annotations

from typing import Any, Dict

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message


class TrainingExample(Message):
    """An example as Rasa knows it; what it holds is replaced by Rasa, never altered."""

    @classmethod
    def of(cls, message: Message) -> TrainingExample:
        """The same example."""
        return cls(
            data=dict(message.data),
            output_properties=set(message.output_properties),
            time=message.time,
            features=list(message.features),
        )

    def __deepcopy__(self, memo: Dict[int, Any]) -> TrainingExample:
        return self.of(self)

    def __hash__(self) -> int:
        # Equal examples have equal texts.
        return hash(self.get(TEXT))
