"""The rule that splits the evaluation set into a half to fit on and a half to report.

Within each label (messages of several questions together; conversations by their length), what was
written is put in the order of the SHA-256 of its words. The first, third and so on are fitted on,
the others only reported. `python -m tests.understanding.halves FOLDER` wrote the files beside this
one from the writers' own. What is also trained on was left out, but not the bare "why?" and "tell
me more" in conversations: there is no other way to say them.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from enum import Enum
from pathlib import Path

from bot.content.training_examples import plain_words, read_utterances

HERE = Path(__file__).parent

#: The writers' files of each kind of set.
SOURCES = {
    "evaluation": ("answers", "behaviours", "dangers", "languages", "several"),
    "conversations": ("conversations",),
}

#: A follow-up of so many words can hardly be said otherwise.
_BARE_WORDS = 5

Row = dict[str, str]

#: A message by itself, or the messages of one conversation.
Said = list[Row]


class Half(str, Enum):
    """What a half is for."""

    FITTING = "fitting"
    REPORTING = "reporting"


def file_of(kind: str, half: Half) -> Path:
    """Where the half of `evaluation` or `conversations` is kept."""
    return HERE / f"{kind}_{half.value}.csv"


def read(file: Path) -> list[Said]:
    """The messages of a file, or its conversations."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened, strict=True))
    together: dict[str, Said] = {}
    for number, row in enumerate(rows):
        together.setdefault(row.get("conversation") or str(number), []).append(row)
    return [*together.values()]


def halves(said: list[Said]) -> dict[Half, list[Said]]:
    """Which half each goes to. The order of `said` does not matter."""
    strata: dict[str, list[Said]] = {}
    for one in said:
        strata.setdefault(_stratum(one), []).append(one)
    split: dict[Half, list[Said]] = {half: [] for half in Half}
    for name in sorted(strata):
        ranked = sorted(strata[name], key=_digest)
        split[Half.FITTING] += ranked[::2]
        split[Half.REPORTING] += ranked[1::2]
    return split


def _stratum(said: Said) -> str:
    if "conversation" in said[0]:
        return f"{len(said):03} turns"
    expected = said[0]["expected"]
    return "several" if " + " in expected else expected


def _digest(said: Said) -> str:
    words = "\n".join(plain_words(row["text"]) for row in said)
    return hashlib.sha256(words.encode()).hexdigest()


def trained_on(said: Said, trained: set[str]) -> bool:
    """Whether a message is among the training examples, by its words."""
    words = [plain_words(row["text"]) for row in said]
    bare = _BARE_WORDS if len(said) > 1 else 0
    return any(len(one.split()) > bare and one in trained for one in words)


def _write(file: Path, said: list[Said]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.DictWriter(opened, list(said[0][0]), lineterminator="\n")
        table.writeheader()
        for one in said:
            table.writerows(one)


def main(folder: Path) -> None:
    """Write the halves. Says how much was left out, and no word of it."""
    trained = {utterance.plain for utterance in read_utterances()}
    for kind, names in SOURCES.items():
        said = [one for name in names for one in read(folder / f"{name}.csv")]
        fresh = [one for one in said if not trained_on(one, trained)]
        print(f"{kind}: {len(said) - len(fresh)} of {len(said)} left out")
        for half, part in halves(fresh).items():
            _write(file_of(kind, half), part)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
