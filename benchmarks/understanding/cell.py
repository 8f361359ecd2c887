"""One cell of the comparison: one pipeline, learnt from one data set and asked its test part."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from benchmarks.understanding.datasets import Dataset, DatasetName, Shots, Utterance
from benchmarks.understanding.measures import Figures, auroc, recall_at_acceptance
from benchmarks.understanding.pipelines import Pipeline, PipelineName, Prediction
from bot.configuration.settings import ROOT

_NLU = ROOT / "bot" / "nlu"


@dataclass(frozen=True)
class Cell:
    """Names one cell."""

    pipeline: PipelineName
    dataset: DatasetName
    shots: Shots

    def __str__(self) -> str:
        return f"{self.pipeline.value}/{self.dataset.value}/{self.shots.value}"

    def fingerprint(self) -> str:
        """Changes with the configuration, and with the modules of our own components."""
        pipeline = Pipeline.named(self.pipeline)
        digest = hashlib.sha256(_yaml(pipeline).encode())
        for module in sorted(own_modules(pipeline)):
            digest.update((_NLU / f"{module}.py").read_bytes())
        return digest.hexdigest()


def measure(cell: Cell, data: Dataset) -> Figures:
    """Train and ask, each in a process of its own.

    Raises:
        subprocess.CalledProcessError: Rasa failed; what it said is on the standard error.
    """
    pipeline = Pipeline.named(cell.pipeline)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yml").write_text(_yaml(pipeline), encoding="utf-8")
        _write_examples(folder / "examples.yml", data.training, pipeline, cell.dataset)
        texts = [one.text for one in (*data.test, *data.out_of_scope)]
        (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        _run(folder, "training", "config.yml", "examples.yml", "")
        _run(folder, "parsing", "")
        trained = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        parsed = json.loads((folder / "parsing.json").read_text(encoding="utf-8"))
        megabytes = (folder / "model.tar.gz").stat().st_size / 1e6
    predictions = [pipeline.read(parse) for parse in parsed["parses"]]
    inside, outside = predictions[: len(data.test)], predictions[len(data.test) :]
    labels = [pipeline.label_of(one.intent, cell.dataset) for one in data.test]
    milliseconds = 1000 * np.array(parsed["seconds"])
    return Figures(
        accuracy=_share([one.best for one in inside], labels),
        decided_right=_share([one.decided for one in inside], labels),
        decided_wrong=_decided_wrong(inside, labels, set(_labels(data, pipeline, cell.dataset))),
        auroc=auroc(_confidences(inside), _confidences(outside)),
        out_of_scope_recall=recall_at_acceptance(_confidences(inside), _confidences(outside)),
        training_seconds=trained["seconds"],
        training_processor_seconds=trained["processor_seconds"],
        training_megabytes=trained["peak_megabytes"],
        parse_milliseconds=float(np.median(milliseconds)),
        parse_milliseconds_late=float(np.percentile(milliseconds, 95)),
        parse_processor_milliseconds=1000 * parsed["processor_seconds"],
        parse_megabytes=parsed["peak_megabytes"],
        model_megabytes=megabytes,
    )


def own_modules(pipeline: Pipeline) -> set[str]:
    """The modules of bot.nlu that the pipeline's components are made of."""
    found: set[str] = set()
    names = [component["name"] for component in pipeline.configuration["pipeline"]]
    waiting = [name.split(".")[2] for name in names if name.startswith("bot.nlu.")]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            source = (_NLU / f"{module}.py").read_text(encoding="utf-8")
            waiting += re.findall(r"^from bot\.nlu\.(\w+) import", source, re.MULTILINE)
    return found


def _yaml(pipeline: Pipeline) -> str:
    return yaml.safe_dump(pipeline.configuration, sort_keys=False)


def _write_examples(
    file: Path, training: Sequence[Utterance], pipeline: Pipeline, dataset: DatasetName
) -> None:
    texts: dict[str, list[str]] = defaultdict(list)
    for one in training:
        texts[pipeline.label_of(one.intent, dataset)].append(f"- {one.text}\n")
    intents = [{"intent": label, "examples": "".join(lines)} for label, lines in texts.items()]
    content = {"version": "3.1", "nlu": intents}
    file.write_text(yaml.safe_dump(content, sort_keys=False, width=10_000), encoding="utf-8")


def _run(folder: Path, module: str, *files: str) -> None:
    """Rasa keeps what it trained; its cache is put where it is empty, so that all is measured."""
    environment = {
        **os.environ,
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-W", "ignore", "-m", f"benchmarks.understanding.{module}"]
    subprocess.run(
        [*command, *(str(folder / file) for file in files)], cwd=ROOT, env=environment, check=True
    )


def _labels(data: Dataset, pipeline: Pipeline, dataset: DatasetName) -> list[str]:
    return [pipeline.label_of(one.intent, dataset) for one in data.test]


def _confidences(predictions: Sequence[Prediction]) -> list[float]:
    return [one.confidence for one in predictions]


def _share(found: Sequence[str], labels: Sequence[str]) -> float:
    return float(np.mean([one == label for one, label in zip(found, labels, strict=True)]))


def _decided_wrong(
    predictions: Sequence[Prediction], labels: Sequence[str], known: set[str]
) -> float:
    """How often a bot would act on another intent of the data than the right one."""
    wrong = [
        one.decided != label and one.decided in known
        for one, label in zip(predictions, labels, strict=True)
    ]
    return float(np.mean(wrong))
