"""`content check`: what it prints and how it exits. The rules have tests of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot.content.check
from bot.commands.command_line import main
from bot.content.answer_rules import AnswerMeasure
from bot.content.check import ContentReport
from bot.content.yaml_source import Fault


def report(monkeypatch: pytest.MonkeyPatch, *faults: Fault) -> None:
    made = ContentReport(
        list(faults), ["migraine.aura"], [AnswerMeasure("migraine.aura", 6.25, 140, 2)]
    )
    monkeypatch.setattr(bot.content.check, "check_content", lambda: made)


def test_without_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report(monkeypatch)

    assert main(["content", "check"]) == 0
    assert capsys.readouterr().out == "1 answers, 0 faults, 1 texts not signed by a clinician\n"


def test_every_fault_is_printed_with_file_and_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Path.cwd() / "bot" / "content" / "pages" / "migraine.yml"
    report(monkeypatch, Fault(page, 12, "too long"), Fault(page, 40, "unknown PMID"))

    assert main(["content", "check"]) == 1
    assert capsys.readouterr().out.splitlines()[:2] == [
        "bot/content/pages/migraine.yml:12: too long",
        "bot/content/pages/migraine.yml:40: unknown PMID",
    ]


def test_verbose_adds_grade_and_length(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report(monkeypatch)

    assert main(["content", "check", "--verbose"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "answer         grade  length",
        "migraine.aura    6.2     140",
    ]
