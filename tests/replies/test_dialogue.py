"""What is replied to each kind of message, and what is remembered of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.content.library import Library, Topic
from bot.content.page import FollowUpKind
from bot.content.texts import ChitchatKind, Texts
from bot.replies.composer import ReplyComposer
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState, Offer, Turn
from bot.replies.reply import ReplyKind
from bot.replies.reply_check import fault_in
from bot.replies.understanding import Intent, Label, Understanding
from tests.replies.strategies import GONE, TOPICS
from tests.replies.talk import AFTER_BOTOX, AURA, BOTOX, START, heard, talk

#: Follow-ups that ask for another answer.
_LEADING = [
    FollowUpKind.DURATION,
    FollowUpKind.SAFETY,
    FollowUpKind.EFFECTIVENESS,
    FollowUpKind.PREVENTION,
    FollowUpKind.RELIEF,
    FollowUpKind.CAUSE,
    FollowUpKind.FREQUENCY,
]


def topic_of(turn: Turn) -> str | None:
    return turn.reply.topic


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("faq/migraine.botox", ReplyKind.ANSWER),
        ("chitchat/greet", ReplyKind.CHITCHAT),
        ("personal_advice", ReplyKind.PERSONAL_ADVICE),
        ("not_covered", ReplyKind.NOT_COVERED),
        ("human_handoff", ReplyKind.HUMAN_HANDOFF),
        ("out_of_scope", ReplyKind.OUT_OF_SCOPE),
        ("emergency", ReplyKind.EMERGENCY),
        ("crisis", ReplyKind.CRISIS),
        ("affirm", ReplyKind.CHITCHAT),
        ("deny", ReplyKind.CHITCHAT),
        ("nlu_fallback", ReplyKind.CLARIFY),
        ("intake/send", ReplyKind.INTAKE),
        ("follow_up/more", ReplyKind.CLARIFY),
        ("other_language/es", ReplyKind.HUMAN_HANDOFF),
        # As `rasa shell` hears it from somebody who types the intent.
        ("other_language", ReplyKind.HUMAN_HANDOFF),
    ],
)
def test_the_kind_of_a_first_reply(dialogue: Dialogue, label: str, kind: ReplyKind) -> None:
    assert talk(dialogue, label).reply.kind is kind


def test_every_intent_has_a_reply(dialogue: Dialogue) -> None:
    leaves = {
        Intent.FAQ: "migraine.aura",
        Intent.CHITCHAT: "greet",
        Intent.FOLLOW_UP: "more",
        Intent.OTHER_LANGUAGE: "es",
    }

    for intent in Intent:
        reply = dialogue.respond(Understanding(Label(intent, leaves.get(intent)), 1.0), START).reply
        assert reply.text


def test_an_answer_is_remembered(dialogue: Dialogue, library: Library) -> None:
    turn = talk(dialogue, "faq/migraine.botox")

    assert turn.reply.text == library.answer(BOTOX).short
    assert turn.state == DialogueState(topic=BOTOX, offer=Offer.MORE)


@pytest.mark.parametrize("leaf", [str(GONE), "anxiety.definition", None])
def test_a_question_whose_answer_is_gone_counts_as_not_covered(
    dialogue: Dialogue, leaf: str | None
) -> None:
    turn = dialogue.respond(Understanding(Label(Intent.FAQ, leaf), 1.0), AFTER_BOTOX)

    assert turn.reply.kind is ReplyKind.NOT_COVERED
    assert turn.state.offer is Offer.PERSON


@pytest.mark.parametrize(
    "kind", [each for each in ChitchatKind if each is not ChitchatKind.UNHELPFUL]
)
def test_small_talk(dialogue: Dialogue, composer: ReplyComposer, kind: ChitchatKind) -> None:
    turn = talk(dialogue, f"chitchat/{kind.value}", state=AFTER_BOTOX)

    assert turn.reply == composer.chitchat(kind)
    # "tell me more" after a "thanks" still means Botox; a bare "yes" accepts nothing any more.
    assert turn.state == DialogueState(topic=BOTOX)


def test_another_language_is_answered_in_it(dialogue: Dialogue, composer: ReplyComposer) -> None:
    turn = talk(dialogue, "other_language/es", state=replace(AFTER_BOTOX, misses=1))

    assert turn.reply == composer.other_language("es")
    assert "Una persona de" in turn.reply.text
    # The topic stays for whoever goes on in English.
    assert turn.state == DialogueState(topic=BOTOX, language="es")


@pytest.mark.parametrize(
    "kind", [FollowUpKind.MORE, FollowUpKind.SOURCE, FollowUpKind.SIMPLER, FollowUpKind.REPEAT]
)
def test_with_nothing_before_a_follow_up_is_asked_about(
    dialogue: Dialogue, kind: FollowUpKind
) -> None:
    turn = talk(dialogue, f"follow_up/{kind.value}")

    assert turn.reply.kind is ReplyKind.CLARIFY
    # The four starters and a person.
    assert len(turn.reply.buttons) == 5
    assert turn.state.misses == 0


@pytest.mark.parametrize("kind", _LEADING)
def test_with_nothing_before_a_leading_follow_up_asks_about_the_page_itself(
    dialogue: Dialogue, library: Library, kind: FollowUpKind
) -> None:
    turn = talk(dialogue, f"follow_up/{kind.value}")

    target = library.default_page.follow_ups.get(kind)
    assert turn.reply.kind is (ReplyKind.ANSWER if target else ReplyKind.NOT_COVERED)
    assert topic_of(turn) == target


@pytest.mark.parametrize("kind", _LEADING)
def test_a_leading_follow_up_leads_where_the_record_says(
    dialogue: Dialogue, library: Library, kind: FollowUpKind
) -> None:
    for topic in TOPICS:
        before = DialogueState(topic=topic, offer=Offer.MORE)
        turn = talk(dialogue, f"follow_up/{kind.value}", state=before)
        target = library.follow_up(topic, kind)
        if target is None:
            assert turn.reply.kind is ReplyKind.NOT_COVERED
            assert library.answer(topic).question in turn.reply.text
            assert turn.state == DialogueState(topic=topic, offer=Offer.PERSON)
        else:
            assert turn.reply.text == library.answer(target).short
            assert turn.state == DialogueState(topic=target, offer=Offer.MORE)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        # The issue's own examples.
        (["faq/migraine.symptoms", "follow_up/duration"], "duration_of_attack"),
        (["faq/migraine.acute_treatment", "follow_up/prevention"], "preventive_treatment"),
        (["faq/migraine.preventive_treatment", "faq/migraine.botox"], "botox"),
        (["faq/migraine.aura", "follow_up/cause", "follow_up/relief"], "acute_treatment"),
        (["faq/migraine.aura", "chitchat/thanks", "follow_up/repeat"], "aura"),
        (["faq/migraine.aura", "not_covered", "follow_up/source"], "aura"),
    ],
)
def test_follow_ups_use_the_answer_before(dialogue: Dialogue, said: list[str], topic: str) -> None:
    assert topic_of(talk(dialogue, *said)) == topic


def test_is_that_safe_is_never_guessed(dialogue: Dialogue) -> None:
    for topic in TOPICS:
        turn = talk(dialogue, f"faq/{topic}", "follow_up/safety")
        assert turn.reply.kind is ReplyKind.NOT_COVERED


def test_more_then_no_more(dialogue: Dialogue, library: Library, texts: Texts) -> None:
    first = talk(dialogue, "faq/migraine.botox", "follow_up/more")
    second = talk(dialogue, "follow_up/more", state=first.state)

    assert first.reply.text == library.answer(BOTOX).full
    assert second.reply.text.startswith("That is all that our page says")
    # What is on offer now is a person.
    assert talk(dialogue, "affirm", state=second.state).reply.kind is ReplyKind.HUMAN_HANDOFF


def test_after_another_answer_there_is_more_again(dialogue: Dialogue, library: Library) -> None:
    turn = talk(
        dialogue, "faq/migraine.botox", "follow_up/more", "faq/migraine.aura", "follow_up/more"
    )

    assert turn.reply.text == library.answer(AURA).full


def test_source_simpler_and_repeat_stay_with_the_topic(
    dialogue: Dialogue, composer: ReplyComposer
) -> None:
    for kind, reply in {
        "source": composer.source_of(BOTOX),
        "simpler": composer.simpler(BOTOX),
        "repeat": composer.answer(BOTOX),
    }.items():
        turn = talk(dialogue, "faq/migraine.botox", f"follow_up/{kind}")
        assert turn.reply == reply
        assert turn.state.topic == BOTOX


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (["faq/migraine.botox"], ReplyKind.ANSWER),
        (["faq/migraine.botox", "follow_up/source"], ReplyKind.ANSWER),
        (["faq/migraine.botox", "follow_up/more"], ReplyKind.HUMAN_HANDOFF),
        (["not_covered"], ReplyKind.HUMAN_HANDOFF),
        (["personal_advice"], ReplyKind.HUMAN_HANDOFF),
        (["crisis"], ReplyKind.HUMAN_HANDOFF),
        (["emergency"], ReplyKind.HUMAN_HANDOFF),
        (["nlu_fallback"], ReplyKind.HUMAN_HANDOFF),
        (["follow_up/safety"], ReplyKind.HUMAN_HANDOFF),
        ([], ReplyKind.CHITCHAT),
        (["chitchat/greet"], ReplyKind.CHITCHAT),
        (["out_of_scope"], ReplyKind.CHITCHAT),
        (["out_of_scope", "out_of_scope"], ReplyKind.HUMAN_HANDOFF),
        (["human_handoff"], ReplyKind.CHITCHAT),
        (["faq/migraine.botox", "deny"], ReplyKind.CHITCHAT),
        (["not_covered", "affirm"], ReplyKind.CHITCHAT),
    ],
    ids=str,
)
def test_yes_accepts_what_was_offered_last(
    dialogue: Dialogue, said: list[str], kind: ReplyKind
) -> None:
    assert talk(dialogue, *said, "affirm").reply.kind is kind


def test_yes_to_more_gives_the_fuller_answer(dialogue: Dialogue, library: Library) -> None:
    turn = talk(dialogue, "faq/migraine.botox", "affirm")

    assert turn.reply.text == library.answer(BOTOX).full


@pytest.mark.parametrize("offer", [*Offer, None])
def test_no_is_taken_for_an_answer(
    dialogue: Dialogue, composer: ReplyComposer, offer: Offer | None
) -> None:
    turn = talk(dialogue, "deny", state=DialogueState(topic=BOTOX, offer=offer, misses=1))

    assert turn.reply == composer.deny()
    assert turn.state == DialogueState(topic=BOTOX)


@pytest.mark.parametrize("related", [BOTOX, None, GONE])
def test_personal_advice_is_declined(dialogue: Dialogue, related: Topic | None) -> None:
    turn = dialogue.respond(heard("personal_advice", related=related), START)

    assert turn.reply.kind is ReplyKind.PERSONAL_ADVICE
    assert turn.reply.topic == ("botox" if related == BOTOX else None)
    assert turn.reply.disclaimer
    assert turn.state.offer is Offer.PERSON


def test_the_source_asked_for_after_declining_is_that_of_the_text_just_shown(
    dialogue: Dialogue, composer: ReplyComposer
) -> None:
    declined = dialogue.respond(
        heard("personal_advice", related=BOTOX), DialogueState(topic=AURA, offer=Offer.MORE)
    )
    assert declined.reply.topic == "botox"

    turn = talk(dialogue, "follow_up/source", state=declined.state)

    assert turn.reply == composer.source_of(BOTOX)


@pytest.mark.parametrize(
    "label",
    ["follow_up/more", "follow_up/source", "follow_up/duration", "follow_up/safety", "affirm"],
)
def test_a_remembered_answer_that_is_gone_counts_as_none(
    dialogue: Dialogue, composer: ReplyComposer, label: str
) -> None:
    remembered = DialogueState(topic=GONE, offer=Offer.MORE)

    turn = dialogue.respond(heard(label), remembered)

    assert fault_in(turn.reply, composer.disclaimers) is None
    assert turn.reply.kind is not ReplyKind.ERROR


def test_an_answer_that_is_not_quite_sure_names_its_question(
    dialogue: Dialogue, library: Library
) -> None:
    turn = dialogue.respond(replace(heard("faq/migraine.botox"), unsure=True), START)

    question, short = library.answer(BOTOX).question, library.answer(BOTOX).short
    assert turn.reply.text == f"You asked, as I understand it: {question} {short}"
    assert turn.reply.topic == "botox"
    assert turn.state.topic == BOTOX
