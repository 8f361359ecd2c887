"""The made-up libraries are real ones to the schema; each size is kept at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.growth import __main__ as growth
from benchmarks.growth import library
from benchmarks.growth.library import ANSWERS_A_PAGE, Made, make_project
from bot.content.library import load_library
from bot.content.name_rules import names_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "_shipped_examples", lambda: [])
        return make_project(tmp_path_factory.mktemp("made"), 2)


def test_its_pages_are_read_as_the_real_ones_are(made: Made) -> None:
    pages = load_library(made.folder / "bot" / "content" / "pages")

    assert [page.id for page in pages.pages] == ["page000", "page001"]
    assert len(list(pages.topics())) == 2 * ANSWERS_A_PAGE
    assert len(names_of(pages)) > 100


def test_no_question_is_among_the_examples(made: Made) -> None:
    examples = {
        line[2:]: item["intent"]
        for file in (made.folder / "data" / "nlu").glob("*.yml")
        for item in yaml.safe_load(file.read_text())["nlu"]
        for line in item["examples"].splitlines()
    }

    assert len(examples) == made.examples
    assert {one.label for one in made.questions} == set(examples.values())
    assert not {one.text for one in made.questions} & set(examples)


def size(pages: int, **figures: float) -> dict[str, Any]:
    return {"pages": pages, **dict.fromkeys(growth._COLUMNS, 1.0), **figures}


def test_each_size_is_kept_beside_the_others(tmp_path: Path) -> None:
    growth.keep(size(100, parse_cpu_ms=15), tmp_path)
    growth.keep(size(1, parse_cpu_ms=9), tmp_path)
    growth.keep(size(1, parse_cpu_ms=10), tmp_path)

    assert [one["parse_cpu_ms"] for one in growth.kept(tmp_path / "growth.json")] == [10, 15]
    assert growth.report(growth.kept(tmp_path / "growth.json")).figures["parse_ratio"] == 1.5
    assert {file.suffix for file in tmp_path.iterdir()} == {".json", ".md", ".txt", ".png"}


def test_a_file_that_is_cut_off_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "growth.json").write_text('{"figures": {"sizes": [{"pa')

    assert growth.kept(tmp_path / "growth.json") == []
