"""`action_follow_up`."""

from __future__ import annotations

import pytest

from actions.action_follow_up import ActionFollowUp
from bot.content.library import Library, Topic
from bot.content.page import FollowUpKind
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


def test_more_is_the_fuller_answer(library: Library) -> None:
    said = run_action(ActionFollowUp, create_tracker("follow_up/more", topic="migraine.botox"))

    assert said.text == library.answer(Topic("migraine", "botox")).full
    assert (said.slots["offer"], said.slots["told_in_full"]) == ("person", True)


def test_the_fuller_answer_is_not_given_twice(library: Library) -> None:
    tracker = create_tracker("follow_up/more", topic="migraine.botox", told_in_full=True)

    said = run_action(ActionFollowUp, tracker)

    assert said.kind is ReplyKind.ANSWER
    assert said.text != library.answer(Topic("migraine", "botox")).full


def test_the_source_names_its_publications() -> None:
    tracker = create_tracker("follow_up/source", topic="migraine.ketamine_evidence")

    said = run_action(ActionFollowUp, tracker)

    assert "PMID 28025837" in said.text
    assert "Dr. Ben Soffer, DO, on May 31, 2026" in said.text


def test_another_answer_becomes_the_topic() -> None:
    tracker = create_tracker("follow_up/prevention", topic="migraine.acute_treatment")

    said = run_action(ActionFollowUp, tracker)

    assert said.slots["topic"] == "migraine.preventive_treatment"
    assert said.kind is ReplyKind.ANSWER


def test_what_the_page_does_not_say_is_not_guessed() -> None:
    said = run_action(ActionFollowUp, create_tracker("follow_up/safety", topic="migraine.botox"))

    assert said.kind is ReplyKind.NOT_COVERED
    assert (said.slots["topic"], said.slots["offer"]) == ("migraine.botox", "person")


@pytest.mark.parametrize("kind", FollowUpKind)
def test_with_nothing_before_there_is_still_a_reply(kind: FollowUpKind) -> None:
    said = run_action(ActionFollowUp, create_tracker(f"follow_up/{kind.value}"))

    assert said.kind in (ReplyKind.CLARIFY, ReplyKind.ANSWER, ReplyKind.NOT_COVERED)


@pytest.mark.parametrize("kind", [FollowUpKind.MORE, FollowUpKind.DURATION])
def test_after_an_answer_that_is_gone_there_is_still_one(kind: FollowUpKind) -> None:
    tracker = create_tracker(f"follow_up/{kind.value}", topic="migraine.no_longer")

    said = run_action(ActionFollowUp, tracker)

    assert said.kind in (ReplyKind.CLARIFY, ReplyKind.ANSWER, ReplyKind.NOT_COVERED)
    assert said.slots["topic"] != "migraine.no_longer"
