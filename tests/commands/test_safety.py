from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands.command_line import main
from bot.safety.figures import Share


def test_the_report_counts_and_shows_no_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("text,label\ni want to die,crisis\nwhat is botox,harmless\n")

    assert main(["safety", "report", str(file)]) == 0
    printed = capsys.readouterr().out

    assert "| sensitivity | 1/1 100.0%" in printed
    assert "| false alarms | 0/1 0.0%" in printed
    assert "botox" not in printed


@pytest.mark.parametrize("content", ["words\na\n", "text,label\na,funny\n", "text,label\n"])
def test_a_bad_file_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(content)

    assert main(["safety", "report", str(file)]) == 2


def test_wilson_interval() -> None:
    low, high = Share(9, 10).interval()

    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
