"""`classify` with a stand-in for the model: columns, and input that cannot be used."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from bot.commands.command_line import main
from bot.replies.reply import ReplyKind


class FakeModelError(Exception):
    """Stands for the classifier's own."""


@dataclass(frozen=True)
class FakeClassification:
    kind: ReplyKind
    topic: str
    confidence: float
    runner_up: str


class FakeClassifier:
    """Knows one sentence."""

    @classmethod
    def load(cls, model: Path) -> FakeClassifier:
        if not model.is_file():
            raise FakeModelError(f"there is no model at {model}: run make train")
        return cls()

    def classify(self, text: str) -> FakeClassification:
        if "ketamine" in text:
            topic = "migraine.ketamine_for_migraine"
            return FakeClassification(ReplyKind.ANSWER, topic, 0.98765, "faq/migraine.aura")
        return FakeClassification(ReplyKind.OUT_OF_SCOPE, "", 0.5, "")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = ModuleType("bot.nlu.offline")
    vars(fake).update(OfflineClassifier=FakeClassifier, ModelError=FakeModelError)
    monkeypatch.setitem(sys.modules, "bot.nlu.offline", fake)
    (tmp_path / "model.tar.gz").write_bytes(b"")
    monkeypatch.setenv("MODEL_FILE", str(tmp_path / "model.tar.gz"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sentences.csv"


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_row_is_classified(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('text,note\n"ketamine, for me?",x\npizza,y\n')

    assert main(["classify", str(file)]) == 0

    output = capsys.readouterr()
    assert output.out.splitlines() == [
        "id,kind,topic,confidence,runner_up",
        "1,answer,migraine.ketamine_for_migraine,0.9877,faq/migraine.aura",
        "2,out_of_scope,,0.5000,",
    ]
    assert "classifying" in output.err


def test_ids_are_kept(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("id,text\nq7,pizza\n,pasta\n")

    main(["classify", str(file)])

    assert [row["id"] for row in table(capsys.readouterr().out)] == ["q7", "2"]


def test_a_spreadsheet_file_with_a_byte_order_mark(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes("\ufefftext\r\nqué es ketamine\r\n".encode())

    assert main(["classify", str(file)]) == 0
    assert table(capsys.readouterr().out)[0]["kind"] == "answer"


def test_the_output_file(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("text\npizza\n")
    result = tmp_path / "result.csv"

    assert main(["classify", str(file), "--output", str(result)]) == 0

    assert capsys.readouterr().out == ""
    assert table(result.read_text())[0]["kind"] == "out_of_scope"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"text\n", "holds no rows"),
        (b"sentence\nx\n", "has no column `text`"),
        (b"text\n\xff\xfe\n", "is not UTF-8"),
        (b"id,text\n1\n", ":2: the row has not as many cells"),
        (b'text\n"open\n', "not CSV"),
        (b"text\n" + b"x" * 200_000 + b"\n", "not CSV"),
    ],
)
def test_a_file_that_cannot_be_used_gets_one_line_and_changes_nothing(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: str
) -> None:
    file.write_bytes(content)
    result = tmp_path / "result.csv"
    result.write_text("before")

    assert main(["classify", str(file), "--output", str(result)]) == 2

    output = capsys.readouterr()
    assert output.out == ""
    assert words in output.err
    assert len(output.err.splitlines()) == 1
    assert result.read_text() == "before"


def test_a_file_that_is_not_there(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(file)]) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err


def test_a_model_that_is_not_there(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODEL_FILE", str(tmp_path / "nowhere.tar.gz"))
    file.write_text("text\npizza\n")
    result = tmp_path / "result.csv"

    assert main(["classify", str(file), "--output", str(result)]) == 2

    assert "run make train" in capsys.readouterr().err
    assert not result.exists()


@pytest.mark.parametrize("place", ["", "sentences.csv", "nowhere/result.csv"])
def test_an_output_that_cannot_be_written(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    file.write_text("text\npizza\n")

    assert main(["classify", str(file), "--output", str(tmp_path / place)]) == 2

    assert len(capsys.readouterr().err.splitlines()) == 1
    assert file.read_text() == "text\npizza\n"


def test_a_failure_half_way_leaves_the_old_output(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: FakeClassifier, text: str) -> FakeClassification:
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeClassifier, "classify", fail)
    file.write_text("text\npizza\n")
    result = tmp_path / "result.csv"
    result.write_text("before")

    assert main(["classify", str(file), "--output", str(result)]) == 130

    assert result.read_text() == "before"
    assert not list(tmp_path.glob(".result.csv*"))
