"""`content check`: what it prints and how it exits. The rules have tests of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot.content.check
import bot.replies.texting.render_check
from bot.commands.command_line import main
from bot.content.answer_rules import AnswerMeasure
from bot.content.check import ContentReport
from bot.content.yaml_source import Fault
from bot.safety.replies import SafetyReplies, load_safety_replies
from bot.safety.short_replies import ShortSafetyReplies, load_short_replies


def report(monkeypatch: pytest.MonkeyPatch, *faults: Fault) -> None:
    made = ContentReport(
        list(faults), ["migraine.aura"], [AnswerMeasure("migraine.aura", 6.25, 140, 2)]
    )
    monkeypatch.setattr(bot.content.check, "check_content", lambda: made)
    unsigned(monkeypatch)


def unsigned(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(SafetyReplies, "unsigned", lambda _: list(names))
    monkeypatch.setattr(ShortSafetyReplies, "unsigned", lambda _: [])
    monkeypatch.setattr(bot.replies.texting.render_check, "rendering_faults", lambda _: [])


def test_without_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report(monkeypatch)

    assert main(["content", "check"]) == 0
    assert capsys.readouterr().out == (
        "not signed: migraine.aura\n"
        "1 answers, 0 faults, not signed by a clinician: 1 answers, 0 safety texts\n"
    )


def test_every_unsigned_safety_text_is_listed_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report(monkeypatch)
    unsigned(monkeypatch, "suicide_thoughts.en.1", "door_open.crisis.es.1")

    # Awaiting a signature is no fault: production refuses it, nothing else does.
    assert main(["content", "check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "not signed: migraine.aura",
        "not signed: suicide_thoughts.en.1",
        "not signed: door_open.crisis.es.1",
        "1 answers, 0 faults, not signed by a clinician: 1 answers, 2 safety texts",
    ]


def test_the_shipped_safety_texts_are_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    shipped = [*load_safety_replies().unsigned(), *load_short_replies().unsigned()]

    main(["content", "check"])

    listed = capsys.readouterr().out.splitlines()
    assert [name for name in shipped if f"not signed: {name}" not in listed] == []
    assert listed[-1].endswith(f"{len(shipped)} safety texts")


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
