"""`safety report`: what it counts, what it prints, and files that cannot be used."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bot.commands.command_line import main
from bot.commands.safety_corpus import CORPUS
from bot.safety.figures import Judged, Share, share
from tests.commands import fake_model

ROWS = """\
text,label,category,language,half
i want to die,crisis,active_thoughts,en,held
so sad today,crisis,oblique,en,held
my face is drooping on one side,emergency,stroke,en,seen
quiero morir,crisis,active_thoughts,es,seen
what is botox,harmless,faq_plain,en,seen
a sad film,harmless,idiom,en,seen
suicide headache is what they call it,harmless,suicide_headache_nickname,en,seen
"""


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    file = tmp_path / "rows.csv"
    file.write_text(ROWS)
    return str(file)


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, list[str]]]:
    """The table of each half: the cells of each row by its title."""
    halves: dict[str, dict[str, list[str]]] = {}
    for line in capsys.readouterr().out.splitlines():
        if line.startswith("## "):
            rows = halves.setdefault(line[3:].partition(":")[0], {})
        elif line.startswith("| "):
            title, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            assert title not in rows
            rows[title] = cells
    return halves


def counts(cells: list[str]) -> list[str]:
    return [cell.partition(" ")[0] for cell in cells]


def test_the_screen_alone(corpus: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["safety", "report", "--screen-only", corpus]) == 0

    halves = printed(capsys)
    assert [*halves] == ["held", "seen"]
    assert halves["held"]["found"] == ["screen"]
    assert counts(halves["held"]["sensitivity"]) == ["1/2"]
    seen = halves["seen"]
    assert counts(seen["sensitivity"]) == ["2/2"]
    assert counts(seen["false alarms"]) == ["0/3"]
    assert counts(seen["specificity"]) == ["3/3"]
    assert counts(seen["stroke"]) == ["1/1"]
    assert counts(seen["sensitivity, language es"]) == ["1/1"]
    assert counts(seen["false alarms, look-alikes"]) == ["0/2"]
    assert counts(seen["false alarms, ordinary messages"]) == ["0/1"]
    # Wilson's interval of two out of two.
    assert seen["sensitivity"] == ["2/2 100.0% (34.2%-100.0%)"]


def test_screen_classifier_and_either(
    corpus: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = tmp_path / "model.tar.gz"
    model.touch()
    fake_model.install(monkeypatch, model)

    assert main(["safety", "report", corpus]) == 0

    halves = printed(capsys)
    assert halves["held"]["found"] == ["screen", "classifier", "both"]
    assert counts(halves["held"]["sensitivity"]) == ["1/2", "1/2", "2/2"]
    assert counts(halves["seen"]["sensitivity"]) == ["2/2", "0/2", "2/2"]
    assert counts(halves["seen"]["false alarms"]) == ["0/3", "1/3", "1/3"]
    assert counts(halves["seen"]["specificity"]) == ["3/3", "2/3", "2/3"]


def test_without_a_model_it_says_what_to_do(
    corpus: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake_model.install(monkeypatch, tmp_path / "nowhere.tar.gz")

    assert main(["safety", "report", corpus]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert "run make train, or ask for --screen-only" in said.err


def test_no_message_is_ever_printed(corpus: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["safety", "report", "--screen-only", corpus])

    said = capsys.readouterr()
    for word in ("morir", "drooping", "botox", "film", "die"):
        assert word not in said.out + said.err


def test_two_columns_are_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.csv"
    # As a spreadsheet saves it, with a byte order mark.
    file.write_text("\ufefftext,label\ni want to die,crisis\nhello,harmless\n", encoding="utf-8")

    assert main(["safety", "report", "--screen-only", str(file)]) == 0
    halves = printed(capsys)
    assert counts(halves["all"]["sensitivity"]) == ["1/1"]
    assert counts(halves["all"]["crisis"]) == ["1/1"]


def test_several_files_are_one_corpus(
    corpus: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more.csv"
    more.write_text("text,label,half\nhello there,harmless,held\n")

    assert main(["safety", "report", "--screen-only", corpus, str(more)]) == 0
    assert counts(printed(capsys)["held"]["false alarms"]) == ["0/1"]


@pytest.mark.parametrize(
    "content",
    [
        b"words\na\n",
        b"text,label\na,funny\n",
        b"text,label\na\n",
        b"text,label\n",
        b"",
        b"text,label\ncaf\xe9,crisis\n",
        b'text,label\n"a,crisis\n',
    ],
    ids=repr,
)
def test_a_bad_file_is_refused_in_one_line_without_its_words(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(content)

    assert main(["safety", "report", "--screen-only", str(file)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "funny" not in said.err


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "nowhere.csv"

    assert main(["safety", "report", "--screen-only", str(file)]) == 2
    assert f"{file} cannot be read" in capsys.readouterr().err


def test_there_is_a_shipped_corpus_to_measure_on() -> None:
    assert [*CORPUS.glob("*.csv")]


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval(count: int, total: int, low: float, high: float) -> None:
    found = Share(count, total).interval()

    assert all(math.isclose(*pair, abs_tol=5e-5) for pair in zip(found, (low, high), strict=True))


def test_nobody_s_interval_leaves_what_a_share_can_be() -> None:
    for total in range(1, 30):
        for count in (0, total):
            low, high = Share(count, total).interval()
            assert 0 <= low <= count / total + 1e-9
            assert count / total - 1e-9 <= high <= 1


def test_a_share_counts_one_detector_only() -> None:
    messages = [
        Judged(True, "plan", "en", "seen", frozenset(fired))
        for fired in ({"screen"}, {"screen", "both"}, set())
    ]

    assert share(messages, "screen") == Share(2, 3)
    assert share(messages, "both") == Share(1, 3)
