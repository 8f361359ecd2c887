"""A tiny pipeline of real Rasa components, trained in a moment on a handful of sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.decision import Thresholds
from bot.nlu.encoder_featurizer import SentenceEncoderFeaturizer
from bot.nlu.leaf_classifier import LeafIntentClassifier, write_decision
from bot.nlu.sentence_encoder import SentenceEncoder
from bot.replies.understanding import Understanding

#: Levels for tests of the decision; the fitted ones are in config.yml.
LEVELS = Thresholds(
    emergency=0.2,
    crisis=0.2,
    personal_advice=0.3,
    answer=0.6,
    behaviour=0.4,
    clarify_sum=0.7,
    related=0.6,
)

#: A few sentences for each of a few meanings.
EXAMPLES = {
    "faq/migraine.aura": ["what is aura", "flashing lights before it", "zigzag lines in my eyes"],
    "faq/migraine.botox": ["is botox used", "does botox prevent it", "botox for migraine"],
    "chitchat/greet": ["hello there", "hi", "good morning to you"],
    "crisis": ["i want to die", "i will end my life", "i cannot go on living"],
    "out_of_scope": ["who won the football match", "weather in paris", "tell me a joke"],
}

#: For a featurizer that is handed its encoder: the files were verified when that was loaded.
FEATURIZER_CONFIG = SentenceEncoderFeaturizer.get_default_config() | {
    "network_sha256": "verified",
    "tokenizer_sha256": "verified",
}


def context_of(name: str) -> ExecutionContext:
    return ExecutionContext(GraphSchema({}), node_name=name)


def example(text: str, label: str) -> Message:
    """A training example as Rasa's reader makes it."""
    intent, _, leaf = label.partition("/")
    values: dict[str, Any] = {TEXT: text, INTENT: intent}
    if leaf:
        values[INTENT_RESPONSE_KEY] = label
    return Message(values)


@dataclass
class TinyPipeline:
    """Encoder and classifier, as in config.yml."""

    storage: ModelStorage
    featurizer: SentenceEncoderFeaturizer
    classifier: LeafIntentClassifier
    resource: Resource

    @classmethod
    def train(
        cls,
        storage: ModelStorage,
        encoder: SentenceEncoder,
        examples: dict[str, list[str]] | None = None,
        **config: Any,
    ) -> TinyPipeline:
        featurizer = SentenceEncoderFeaturizer(FEATURIZER_CONFIG, "encoder", encoder)
        resource = Resource("classifier")
        classifier = LeafIntentClassifier.create(
            LeafIntentClassifier.get_default_config() | config,
            storage,
            resource,
            context_of("classifier"),
        )
        data = TrainingData(
            [
                example(text, label)
                for label, texts in (examples or EXAMPLES).items()
                for text in texts
            ]
        )
        featurizer.process_training_data(data)
        classifier.train(data)
        return cls(storage, featurizer, classifier, resource)

    def featurized(self, text: str) -> Message:
        """A message as the classifier gets it."""
        message = Message({TEXT: text})
        self.featurizer.process([message])
        return message

    def classified(self, text: str) -> Message:
        """A message as the gates get it."""
        (message,) = self.classifier.process([self.featurized(text)])
        return message


def classified(text: str = "words", **shares: float) -> Message:
    """A message as the classifier leaves it. `faq__botox` is faq/migraine.botox."""
    labels = {
        name.replace("faq__", "faq/migraine.").replace("__", "/"): share
        for name, share in shares.items()
    }
    message = Message({TEXT: text})
    listed = [{"label": label, "confidence": share} for label, share in labels.items()]
    message.set("candidates", listed, add_to_output=True)
    best = next(iter(labels))
    write_decision(message, best, labels[best], list(labels.items()))
    return message


def heard(message: Message) -> Understanding:
    return Understanding.from_parse(message.as_dict(only_output_properties=True))
