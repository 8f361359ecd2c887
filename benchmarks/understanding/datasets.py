"""Reads BANKING77 and CLINC150 from a folder: `banking77/*.csv`, `clinc150/`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class DatasetName(str, Enum):
    """The public data sets."""

    BANKING77 = "banking77"
    CLINC150 = "clinc150"


class Shots(str, Enum):
    """How much is learnt from: ten examples an intent, or all there are."""

    TEN = "10"
    FULL = "full"


class DatasetError(Exception):
    """A file of the data is missing or has another form than it should."""


@dataclass(frozen=True)
class Utterance:
    """What was said, and its intent; None where it belongs to none of them."""

    text: str
    intent: str | None


@dataclass(frozen=True)
class Dataset:
    """What is learnt from, and what is asked; `out_of_scope` is empty where there is none."""

    training: tuple[Utterance, ...]
    test: tuple[Utterance, ...]
    out_of_scope: tuple[Utterance, ...]


def read_dataset(folder: Path, name: DatasetName, shots: Shots) -> Dataset:
    """The data set below `folder`.

    The full CLINC150 holds 100 training examples that are out of scope; the ten-shot split none.

    Raises:
        DatasetError: a file is missing or has another form.
    """
    try:
        if name is DatasetName.BANKING77:
            return _banking77(folder / name.value, shots)
        return _clinc150(folder / name.value, shots)
    except OSError as error:
        raise DatasetError(f"{error.filename} cannot be read: {error.strerror}") from None
    except (KeyError, ValueError, TypeError):
        raise DatasetError(f"{folder / name.value} is not {name.value} as published") from None


def _banking77(folder: Path, shots: Shots) -> Dataset:
    training = "train_10.csv" if shots is Shots.TEN else "train.csv"
    return Dataset(_rows(folder / training), _rows(folder / "test.csv"), ())


def _clinc150(folder: Path, shots: Shots) -> Dataset:
    parts = json.loads((folder / "data_full.json").read_text(encoding="utf-8"))
    if shots is Shots.TEN:
        training = _rows(folder / "train_10.csv")
    else:
        training = _pairs(parts["train"]) + _outside(parts["oos_train"])
    return Dataset(training, _pairs(parts["test"]), _outside(parts["oos_test"]))


def _rows(file: Path) -> tuple[Utterance, ...]:
    with file.open(encoding="utf-8", newline="") as opened:
        return _pairs((row["text"], row["category"]) for row in csv.DictReader(opened))


def _pairs(pairs: Iterable[tuple[str, str]]) -> tuple[Utterance, ...]:
    return tuple(Utterance(_one_line(text), intent) for text, intent in pairs)


def _outside(pairs: Iterable[tuple[str, str]]) -> tuple[Utterance, ...]:
    return tuple(Utterance(_one_line(text), None) for text, _ in pairs)


def _one_line(text: str) -> str:
    """Rasa's format of training data is one example a line."""
    return " ".join(text.split())
