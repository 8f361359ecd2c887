"""What is said about danger: the fixed texts, the open door, and the replies when nothing works."""

from __future__ import annotations

import pytest

from bot.configuration.clinic import Clinic
from bot.replies.composer import ReplyComposer
from bot.replies.payloads import PERSON_PAYLOAD
from bot.replies.reply import ReplyKind
from bot.safety.danger import Danger, DangerTopic
from bot.safety.replies import load_safety_replies
from tests.replies.strategies import SOME_DANGERS, TOPICS


@pytest.mark.parametrize("danger", SOME_DANGERS, ids=repr)
@pytest.mark.parametrize("times_before", range(4))
def test_a_safety_reply_is_the_fixed_text_and_says_what_it_answers(
    composer: ReplyComposer, clinic: Clinic, danger: Danger, times_before: int
) -> None:
    reply = composer.danger(danger, times_before)

    fixed = load_safety_replies().filled_in(clinic)
    assert reply.text == fixed.text_for(danger, times_before)
    assert (reply.kind.value, reply.danger) == (danger.kind.value, danger)
    assert [button.payload for button in reply.buttons] == [PERSON_PAYLOAD]
    assert (reply.disclaimer, reply.source, reply.topic) == (None, None, None)


def test_what_can_be_said_when_nothing_works_names_the_lines_to_call(
    composer: ReplyComposer, clinic: Clinic
) -> None:
    for said in ("988", "911", clinic.phone):
        assert said in composer.unavailable().text
        assert said in composer.action_failed().text


def test_the_door_is_kept_open_with_one_line_after_all_the_rest(composer: ReplyComposer) -> None:
    plain = composer.answer(TOPICS[0])

    for danger, said in {
        Danger(topic=DangerTopic.SUICIDE): "call or text 988",
        Danger(topic=DangerTopic.SUICIDE, language="es"): "llame al 988 y oprima el 2",
        Danger(topic=DangerTopic.SUICIDE, language="ko"): "call or text 988",
        Danger(topic=DangerTopic.BODY): "call 911",
        Danger(topic=DangerTopic.BODY, language="es"): "llame al 911",
    }.items():
        reply = composer.with_door_open(plain, danger)
        added = reply.text[len(plain.text) :]
        assert reply.text.startswith(plain.text)
        assert said in added
        assert added.startswith(" ")
        assert "\n" not in added
        # It is no safety reply: the next message finds no danger before it.
        assert reply.template and reply.template.after == danger
        assert reply.copy(update={"text": plain.text, "template": plain.template}) == plain


def test_another_language_is_told_how_to_reach_a_person(
    composer: ReplyComposer, clinic: Clinic
) -> None:
    reply = composer.other_language("es")

    assert reply.kind is ReplyKind.HUMAN_HANDOFF
    for said in (
        clinic.name,
        clinic.phone,
        "lunes a viernes",
        "911",
        "988",
        "oprima el 2",
        "AYUDA",
    ):
        assert said in reply.text
    assert clinic.opening_hours not in reply.text


def test_a_language_without_a_text_is_an_error_not_silence(composer: ReplyComposer) -> None:
    with pytest.raises(KeyError):
        composer.other_language("xx")
