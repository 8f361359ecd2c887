"""The pipelines that are compared, and how each names intents and says what it understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from benchmarks.understanding.datasets import DatasetName
from bot.configuration.settings import ROOT
from bot.replies.understanding import CANDIDATES_KEY, Intent, Label

_FOLDER = Path(__file__).parent / "pipelines"

_OUT_OF_SCOPE = Intent.OUT_OF_SCOPE.value
_FALLBACK = Intent.FALLBACK.value


class PipelineName(str, Enum):
    """What is compared."""

    OURS = "ours"
    STOCK = "stock"
    LOGISTIC_REGRESSION = "logistic_regression"
    SKLEARN = "sklearn"


@dataclass(frozen=True)
class Prediction:
    """What a pipeline made of one message.

    `best` is the likeliest label, whatever the pipeline decided; `confidence` (0 to 1) is that of
    the likeliest label that is in scope. `decided` is what a bot would act on: a fallback is no
    label of the data.
    """

    best: str
    confidence: float
    decided: str


@dataclass(frozen=True)
class Pipeline:
    """`label_of` names an intent of a data set (None: out of scope), `read` reads a parse."""

    configuration: dict[str, Any]
    label_of: Callable[[str | None, DatasetName], str]
    read: Callable[[Mapping[str, Any]], Prediction]

    @classmethod
    def named(cls, name: PipelineName) -> Pipeline:
        """The pipeline: ours is config.yml as it is, Rasa's are in `pipelines/`."""
        ours = _read_yaml(ROOT / "config.yml")
        if name is PipelineName.OURS:
            return cls(ours, _leaf, _read_ours)
        configuration = _read_yaml(_FOLDER / f"{name.value}.yml")
        if name is PipelineName.SKLEARN:
            encoder = next(one for one in ours["pipeline"] if one["name"].endswith("Featurizer"))
            configuration["pipeline"].insert(0, encoder)
        return cls(configuration, _intent, _read_stock)


def _read_yaml(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def _leaf(intent: str | None, dataset: DatasetName) -> str:
    """An answer of a page, as our content names them."""
    if intent is None:
        return _OUT_OF_SCOPE
    return f"{Intent.FAQ.value}/{dataset.value}.{_plain(intent)}"


def _intent(intent: str | None, dataset: DatasetName) -> str:
    return _OUT_OF_SCOPE if intent is None else _plain(intent)


def _plain(intent: str) -> str:
    """BANKING77 has a name with a question mark, and some with capitals."""
    return re.sub(r"\W+", "_", intent.lower()).strip("_")


def _read_ours(parse: Mapping[str, Any]) -> Prediction:
    candidates = parse[CANDIDATES_KEY]
    answers = [one for one in candidates if Label.parse(one["label"]).intent is Intent.FAQ]
    decided = parse["intent"]["name"]
    selected = (parse.get("response_selector") or {}).get(decided)
    return Prediction(
        best=candidates[0]["label"],
        confidence=answers[0]["confidence"] if answers else 0.0,
        decided=selected["response"]["intent_response_key"] if selected else decided,
    )


def _read_stock(parse: Mapping[str, Any]) -> Prediction:
    ranking = [one for one in parse["intent_ranking"] if one["name"] != _FALLBACK]
    inside = [one["confidence"] for one in ranking if one["name"] != _OUT_OF_SCOPE]
    return Prediction(
        best=ranking[0]["name"],
        confidence=max(inside, default=0.0),
        decided=parse["intent"]["name"],
    )
