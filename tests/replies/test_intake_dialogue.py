"""How a conversation comes to the intake form, and in which language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.replies.composer import ReplyComposer
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState, Offer, Turn
from bot.replies.intake_draft import Choice
from bot.replies.reply import ReplyKind
from bot.replies.understanding import Intent, Label, Understanding
from bot.safety.danger import Danger, DangerTopic
from tests.replies.talk import START, heard, talk


def press(dialogue: Dialogue, label: str, state: DialogueState) -> Turn:
    return dialogue.respond(replace(heard(label), chosen=True), state)


def test_who_asks_for_a_person_gets_the_number_first_and_then_the_form(dialogue: Dialogue) -> None:
    turn = talk(dialogue, "human_handoff")

    assert turn.reply.kind is ReplyKind.HUMAN_HANDOFF
    assert turn.opens_form


@pytest.mark.parametrize("before", ["not_covered", "personal_advice", "nlu_fallback"])
def test_yes_to_a_person_opens_the_form_too(dialogue: Dialogue, before: str) -> None:
    turn = talk(dialogue, before, "affirm")

    assert turn.reply.kind is ReplyKind.HUMAN_HANDOFF
    assert turn.opens_form


@pytest.mark.parametrize("offer", [None, Offer.MORE])
def test_yes_to_anything_else_does_not(dialogue: Dialogue, offer: Offer | None) -> None:
    state = DialogueState(offer=offer)

    assert not talk(dialogue, "affirm", state=state).opens_form


def test_yes_right_after_a_danger_does_not(dialogue: Dialogue) -> None:
    state = DialogueState(offer=Offer.PERSON, danger=Danger(topic=DangerTopic.SUICIDE))

    turn = talk(dialogue, "affirm", state=state)

    assert turn.reply.kind is ReplyKind.CRISIS
    assert not turn.opens_form


def test_who_asks_for_a_person_after_a_danger_has_both(
    dialogue: Dialogue, composer: ReplyComposer
) -> None:
    danger = Danger(topic=DangerTopic.SUICIDE)

    turn = press(dialogue, "human_handoff", DialogueState(danger=danger))

    assert turn.opens_form
    assert turn.reply == composer.with_door_open(composer.human_handoff(), danger)


@pytest.mark.parametrize("choice", Choice)
def test_a_button_of_a_form_that_is_over_says_so(
    dialogue: Dialogue, composer: ReplyComposer, choice: Choice
) -> None:
    turn = dialogue.respond(Understanding(Label(Intent.INTAKE, choice.value), 1.0), START)

    assert turn.reply == composer.intake.nothing_open()
    assert not turn.opens_form


def test_after_spanish_a_button_leads_on_in_spanish(
    dialogue: Dialogue, composer: ReplyComposer
) -> None:
    state = talk(dialogue, "other_language/es").state

    turn = press(dialogue, "human_handoff", state)

    assert turn.state.language == "es"
    assert turn.reply == composer.human_handoff("es")
    assert "Una persona de" in turn.reply.text
    assert turn.reply.buttons == ()


def test_after_a_danger_told_in_spanish_too(dialogue: Dialogue) -> None:
    state = DialogueState(danger=Danger(topic=DangerTopic.BODY, language="es"))

    assert press(dialogue, "human_handoff", state).state.language == "es"


@pytest.mark.parametrize("label", ["affirm", "deny", "nlu_fallback", "chitchat/thanks"])
def test_a_word_that_tells_no_language_leaves_it(dialogue: Dialogue, label: str) -> None:
    state = talk(dialogue, "other_language/es", label).state

    assert state.language == "es"


def test_who_goes_on_in_english_is_asked_in_english(dialogue: Dialogue) -> None:
    turn = talk(dialogue, "other_language/es", "faq/migraine.aura", "human_handoff")

    assert turn.state.language == "en"
    assert "You can reach a person" in turn.reply.text


def test_a_language_without_texts_is_answered_in_english(composer: ReplyComposer) -> None:
    assert composer.human_handoff("it") == composer.human_handoff()


def test_an_english_answer_to_a_button_does_not_end_the_spanish(dialogue: Dialogue) -> None:
    state = talk(dialogue, "other_language/es").state

    assert press(dialogue, "faq/migraine.aura", state).state.language == "es"
