"""A conversation without servers goes as it would with them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.configuration.clinic import load_clinic
from bot.content.intake_rules import load_intake_rules
from bot.content.library import Topic
from bot.evaluation.conversation import Conversation
from bot.evaluation.expectations import written
from bot.evaluation.outcomes import Outcome
from bot.replies.composer import ReplyComposer
from bot.replies.intake_form import IntakeForm
from bot.replies.understanding import Candidate, Intent, Label, Understanding
from bot.safety.danger import Danger, DangerTopic

STROKE = Danger(topic=DangerTopic.BODY)


class Script:
    """Understands a text as the label that it is."""

    def __init__(self) -> None:
        self.earlier: list[list[str]] = []

    def danger_in(self, text: str, earlier: Sequence[str]) -> Danger | None:
        self.earlier.append([*earlier])
        return STROKE if text == "stroke" else None

    def understand(self, text: str, answered: Topic | None = None) -> Understanding | None:
        if not text.strip():
            return None
        try:
            label = Label.parse(text)
        except ValueError:
            # Words that mean nothing to the classifier.
            label = Label(Intent.FALLBACK)
        likeliest = Candidate(Label(Intent.FAQ, "migraine.botox"), 0.4)
        danger = Danger(topic=DangerTopic.SUICIDE) if label.intent is Intent.CRISIS else None
        return Understanding(label, 0.8, (likeliest,), danger=danger)


@pytest.fixture(scope="module")
def composer() -> ReplyComposer:
    return ReplyComposer.shipped(load_clinic())


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def conversation(composer: ReplyComposer, script: Script) -> Conversation:
    return Conversation(script, composer, IntakeForm(load_intake_rules()))


def said(conversation: Conversation, *texts: str) -> list[str]:
    return [written(conversation.say(text).final) for text in texts]


def test_a_follow_up_comes_to_what_the_page_says_of_the_topic_before(
    conversation: Conversation,
) -> None:
    conversation.say("faq/migraine.acute_treatment")
    outcome = conversation.say("follow_up/prevention")

    assert written(outcome.decided) == "follow_up/prevention"
    assert written(outcome.resolved) == "faq/migraine.preventive_treatment"
    assert outcome.readings == (outcome.decided, outcome.resolved)
    assert said(conversation, "follow_up/duration") == ["not_covered"]


def test_a_follow_up_to_nothing_is_asked_back(conversation: Conversation) -> None:
    assert said(conversation, "follow_up/more") == ["clarify"]


def test_yes_accepts_what_was_offered(conversation: Conversation) -> None:
    assert said(conversation, "faq/migraine.botox", "affirm", "affirm") == [
        *("faq/migraine.botox", "faq/migraine.botox", "human_handoff"),
    ]
    # The form is open now.
    assert said(conversation, "Sam") == ["intake"]


def test_what_asks_nothing_new_after_a_danger_is_about_the_danger(
    conversation: Conversation,
) -> None:
    assert said(conversation, "stroke", "follow_up/duration", "deny", "chitchat/thanks") == [
        *("emergency", "emergency", "emergency", "emergency"),
    ]
    assert said(conversation, "faq/migraine.botox", "chitchat/thanks") == [
        *("faq/migraine.botox", "chitchat/thanks"),
    ]


def test_rasa_does_not_hear_of_what_the_gateway_answers(conversation: Conversation) -> None:
    said(conversation, "faq/migraine.acute_treatment", "stroke", "faq/migraine.botox")
    assert said(conversation, "stroke", "not_covered", "follow_up/more") == [
        *("emergency", "not_covered", "faq/migraine.botox"),
    ]


def test_a_danger_that_only_the_classifier_finds(conversation: Conversation) -> None:
    assert said(conversation, "crisis/suicide.2", "deny") == ["crisis/suicide.2", "crisis"]


def test_the_screen_reads_the_two_messages_before(
    conversation: Conversation, script: Script
) -> None:
    said(conversation, *("affirm", "deny", "stroke", "affirm"))

    assert script.earlier == [[], ["affirm"], ["affirm", "deny"], ["deny", "stroke"]]


def test_the_form_takes_what_answers_it(conversation: Conversation) -> None:
    assert said(conversation, "human_handoff", "Sam", "sam@example.com", "evening") == [
        *("human_handoff", "intake", "intake", "intake"),
    ]


def test_a_question_in_the_form_is_answered(conversation: Conversation) -> None:
    assert said(conversation, "human_handoff", "Sam", "faq/migraine.botox", "deny") == [
        *("human_handoff", "intake", "faq/migraine.botox", "intake"),
    ]


def test_after_the_form_is_cancelled_all_is_as_before(conversation: Conversation) -> None:
    assert said(conversation, "human_handoff", "cancel", "chitchat/thanks", "deny") == [
        *("human_handoff", "intake", "chitchat/thanks", "deny"),
    ]


def test_a_form_that_gets_nowhere_is_put_aside_and_yes_goes_on_with_it(
    conversation: Conversation,
) -> None:
    said(conversation, "human_handoff", *["faq/migraine.botox"] * 10)

    assert said(conversation, "chitchat/thanks", "human_handoff", "Sam") == [
        *("chitchat/thanks", "human_handoff", "intake"),
    ]


def test_what_is_believed_is_the_likeliest_meaning(conversation: Conversation) -> None:
    asked_back = conversation.say("gibberish")
    assert asked_back.decided == (Label(Intent.FALLBACK),)
    assert asked_back.belief == Candidate(Label(Intent.FAQ, "migraine.botox"), 0.4)

    assert conversation.say("not_covered").belief == Candidate(Label(Intent.NOT_COVERED), 0.8)
    assert conversation.say("stroke").belief == Candidate(Label(Intent.EMERGENCY), 1.0)


def test_nothing_to_read_is_decided_as_nothing(conversation: Conversation) -> None:
    assert conversation.say(" ") == Outcome(())


def test_several_replies_are_several_decisions(composer: ReplyComposer) -> None:
    topics = [*composer.library.topics()][:2]
    replies = [composer.answer(topic) for topic in topics] + [composer.not_covered()]

    outcome = Outcome.of(Understanding(Label(Intent.FAQ, str(topics[0])), 0.9), replies)

    assert written(outcome.final) == f"faq/{topics[0]} + faq/{topics[1]} + not_covered"
