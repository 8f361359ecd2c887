"""`make benchmark`: small parts stand in for the real ones, which take hours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import __main__ as command
from benchmarks.plan import Plan, UnknownPartError, load_plan
from benchmarks.runs import Ending, Run, Runs, expected_minutes
from benchmarks.summary import write_summary
from bot.content.yaml_source import ContentError

_MODULE = "tests.benchmarks.small_parts"


def plan_of(*parts: dict[str, Any], aims: tuple[dict[str, Any], ...] = ()) -> Plan:
    return Plan(parts=parts, aims=aims)


def part(name: str, does: str, **more: Any) -> dict[str, Any]:
    given = {"title": name, "command": (_MODULE, does, name), "minutes": 1}
    return {"name": name, **given, **more}


AIM = {"part": "good", "aim": "speed", "figure": "figures.ms.1", "at_most": 20, "unit": "ms"}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The command with a part that fails, one that works, and one that wants data."""
    plan = plan_of(
        part("bad", "fail"),
        part("good", "keep"),
        part("public", "keep-data", needs_data=True),
        aims=(AIM, {**AIM, "part": "bad"}, {**AIM, "part": "public", "at_most": 2}),
    )
    monkeypatch.setattr(command, "load_plan", lambda: plan)
    return tmp_path


def run(folder: Path, *arguments: str) -> int:
    return command.main([*arguments, "--results", str(folder)])


def summary(folder: Path) -> list[str]:
    return (folder / "README.md").read_text(encoding="utf-8").splitlines()


def test_a_part_that_fails_costs_the_others_nothing(small: Path) -> None:
    assert run(small) == 1

    runs = Runs(small).all()
    assert {name: one.ending for name, one in runs.items()} == {
        "bad": Ending.FAILED,
        "good": Ending.DONE,
        "public": Ending.LEFT_OUT,
    }
    for kind in ("json", "md", "txt", "png"):
        assert (small / f"good.{kind}").stat().st_size > 0
    lines = summary(small)
    assert any("| speed | at most 20 ms | 12 ms | met | `make benchmark" in line for line in lines)
    assert any("| not measured | `make benchmark PARTS=bad`" in line for line in lines)
    assert any(line.startswith("| bad |") and "failed" in line for line in lines)


def test_what_a_part_kept_before_it_failed_stays(small: Path) -> None:
    before = {"command": "c", "machine": "m", "date": "d", "figures": {"ms": {"1": 30}}}
    (small / "bad.json").write_text(json.dumps(before))

    assert run(small, "bad") == 1

    assert json.loads((small / "bad.json").read_text()) == before
    assert "| speed | at most 20 ms | 30 ms | **missed** | `c` | m | d |" in summary(small)


def test_the_plan_is_said_first_with_its_times(
    small: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Runs(small).add("good", Run(Ending.DONE, 600, "2026-01-01"))

    run(small, "good", "public")

    said = capfd.readouterr().out
    assert said.index("about 10 min") < said.index("== good")
    assert "public         left out: no DATA=folder" in said
    assert "together about 10 min" in said


def test_only_the_parts_that_were_asked_for_run(small: Path) -> None:
    assert run(small, "good") == 0
    assert set(Runs(small).all()) == {"good"}


def test_with_data_the_part_that_wants_it_gets_it(small: Path) -> None:
    data = small / "data"
    data.mkdir()

    assert run(small, "public", "--data", str(data)) == 0
    assert json.loads((small / "public.json").read_text())["figures"]["data"] == str(data)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "no part is named nothing; there are bad, good, public"),
        (("good", "--data", "no/such/folder"), "no/such/folder is no folder"),
    ],
)
def test_what_is_not_there_is_said_in_one_line_before_anything_runs(
    small: Path, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run(small, *arguments) == 2

    assert capfd.readouterr().err == f"error: {said}\n"
    assert list(small.iterdir()) == []


@pytest.mark.parametrize("content", ["", '{"figures": {"ms"', "[]", '"x"', "\xff"])
def test_a_half_written_result_is_named_and_breaks_nothing(small: Path, content: str) -> None:
    (small / "bad.json").write_text(content, encoding="latin-1")
    (small / "runs.json").write_text(content, encoding="latin-1")
    (small / "good.json").write_text(json.dumps({"figures": {"ms": {"1": 12}}}))

    assert run(small, "--summary") == 0

    lines = summary(small)
    assert sum("its file cannot be read" in line for line in lines) == 2
    assert any("| 12 ms | met |" in line for line in lines)
    assert Runs(small).all() == {}


def test_a_list_of_runs_that_cannot_be_read_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "runs.json").write_text('{"good": {"ending": ')
    run = Run(Ending.DONE, 1.5, "2026-01-01")

    Runs(tmp_path).add("good", run)

    assert Runs(tmp_path).all() == {"good": run}


def test_a_part_that_dies_while_it_writes_leaves_what_was_there(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(small, "good") == 0
    before = {kind: (small / f"good.{kind}").read_bytes() for kind in ("json", "png")}
    plan = plan_of(part("good", "die-writing"))
    monkeypatch.setattr(command, "load_plan", lambda: plan)

    assert run(small, "good") == 1

    assert {kind: (small / f"good.{kind}").read_bytes() for kind in before} == before


def test_the_summary_can_be_written_alone(small: Path) -> None:
    assert run(small, "--summary") == 0
    assert [file.name for file in small.iterdir()] == ["README.md"]


def test_a_figure_that_is_none_is_not_measured(tmp_path: Path) -> None:
    plan = plan_of(part("good", "keep"), aims=(AIM,))
    (tmp_path / "good.json").write_text('{"figures": {"ms": {"1": null}}}')

    assert "not measured" in write_summary(plan, tmp_path)


@pytest.mark.parametrize(
    ("limit", "value", "met"),
    [
        ({"at_most": 2}, 2, True),
        ({"at_most": 2}, 2.1, False),
        ({"at_least": 0}, 0, True),
        ({"at_least": 4}, 3.9, False),
    ],
)
def test_an_aim_is_met_at_its_limit(limit: dict[str, float], value: float, met: bool) -> None:
    aims = plan_of(aims=({"part": "x", "aim": "y", "figure": "z", **limit},)).aims

    assert aims[0].met(value) is met


def test_a_failed_run_says_nothing_of_the_time() -> None:
    (one,) = plan_of(part("one", "keep")).parts

    assert expected_minutes(one, {"one": Run(Ending.FAILED, 6000, "d")}) == 1


def test_the_shipped_plan_names_modules_that_are_there() -> None:
    plan = load_plan()
    root = Path(command.__file__).parents[1]

    for one in plan.parts:
        module = root / one.command[0].replace(".", "/")
        assert module.with_suffix(".py").is_file() or (module / "__main__.py").is_file()
    assert {aim.part for aim in plan.aims} <= {one.name for one in plan.parts}
    with pytest.raises(UnknownPartError):
        plan.choose(["figures"])


@pytest.mark.parametrize("limits", [{}, {"at_most": 1, "at_least": 1}])
def test_an_aim_without_one_limit_is_a_fault(tmp_path: Path, limits: dict[str, int]) -> None:
    file = tmp_path / "plan.yml"
    aim = {"part": "a", "aim": "b", "figure": "c", **limits}
    file.write_text(yaml.safe_dump({"parts": [], "aims": [aim]}))

    with pytest.raises(ContentError, match="one of the two"):
        load_plan(file)
