"""Shows at the end of a run which questions missed their answer."""

from __future__ import annotations

import pytest

from tests.scenarios.missed_questions import MISSED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Enough questions reach each answer; those that did not are worth a look."""
    if MISSED:
        terminalreporter.section("questions that missed their answer")
        for answer, question, came in MISSED:
            terminalreporter.write_line(f"{answer}: {question!r} got {came}")
