"""The fixed replies to danger, and what is not signed yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.configuration.clinic import load_clinic
from bot.content.yaml_source import ContentError
from bot.safety.replies import REPLIES_FILE, load_safety_replies


def copy_with(folder: Path, old: str, new: str) -> Path:
    text = REPLIES_FILE.read_text()
    assert old in text
    file = folder / "replies.yml"
    file.write_text(text.replace(old, new, 1))
    return file


def test_every_place_is_filled_in() -> None:
    clinic = load_clinic()

    filled = load_safety_replies().filled_in(clinic)

    for _, text in filled:
        assert "{" not in text.text
        assert "\n" not in text.text
    assert clinic.phone in filled.crisis.text
    assert clinic.opening_hours in filled.unavailable.text


def test_danger_and_crisis_say_whom_to_call_and_that_nobody_watches() -> None:
    replies = load_safety_replies()

    assert "call 911 now" in replies.emergency.text
    assert "call or text 988" in replies.crisis.text
    for text in (replies.emergency.text, replies.crisis.text):
        assert "automated assistant" in text
        assert "nobody is watching" in text
        assert "911" in text


def test_when_nothing_else_can_be_said_both_lines_and_the_clinic_are() -> None:
    text = load_safety_replies().unavailable.text

    assert all(said in text for said in ("{clinic}", "{phone}", "{hours}", "911", "988"))


def test_drafts_wait_for_a_signature(tmp_path: Path) -> None:
    signed = load_safety_replies(copy_with(tmp_path, "sign_off: draft", "sign_off: signed"))

    assert load_safety_replies().unsigned() == ["emergency", "crisis", "unavailable"]
    assert signed.unsigned() == ["crisis", "unavailable"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("crisis:", "crises:"), ("sign_off: draft", "sign_off: perhaps"), ("  text: >-", "  txt: >-")],
)
def test_broken_replies_are_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ContentError):
        load_safety_replies(copy_with(tmp_path, old, new))
