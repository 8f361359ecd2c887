"""`evaluate` with a stand-in for the model: what it prints and writes, and bad input."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from bot.commands.command_line import main
from bot.content.library import Topic
from bot.replies.understanding import Candidate, Intent, Label, Understanding
from bot.safety.danger import Danger, DangerTopic

AURA = "faq/migraine.aura"
ROWS = f"""\
text,expected,also_ok,style
aura please,{AURA},,terse
another aura,faq/migraine.botox,,story
gibberish,not_covered,clarify;out_of_scope,story
a stroke,emergency,,terse
"""


class FakeModelError(Exception):
    """Stands for the classifier's own."""


class FakeClassifier:
    """Knows aura, strokes and "more"."""

    @classmethod
    def load(cls, model: Path) -> FakeClassifier:
        if not model.is_file():
            raise FakeModelError(f"there is no model at {model}: run make train")
        return cls()

    def danger_in(self, text: str, earlier: Sequence[str] = ()) -> Danger | None:
        return Danger(topic=DangerTopic.BODY) if "stroke" in text else None

    def understand(self, text: str, answered: Topic | None = None) -> Understanding | None:
        if text == "more":
            return Understanding(Label(Intent.FOLLOW_UP, "more"), 0.8)
        label = Label.parse(AURA) if "aura" in text else Label(Intent.FALLBACK)
        return Understanding(label, 0.9, (Candidate(Label.parse(AURA), 0.9),))


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = ModuleType("bot.nlu.offline")
    vars(fake).update(OfflineClassifier=FakeClassifier, ModelError=FakeModelError)
    monkeypatch.setitem(sys.modules, "bot.nlu.offline", fake)
    (tmp_path / "model.tar.gz").write_bytes(b"")
    monkeypatch.setenv("MODEL_FILE", str(tmp_path / "model.tar.gz"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


def cells(printed: str, title: str) -> list[str]:
    """The figures of every row with this title."""
    lines = [line.strip() for line in printed.splitlines()]
    return [line[len(title) :].split()[0] for line in lines if line.startswith(f"{title} ")]


def test_it_prints_figures_and_no_message(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(ROWS)

    assert main(["evaluate", str(file)]) == 0

    printed = capsys.readouterr().out
    assert cells(printed, "right kind and topic") == ["3/4"]
    assert cells(printed, "answer") == ["1/2"]
    assert cells(printed, "terse") == ["2/2"]
    assert cells(printed, "of all messages") == ["1/4"]
    assert f"1  faq/migraine.botox -> {AURA}" in printed
    assert "1 wrong decisions (see --out)" in printed
    assert "gibberish" not in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.tar.gz", "rows.csv"]


def test_it_writes_page_and_json(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(ROWS)
    folder = tmp_path / "new" / "folder"

    assert main(["evaluate", str(file), "--out", str(folder)]) == 0

    assert sorted(path.name for path in folder.iterdir()) == ["evaluation.html", "evaluation.json"]
    wrong = json.loads((folder / "evaluation.json").read_text())["wrong"]
    assert [row["text"] for row in wrong] == ["another aura"]
    assert "another aura" in (folder / "evaluation.html").read_text()
    assert str(folder / "evaluation.html") in capsys.readouterr().out


def test_conversations(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(
        f"conversation,turn,text,expected\nx,1,aura,{AURA}\nx,2,more,{AURA}\n"
        f"y,1,more,{AURA}\ny,2,a stroke,emergency\n"
    )

    assert main(["evaluate", "--conversations", str(file)]) == 0

    printed = capsys.readouterr().out
    # The same words are about aura only after aura.
    assert cells(printed, "01") == ["1/2"]
    assert cells(printed, "02") == ["2/2"]
    assert cells(printed, "conversations right throughout") == ["1/2"]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("text\nsecret\n", []),
        ("text,expected\nsecret,dancing\n", []),
        ("text,expected\n", []),
        (ROWS, ["--conversations"]),
        ("", []),
    ],
)
def test_bad_input_gets_one_line_and_writes_nothing(
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str,
    options: list[str],
) -> None:
    file.write_text(content)
    folder = tmp_path / "out"

    assert main(["evaluate", str(file), "--out", str(folder), *options]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "secret" not in said.err
    assert not folder.exists()


def test_a_folder_that_is_a_file_is_refused_before_the_work(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(ROWS)

    assert main(["evaluate", str(file), "--out", str(file)]) == 2

    said = capsys.readouterr()
    assert said.err == f"python -m bot: {file} is no folder\n"
    assert file.read_text() == ROWS


def test_a_folder_that_cannot_be_made_is_said_so(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(ROWS)

    assert main(["evaluate", str(file), "--out", str(file / "below")]) == 2

    assert "cannot be written: Not a directory" in capsys.readouterr().err


def test_without_a_model_it_says_what_to_do(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(ROWS)
    monkeypatch.setenv("MODEL_FILE", str(tmp_path / "nowhere.tar.gz"))

    assert main(["evaluate", str(file), "--out", str(tmp_path / "out")]) == 2

    assert "run make train" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_file_name_cannot_command_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "\x1b[2Jrows.csv"
    file.write_text(ROWS)

    assert main(["evaluate", str(file)]) == 0
    assert "\x1b" not in capsys.readouterr().out
