"""`thresholds`: which messages it fits on, and what it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.commands.command_line import main
from bot.nlu.decision import Thresholds
from tests.commands import fake_model

UTTERANCES = (
    "text,expected\n" + "what is aura,faq/migraine.aura\n" * 50 + "so sad,crisis/suicide.2\n"
)


@pytest.fixture
def utterances(tmp_path: Path) -> str:
    file = tmp_path / "fitting.csv"
    file.write_text(UTTERANCES)
    return str(file)


@pytest.fixture(autouse=True)
def _model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.tar.gz").touch()
    fake_model.install(monkeypatch, tmp_path / "model.tar.gz")


def corpus(folder: Path, *rows: str, columns: str = "text,label,half") -> str:
    file = folder / "corpus.csv"
    file.write_text("\n".join([columns, *rows]) + "\n")
    return str(file)


def fitted(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The values as they would stand in config.yml."""
    lines = re.findall(r"(?m)^    (\w+): ([\d.]+)$", capsys.readouterr().out)
    return {name: float(value) for name, value in lines}


def test_it_prints_every_value_of_the_configuration(
    utterances: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["thresholds", utterances, "--safety", corpus(tmp_path, "hello,harmless,seen")]) == 0
    )

    values = fitted(capsys)
    assert set(values) == {"temperature", *Thresholds.__fields__}
    assert Thresholds.from_config(values).related == 0.6


def test_harmless_messages_of_the_corpus_raise_the_level_of_danger(
    utterances: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = corpus(tmp_path, *["hello,harmless,seen"] * 20)
    main(["thresholds", utterances, "--safety", quiet])
    before = fitted(capsys)["crisis"]

    look_alikes = corpus(tmp_path, *["a sad film,harmless,seen"] * 20)
    main(["thresholds", utterances, "--safety", look_alikes])

    assert before < 0.1
    assert fitted(capsys)["crisis"] > 0.8


@pytest.mark.parametrize("row", ["a sad film,harmless,held", "so sad,crisis,seen"])
def test_neither_the_held_half_nor_dangers_do(
    utterances: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str
) -> None:
    """What is held back must not be fitted on: it measures."""
    rows = [*["hello,harmless,seen"] * 20, *[row] * 20]

    assert main(["thresholds", utterances, "--safety", corpus(tmp_path, *rows)]) == 0

    assert fitted(capsys)["crisis"] < 0.1


def test_a_corpus_without_halves_is_all_fitted_on(
    utterances: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["a sad film,harmless"] * 20

    main(["thresholds", utterances, "--safety", corpus(tmp_path, *rows, columns="text,label")])

    assert fitted(capsys)["crisis"] > 0.8


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text\na\n", "no column `expected`"),
        ("text,expected\na,dancing\n", "dancing"),
        ("text,expected\n", "holds no rows"),
    ],
)
def test_utterances_that_cannot_be_used_are_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, words: str
) -> None:
    file = tmp_path / "fitting.csv"
    file.write_text(content)

    assert main(["thresholds", str(file)]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert len(said.err.splitlines()) == 1


def test_a_corpus_that_cannot_be_used_is_refused(
    utterances: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["thresholds", utterances, "--safety", corpus(tmp_path, "a,funny,seen")]) == 2
    assert "has no label crisis, emergency or harmless" in capsys.readouterr().err


def test_without_a_model_it_says_what_to_do(
    utterances: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake_model.install(monkeypatch, tmp_path / "nowhere.tar.gz")

    assert main(["thresholds", utterances]) == 2
    assert "run make train" in capsys.readouterr().err
