"""Public data sets as the benchmark reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.understanding.datasets import (
    DatasetError,
    DatasetName,
    Shots,
    Utterance,
    read_dataset,
)


def test_an_example_is_one_line(data: Path) -> None:
    read = read_dataset(data, DatasetName.BANKING77, Shots.FULL)

    assert read.training == (Utterance("where is it", "Lost"), Utterance("so", "odd?"))
    assert [one.intent for one in read.test] == ["Lost", "odd?"]
    assert read.out_of_scope == ()


def test_ten_shots_are_a_part_of_their_own(data: Path) -> None:
    assert len(read_dataset(data, DatasetName.BANKING77, Shots.TEN).training) == 1
    read = read_dataset(data, DatasetName.CLINC150, Shots.TEN)
    assert read.training == (Utterance("how hot is it", "weather"),)


def test_out_of_scope_is_learnt_from_full_data_only(data: Path) -> None:
    read = read_dataset(data, DatasetName.CLINC150, Shots.FULL)

    assert read.training == (Utterance("how cold is it", "weather"), Utterance("why me", None))
    assert read.test == (Utterance("is it raining", "weather"),)
    assert [one.text for one in read.out_of_scope] == ["who won", "and then"]


@pytest.mark.parametrize("dataset", DatasetName)
def test_a_missing_folder_is_named(tmp_path: Path, dataset: DatasetName) -> None:
    with pytest.raises(DatasetError, match="cannot be read: No such file"):
        read_dataset(tmp_path, dataset, Shots.FULL)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("banking77/test.csv", "words,category\nhello,Lost\n"),
        ("clinc150/data_full.json", "{}"),
        ("clinc150/data_full.json", "not json"),
        ("clinc150/data_full.json", '{"train": 3, "oos_train": [], "test": [], "oos_test": []}'),
    ],
)
def test_data_of_another_form_is_refused(data: Path, file: str, content: str) -> None:
    (data / file).write_text(content, encoding="utf-8")

    with pytest.raises(DatasetError, match="as published"):
        read_dataset(data, DatasetName(file.partition("/")[0]), Shots.FULL)
