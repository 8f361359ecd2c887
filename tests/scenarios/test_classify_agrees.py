"""`python -m bot classify` decides as the running product does on a first message."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
from pathlib import Path

from tests.conftest import OpenConversation
from tests.scenarios.running_product import ROOT

_ROWS = ROOT / "tests" / "understanding" / "fitting.csv"
_SAMPLE = 60
_SEED = 20260531


def test_classify_and_the_product_agree(tmp_path: Path, converse: OpenConversation) -> None:
    with _ROWS.open(encoding="utf-8", newline="") as opened:
        texts = [row["text"] for row in csv.DictReader(opened)]
    texts = random.Random(_SEED).sample(texts, _SAMPLE)

    classifying = _start_classify(texts, tmp_path)
    live = []
    for text in texts:
        message = converse().ask(text)
        topic = f"{message['page']}.{message['topic']}" if message["topic"] else ""
        live.append((text, message["kind"], topic))
    said, _ = classifying.communicate(timeout=250)
    assert classifying.returncode == 0, said

    with (tmp_path / "classified.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert list(rows[0]) == ["id", "kind", "topic", "confidence", "runner_up"]
    assert [row["id"] for row in rows] == [str(number) for number in range(1, _SAMPLE + 1)]
    offline = [(text, row["kind"], row["topic"]) for text, row in zip(texts, rows, strict=True)]
    assert offline == live


def _start_classify(texts: list[str], folder: Path) -> subprocess.Popen[str]:
    table = folder / "questions.csv"
    with table.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([["text"], *([text] for text in texts)])
    command = ["classify", str(table), "--output", str(folder / "classified.csv")]
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
