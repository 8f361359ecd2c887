"""Small data in the form of the public sets, and predictions as the pipelines make them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest


def write_rows(file: Path, rows: list[tuple[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("text", "category"), *rows])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name in ("banking77", "clinc150"):
        (folder / name).mkdir(parents=True)
    write_rows(folder / "banking77" / "train.csv", [("\nwhere is it\n", "Lost"), ("so", "odd?")])
    write_rows(folder / "banking77" / "train_10.csv", [("where is it", "Lost")])
    write_rows(folder / "banking77" / "test.csv", [("is it gone", "Lost"), ("hm", "odd?")])
    write_rows(folder / "clinc150" / "train_10.csv", [("how hot is it", "weather")])
    parts = {
        "train": [["how cold is it", "weather"]],
        "oos_train": [["why me", "oos"]],
        "test": [["is it raining", "weather"]],
        "oos_test": [["who won", "oos"], ["and then", "oos"]],
    }
    (folder / "clinc150" / "data_full.json").write_text(json.dumps(parts), encoding="utf-8")
    return folder
