"""Out-of-scope figures, the file of results, the table and the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.report import picture
from benchmarks.understanding import __main__ as command
from benchmarks.understanding import cell as cells
from benchmarks.understanding import table
from benchmarks.understanding.cell import Cell, measure
from benchmarks.understanding.datasets import DatasetName, Shots, read_dataset
from benchmarks.understanding.measures import Figures, auroc, recall_at_acceptance
from benchmarks.understanding.pipelines import Pipeline, PipelineName
from benchmarks.understanding.results import Results

_CELL = Cell(PipelineName.STOCK, DatasetName.CLINC150, Shots.FULL)
_USED = {"seconds": 2.0, "processor_seconds": 3.0, "peak_megabytes": 400.0}


def rasa(parses: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa's two processes leave these files behind."""

    def run(folder: Path, module: str, *files: str) -> None:
        if module == "training":
            (folder / "model.tar.gz").write_bytes(b"x" * 2_000_000)
            (folder / "training.json").write_text(json.dumps(_USED))
        else:
            assert len(json.loads((folder / "texts.json").read_text())) == len(parses)
            parsed = {**_USED, "parses": parses, "seconds": [0.004] * len(parses)}
            (folder / "parsing.json").write_text(json.dumps(parsed))

    monkeypatch.setattr(cells, "_run", run)


def parsed(**shares: float) -> dict[str, Any]:
    ranked = [{"name": name, "confidence": share} for name, share in shares.items()]
    return {"intent": ranked[0], "intent_ranking": ranked}


@pytest.fixture
def figures(data: Path, monkeypatch: pytest.MonkeyPatch) -> Figures:
    rasa([parsed(weather=0.9), parsed(weather=0.4), parsed(out_of_scope=0.9)], monkeypatch)
    return measure(_CELL, read_dataset(data, _CELL.dataset, _CELL.shots))


def test_confidence_that_says_nothing_is_a_half() -> None:
    assert auroc([0.9, 0.1], [0.5]) == 0.5
    assert auroc([0.9, 0.8], [0.5]) == 1.0
    assert auroc([0.9], []) is None


def test_the_level_accepts_95_of_100() -> None:
    inside = [place / 100 for place in range(100)]

    assert recall_at_acceptance(inside, [0.03, 0.05, 0.5]) == pytest.approx(1 / 3)
    assert recall_at_acceptance(inside, []) is None


def test_a_cell_is_measured(figures: Figures) -> None:
    assert (figures.accuracy, figures.decided_right, figures.decided_wrong) == (1.0, 1.0, 0.0)
    assert (figures.auroc, figures.out_of_scope_recall) == (1.0, 1.0)
    assert figures.training_seconds == 2.0
    assert figures.parse_milliseconds == 4.0
    assert figures.model_megabytes == 2.0


def test_a_wrong_decision_is_not_a_fallback(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rasa([parsed(odd=0.9, lost=0.1), parsed(nlu_fallback=0.8, odd=0.2)], monkeypatch)
    cell = Cell(PipelineName.STOCK, DatasetName.BANKING77, Shots.FULL)

    found = measure(cell, read_dataset(data, cell.dataset, cell.shots))

    assert (found.accuracy, found.decided_right, found.decided_wrong) == (0.5, 0.0, 0.5)


def test_finished_cells_are_kept(tmp_path: Path, figures: Figures) -> None:
    file = tmp_path / "results" / "understanding.json"
    Results(file).add(_CELL, figures, _CELL.fingerprint())

    assert Results(file).figures(_CELL) == figures
    assert Results(file).figures(Cell(PipelineName.OURS, *_rest())) is None


def test_a_changed_pipeline_was_not_measured(tmp_path: Path, figures: Figures) -> None:
    file = tmp_path / "understanding.json"
    Results(file).add(_CELL, figures, "of another pipeline")

    assert Results(file).figures(_CELL) is None


def test_a_changed_component_of_ours_counts_as_a_change() -> None:
    modules = cells.own_modules(Pipeline.named(PipelineName.OURS))

    assert {"leaf_classifier", "logistic_regression", "descent", "safety_gate"} <= modules
    assert "loopback_channel" not in modules
    assert cells.own_modules(Pipeline.named(PipelineName.STOCK)) == set()


def test_what_was_not_run_says_so(figures: Figures, tmp_path: Path) -> None:
    shown = table.rows({_CELL: figures})
    rows = shown.rows

    assert len(rows) == len(PipelineName) * len(DatasetName) * len(Shots)
    assert [row[3] for row in rows].count("not run") == len(rows) - 1
    assert ["clinc150", "full", "stock", "100.0"] in [row[:4] for row in rows]
    assert "| clinc150 | full | stock | 100.0 |" in shown.markdown()
    assert "not run" in shown.plain()
    picture(tmp_path / "drawn.png", lambda figure: table.draw(figure, {_CELL: figures}))
    assert (tmp_path / "drawn.png").stat().st_size > 0


def test_the_command_measures_once(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rasa([parsed(lost=0.9), parsed(odd=0.9)], monkeypatch)
    words = ["--pipeline", "stock", "--dataset", "banking77", "--shots", "10"]
    words = ["benchmark", str(data), "--results", str(tmp_path), *words]
    monkeypatch.setattr("sys.argv", words)

    assert command.main() == 0
    monkeypatch.setattr(cells, "_run", None)
    assert command.main() == 0

    assert "100.0" in capsys.readouterr().out
    assert {file.suffix for file in tmp_path.glob("understanding.*")} == {
        ".json",
        ".md",
        ".txt",
        ".png",
    }


@pytest.mark.parametrize("broken", ["data", "results"])
def test_unusable_files_are_one_clear_error(
    broken: str,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if broken == "results":
        (tmp_path / "understanding.json").write_text("[]")
    else:
        (data / "banking77" / "test.csv").unlink()
    monkeypatch.setattr("sys.argv", ["benchmark", str(data), "--results", str(tmp_path)])

    assert command.main() == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")


def _rest() -> tuple[DatasetName, Shots]:
    return _CELL.dataset, _CELL.shots
