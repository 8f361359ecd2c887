"""A Rasa bot as `rasa init` begins it, with our data and answers and one custom action a turn."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from benchmarks.running_product import ROOT
from bot.nlu.content_importer import leaf_responses

#: What Rasa 3.6 takes where `rasa init` leaves pipeline and policies empty
#: (rasa/cli/initial_project/config.yml).
_CONFIG: dict[str, Any] = {
    "recipe": "default.v1",
    "assistant_id": "stock",
    "language": "en",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {
            "name": "CountVectorsFeaturizer",
            "analyzer": "char_wb",
            "min_ngram": 1,
            "max_ngram": 4,
        },
        {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": 100, "constrain_similarities": True},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ],
    "policies": [
        {"name": "MemoizationPolicy"},
        {"name": "RulePolicy"},
        {
            "name": "UnexpecTEDIntentPolicy",
            "max_history": 5,
            "epochs": 100,
        },
        {
            "name": "TEDPolicy",
            "max_history": 5,
            "epochs": 100,
            "constrain_similarities": True,
        },
    ],
}

#: As many as `rasa init` writes. Rules decide; TED learns from what it is given, at length.
_STORIES = 3

_ACTION = '''"""One custom action a turn, as short as it can be."""

from rasa_sdk import Action


class ActionAnswer(Action):
    def name(self):
        return "action_answer"

    async def run(self, dispatcher, tracker, domain):
        heard = tracker.latest_message
        selected = heard.get("response_selector", {}).get("default", {}).get("response", {})
        said = selected.get("responses") or [{"text": heard["intent"]["name"]}]
        dispatcher.utter_message(text=said[0]["text"])
        return []
'''


@dataclass(frozen=True)
class StockBot:
    """A trained stock bot. `training_seconds` is the whole `rasa train`, measured once."""

    folder: Path
    model: Path
    training_seconds: float
    examples: int


def examples_by_label(most: int) -> dict[str, list[str]]:
    """At most so many of our training examples of each label, always the same ones."""
    by_label: dict[str, list[str]] = {}
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for item in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]:
            lines = item.get("examples", "").splitlines()
            by_label.setdefault(item["intent"], []).extend(line[2:] for line in lines if line)
    chooser = random.Random(7)  # noqa: S311
    return {
        label: texts if len(texts) <= most else chooser.sample(texts, most)
        for label, texts in by_label.items()
    }


def stock_bot(cache: Path, examples: dict[str, list[str]]) -> StockBot:
    """The stock bot, trained now unless `cache` holds it already."""
    files = _files(examples)
    key = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:12]
    folder = cache / f"stock-{key}"
    model, measured = folder / "models" / "stock.tar.gz", folder / "training.json"
    if not (model.is_file() and measured.is_file()):
        # What a training that was broken off left would make this one seem quicker.
        shutil.rmtree(folder, ignore_errors=True)
        for name, content in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        started = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "rasa", "train", "--fixed-model-name", "stock"],
            cwd=folder,
            check=True,
            stdout=(folder / "train.log").open("w"),
            stderr=subprocess.STDOUT,
        )
        measured.write_text(json.dumps({"seconds": time.monotonic() - started}))
    seconds = json.loads(measured.read_text())["seconds"]
    return StockBot(folder, model, seconds, sum(map(len, examples.values())))


def _files(examples: dict[str, list[str]]) -> dict[str, str]:
    responses = leaf_responses()
    intents = sorted({label.partition("/")[0] for label in examples})
    for label in examples:
        if "/" in label:
            responses.setdefault(f"utter_{label}", [{"text": label}])
    responses["utter_please_rephrase"] = [{"text": "Could you say that in other words?"}]
    fallback = [{"intent": "nlu_fallback"}, {"action": "utter_please_rephrase"}]
    domain = {
        "version": "3.1",
        "intents": intents,
        "responses": responses,
        "actions": ["action_answer"],
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }
    data = {
        "version": "3.1",
        "nlu": [
            {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)}
            for label, texts in examples.items()
        ],
        "rules": [
            {"rule": f"answer {intent}", "steps": [{"intent": intent}, {"action": "action_answer"}]}
            for intent in intents
        ]
        + [{"rule": "ask again", "steps": fallback}],
        "stories": [
            {
                "story": f"{first}, then {second}",
                "steps": [
                    {"intent": first},
                    {"action": "action_answer"},
                    {"intent": second},
                    {"action": "action_answer"},
                ],
            }
            for first, second in pairwise(intents[: _STORIES + 1])
        ],
    }
    return {
        "config.yml": yaml.safe_dump(_CONFIG, sort_keys=False),
        "domain.yml": yaml.safe_dump(domain, sort_keys=False),
        "data/all.yml": yaml.safe_dump(data, sort_keys=False),
        "credentials.yml": "rest:\n",
        "actions/__init__.py": "",
        "actions/actions.py": _ACTION,
    }
