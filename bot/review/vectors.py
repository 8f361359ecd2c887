"""The encoder of the assistant, as its configuration names it."""

from __future__ import annotations

from pathlib import Path

from bot.content.yaml_source import ContentError, Fault, read_yaml
from bot.nlu.sentence_encoder import SentenceEncoder

PIPELINE_FILE = Path(__file__).parents[2] / "config.yml"


def configured_encoder(file: Path = PIPELINE_FILE) -> SentenceEncoder:
    """The encoder whose hashes stand in Rasa's configuration.

    Raises:
        ContentError: the configuration names none.
        EncoderFileError: a file of the encoder is missing or has another hash.
    """
    values = read_yaml(file).values
    steps = values.get("pipeline") if isinstance(values, dict) else None
    for step in steps or ():
        if isinstance(step, dict) and step.get("network_sha256"):
            return SentenceEncoder.load(step["network_sha256"], step["tokenizer_sha256"])
    raise ContentError([Fault(file, 1, "names no network_sha256")])
