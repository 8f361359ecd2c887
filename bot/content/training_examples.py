"""Reads the utterances of `data/nlu/` with the place of each, without Rasa."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bot.content.yaml_source import ContentError, Fault, read_yaml

NLU_FOLDER = Path(__file__).parents[2] / "data" / "nlu"

_NOT_A_WORD = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Utterance:
    """One training utterance, its label, and where it stands."""

    text: str
    label: str
    file: Path
    line: int

    @property
    def plain(self) -> str:
        """Lower-case words only: two utterances with the same are one and the same."""
        return plain_words(self.text)


def plain_words(text: str) -> str:
    """The words of `text` in lower case, one space apart."""
    return _NOT_A_WORD.sub(" ", text.casefold()).strip()


def read_utterances(folder: Path = NLU_FOLDER) -> list[Utterance]:
    """Every utterance of every file below `folder`.

    Raises:
        ContentError: a file is not of the shape that Rasa reads.
    """
    faults: list[Fault] = []
    found: list[Utterance] = []
    for file in sorted(folder.rglob("*.yml")):
        source = read_yaml(file)
        blocks = source.values.get("nlu") if isinstance(source.values, dict) else None
        if not isinstance(blocks, list):
            faults.append(Fault(file, 1, "has no list under nlu"))
            continue
        for index, block in enumerate(blocks):
            if not isinstance(block, dict) or not isinstance(block.get("examples"), str):
                faults.append(source.fault("has no intent with examples", "nlu", index))
            elif "intent" in block:
                first = source.line_of(("nlu", index, "examples")) + 1
                found += _of_block(block["intent"], block["examples"], file, first)
    if faults:
        raise ContentError(faults)
    return found


def _of_block(label: str, examples: str, file: Path, first_line: int) -> list[Utterance]:
    return [
        Utterance(line.lstrip()[2:].strip(), label, file, first_line + offset)
        for offset, line in enumerate(examples.splitlines())
        if line.lstrip().startswith("- ")
    ]
