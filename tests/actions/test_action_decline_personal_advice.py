"""`action_decline_personal_advice`."""

from __future__ import annotations

from actions.action_decline_personal_advice import ActionDeclinePersonalAdvice
from bot.content.library import Library, Topic
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


def test_it_declines_and_offers_a_person(library: Library) -> None:
    said = run_action(ActionDeclinePersonalAdvice, create_tracker("personal_advice"))

    assert said.kind is ReplyKind.PERSONAL_ADVICE
    assert said.payloads == ["/human_handoff"]
    assert said.slots["offer"] == "person"
    assert said.reply
    assert said.reply.disclaimer == library.default_page.disclaimer


def test_a_general_answer_may_follow(library: Library) -> None:
    tracker = create_tracker("personal_advice", related="migraine.botox")

    said = run_action(ActionDeclinePersonalAdvice, tracker)

    assert said.text.endswith(library.answer(Topic("migraine", "botox")).short)
    assert said.reply
    assert (said.reply.topic, said.reply.source is not None) == ("botox", True)


def test_an_answer_that_is_gone_may_not() -> None:
    tracker = create_tracker("personal_advice", related="migraine.no_longer")

    said = run_action(ActionDeclinePersonalAdvice, tracker)

    assert said.kind is ReplyKind.PERSONAL_ADVICE
    assert said.reply
    assert said.reply.topic is None
