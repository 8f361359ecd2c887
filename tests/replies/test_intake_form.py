"""What each message makes of an intake form."""

from __future__ import annotations

import pytest

from bot.content.intake_texts import ContactProblem
from bot.replies.intake_draft import KNOWN_PHONE, Choice, FormEnd, IntakeDraft, Note, Step
from bot.replies.intake_request import BestTime, Contact, ContactKind, IntakeRequest
from tests.replies.forms import (
    ALL_ANSWERS,
    FORM,
    NOW,
    RULES,
    button,
    chosen,
    fill,
    say,
    started,
    words,
)

PHONE = Contact(kind=ContactKind.PHONE, value="+12125550147")
EMAIL = Contact(kind=ContactKind.EMAIL, value="ana@example.com")

#: Answers that lead to each step.
TO_STEP = {step: ALL_ANSWERS[:place] for place, step in enumerate(Step)}
STEPS = list(Step)


def at(step: Step, language: str = "en") -> IntakeDraft:
    """A form that asks for this."""
    draft = fill(started(language), *TO_STEP[step])
    assert draft.step is step
    return draft


def test_the_form_asks_for_one_thing_after_the_other() -> None:
    draft = at(Step.CONFIRM)

    assert (draft.name, draft.contact) == ("Ana", PHONE)
    assert (draft.best_time, draft.reason) == (BestTime.MORNING, "my migraines are daily")
    assert draft.end is None


def test_a_finished_form_asks_the_clinic() -> None:
    draft = fill(at(Step.CONFIRM), Choice.SEND)

    assert draft.end is FormEnd.SENT
    assert draft.request() == IntakeRequest(
        contact=PHONE,
        name="Ana",
        best_time=BestTime.MORNING,
        reason="my migraines are daily",
        language="en",
        consent_version=draft.consent_version,
        consent_at=NOW,
    )


def test_only_the_contact_is_needed() -> None:
    draft = fill(started(), Choice.SKIP, "ana@example.com", "skip", "no thanks", "yes")

    request = draft.request()
    assert (request.contact, request.name, request.reason) == (EMAIL, None, None)
    assert request.best_time is BestTime.ANY


@pytest.mark.parametrize("said", ["skip", Choice.SKIP, "no", "omitir"])
def test_the_contact_cannot_be_skipped(said: str | Choice) -> None:
    draft = fill(at(Step.CONTACT), said)

    assert (draft.step, draft.note, draft.contact) == (Step.CONTACT, Note.UNCLEAR, None)


@pytest.mark.parametrize(
    ("choice", "time"),
    [
        (Choice.MORNING, BestTime.MORNING),
        (Choice.AFTERNOON, BestTime.AFTERNOON),
        (Choice.EVENING, BestTime.EVENING),
        (Choice.ANY, BestTime.ANY),
    ],
)
def test_a_time_can_be_pressed(choice: Choice, time: BestTime) -> None:
    assert fill(at(Step.BEST_TIME), choice).best_time is time


def test_a_contact_given_with_the_name_is_not_asked_for_again() -> None:
    draft = fill(started(), "Ana, 212 555 0147")

    assert (draft.step, draft.contact, draft.consent_at) == (Step.BEST_TIME, PHONE, NOW)


# Consent


@pytest.mark.parametrize("said", ["Ana", "skip", Choice.SKIP, "ana@example.com"])
def test_going_on_after_the_first_question_is_consent(said: str | Choice) -> None:
    draft = started()
    assert draft.consent_at is None

    assert fill(draft, said).consent_at == NOW


@pytest.mark.parametrize("said", ["yes", "no", "hello", "cancel", Choice.CANCEL, Choice.SEND, "?"])
def test_what_does_not_go_on_is_no_consent(said: str | Choice) -> None:
    assert fill(started(), said).consent_at is None


def test_a_form_without_contact_or_consent_cannot_be_passed_on() -> None:
    for draft in (started(), at(Step.CONTACT)):
        with pytest.raises(ValueError, match="nothing to pass on"):
            draft.request()


# Cancelling


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "said",
    [Choice.CANCEL, "cancel", "Stop.", "never mind", "please cancel", "cancelar", "olvídelo"],
)
def test_it_can_be_cancelled_at_every_step(step: Step, said: str | Choice) -> None:
    assert fill(at(step), said).end is FormEnd.CANCELLED


@pytest.mark.parametrize("step", STEPS)
def test_it_can_be_cancelled_right_after_a_danger(step: Step) -> None:
    assert fill(at(step), words("cancel", after_danger=True)).end is FormEnd.CANCELLED


# Contacts that cannot be read


def test_three_wrong_contacts_end_the_form() -> None:
    first = fill(at(Step.CONTACT), "212 555")
    second = fill(first, "ana@")
    third = fill(second, "555-0147")

    assert (first.tries, first.problem) == (1, ContactProblem.PHONE_TOO_SHORT)
    assert (second.tries, second.problem) == (2, ContactProblem.EMAIL_WITHOUT_DOMAIN)
    assert (third.tries, third.end) == (3, FormEnd.TRIES_USED)


def test_a_right_one_ends_the_count() -> None:
    draft = fill(at(Step.CONTACT), "212 555", "ana@", "212 555 0147")

    assert (draft.step, draft.tries, draft.problem) == (Step.BEST_TIME, 0, None)


def test_an_interruption_does_not_start_the_count_anew() -> None:
    question = words("What is aura?", "faq/migraine.aura")

    draft = fill(at(Step.CONTACT), "212 555", question, "hm", "ana@", "555-0147")

    assert draft.end is FormEnd.TRIES_USED


def test_what_is_no_attempt_is_no_try() -> None:
    draft = fill(at(Step.CONTACT), "why do you need that")

    assert (draft.tries, draft.note) == (0, Note.UNCLEAR)


def test_three_wrong_corrections_keep_the_contact_that_was_there() -> None:
    draft = fill(at(Step.CONFIRM), Choice.CHANGE_CONTACT, "212 555", "ana@", "555-0147")

    assert (draft.step, draft.contact, draft.end) == (Step.CONFIRM, PHONE, None)
    assert draft.note is Note.KEPT_CONTACT


# Corrections


@pytest.mark.parametrize(
    ("change", "answer", "field", "value"),
    [
        (Choice.CHANGE_NAME, "Maria", "name", "Maria"),
        (Choice.CHANGE_NAME, "skip", "name", None),
        (Choice.CHANGE_CONTACT, "ana@example.com", "contact", EMAIL),
        (Choice.CHANGE_TIME, Choice.EVENING, "best_time", BestTime.EVENING),
        (Choice.CHANGE_TIME, "skip", "best_time", None),
        (Choice.CHANGE_REASON, "something else", "reason", "something else"),
        (Choice.CHANGE_REASON, Choice.SKIP, "reason", None),
        ("change my name", "Maria", "name", "Maria"),
        ("wrong number", "ana@example.com", "contact", EMAIL),
        ("hora", "por la tarde", "best_time", BestTime.AFTERNOON),
        ("cambiar el motivo", "otra cosa", "reason", "otra cosa"),
    ],
)
def test_a_correction_keeps_the_rest(
    change: Choice | str, answer: Choice | str, field: str, value: object
) -> None:
    before = at(Step.CONFIRM)

    after = fill(before, change, answer)

    assert after.step is Step.CONFIRM
    assert after == before.copy(update={field: value})


def test_a_contact_at_the_read_back_is_a_correction() -> None:
    draft = fill(at(Step.CONFIRM), "no, it is ana@example.com")

    assert (draft.step, draft.contact, draft.reason) == (Step.CONFIRM, EMAIL, ALL_ANSWERS[3])


@pytest.mark.parametrize("said", ["send it", "yes", "Sí, gracias", "enviar", Choice.SEND])
def test_it_can_be_sent_in_words(said: str | Choice) -> None:
    assert fill(at(Step.CONFIRM), said).end is FormEnd.SENT


@pytest.mark.parametrize("said", ["no", "hm", "it is wrong"])
def test_it_is_never_sent_by_accident(said: str) -> None:
    draft = fill(at(Step.CONFIRM), said)

    assert (draft.step, draft.note, draft.end) == (Step.CONFIRM, Note.UNCLEAR, None)


@pytest.mark.parametrize("step", [step for step in STEPS if step is not Step.CONFIRM])
@pytest.mark.parametrize("choice", [Choice.SEND, Choice.CHANGE_NAME, Choice.USE_KNOWN])
def test_a_button_of_another_step_does_nothing(step: Step, choice: Choice) -> None:
    before = at(step)

    after = fill(before, choice)

    assert after.note is Note.UNCLEAR
    assert after.copy(update={"note": None, "interruptions": 0}) == before.copy(
        update={"note": None}
    )


def test_a_button_that_nobody_made_does_nothing() -> None:
    outcome = say(at(Step.CONFIRM), button("destroy"))

    assert outcome.taken
    assert outcome.draft.note is Note.UNCLEAR


# Interruptions

QUESTIONS = [
    words("What is migraine aura?", "faq/migraine.aura"),
    words("how much does it cost to see you", "not_covered"),
    words("should i stop taking my pills", "personal_advice"),
    words("where does this come from", "follow_up/source"),
    words("i want to talk to somebody now", "human_handoff"),
    words("thank you so much for this", "chitchat/thanks"),
    words("¿cuánto tiempo dura un ataque?", "other_language/es"),
    chosen("faq/migraine.aura"),
    chosen("human_handoff"),
]


@pytest.mark.parametrize("said", QUESTIONS, ids=lambda said: str(said.heard.label))
@pytest.mark.parametrize("step", [s for s in STEPS if s is not Step.REASON])
def test_a_question_is_answered_and_the_form_goes_on(step: Step, said: object) -> None:
    before = at(step)

    outcome = say(before, said)  # type: ignore[arg-type]

    assert not outcome.taken
    assert outcome.draft.note is Note.INTERRUPTED
    assert outcome.draft.interruptions == 1
    assert outcome.draft.step is step
    assert fill(outcome.draft, Choice.CANCEL).end is FormEnd.CANCELLED


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("can you help with my daily migraines", "faq/migraine.tovani_treats_migraine"),
        ("my migraines are worse", "faq/migraine.symptoms"),
        ("whether to stop my pills", "personal_advice"),
        ("can somebody call me about botox?", "human_handoff"),
        ("who knows", "nlu_fallback"),
        ("thanks for asking, headaches", "chitchat/thanks"),
        ("phone number", "nlu_fallback"),
        ("me duele la cabeza cada día", "other_language/es"),
    ],
)
def test_whatever_is_said_about_the_reason_is_the_reason(text: str, label: str) -> None:
    draft = fill(at(Step.REASON), words(text, label))

    assert (draft.step, draft.reason) == (Step.CONFIRM, text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("how long does a migraine last?", "faq/migraine.duration_of_attack"),
        ("should i stop taking my pills?", "personal_advice"),
        ("What is migraine aura?", "faq/migraine.aura"),
        ("how much does it cost", "not_covered"),
    ],
)
def test_a_question_at_the_reason_is_answered_and_the_reason_asked_again(
    text: str, label: str
) -> None:
    outcome = say(at(Step.REASON), words(text, label))
    assert not outcome.taken
    assert (outcome.draft.step, outcome.draft.reason) == (Step.REASON, None)
    assert outcome.draft.note is Note.INTERRUPTED


def test_a_number_in_a_question_is_no_new_contact() -> None:
    before = at(Step.CONFIRM)
    outcome = say(before, words("is 212 555 0199 your number?", "not_covered"))
    assert not outcome.taken
    assert outcome.draft.contact == before.contact


def test_no_to_what_was_read_back_asks_what_to_change_however_often() -> None:
    draft = at(Step.CONFIRM)
    for _ in range(10):
        draft = fill(draft, words("no", "deny"))
        assert (draft.step, draft.end, draft.note) == (Step.CONFIRM, None, Note.UNCLEAR)


def test_a_button_of_another_reply_is_no_reason() -> None:
    outcome = say(at(Step.REASON), chosen("faq/migraine.aura"))

    assert not outcome.taken
    assert outcome.draft.reason is None


@pytest.mark.parametrize("text", ["yes", "ok", "", "   "])
def test_a_reason_says_something(text: str) -> None:
    draft = fill(at(Step.REASON), text)

    assert (draft.reason, draft.note) == (None, Note.UNCLEAR)


def test_a_reason_that_is_too_long_is_not_cut() -> None:
    most = RULES.limits.reason_characters
    draft = fill(at(Step.REASON), "x" * (most + 1))
    assert (draft.reason, draft.note) == (None, Note.TOO_LONG)

    assert fill(draft, "x" * most).reason == "x" * most


@pytest.mark.parametrize("step", [s for s in STEPS if s is not Step.REASON])
def test_after_three_interruptions_in_a_row_it_is_put_aside(step: Step) -> None:
    question = words("What is migraine aura?", "faq/migraine.aura")

    second = fill(at(step), question, question)
    third = say(second, question)

    assert (second.end, second.interruptions) == (None, 2)
    assert third.draft.end is FormEnd.PUT_ASIDE
    assert not third.taken


def test_what_is_not_understood_three_times_puts_it_aside_too() -> None:
    draft = fill(at(Step.CONTACT), "hm", "hm", "hm")

    assert draft.end is FormEnd.PUT_ASIDE


@pytest.mark.parametrize("step", [s for s in STEPS if s is not Step.REASON])
def test_an_acknowledgement_is_no_interruption(step: Step) -> None:
    outcome = say(at(step), words("all right then", "chitchat/acknowledge"))

    assert outcome.taken
    assert (outcome.draft.note, outcome.draft.step) == (Note.UNCLEAR, step)


def test_an_answer_between_ends_the_count() -> None:
    question = words("What is migraine aura?", "faq/migraine.aura")

    draft = fill(started(), question, question, "Ana", question, question)

    assert (draft.end, draft.interruptions, draft.step) == (None, 2, Step.CONTACT)


def test_what_was_put_aside_is_gone_on_with() -> None:
    aside = fill(at(Step.BEST_TIME), "hm", "hm", "hm")

    draft = FORM.begin(aside, started("es"))

    assert (draft.step, draft.note, draft.end) == (Step.BEST_TIME, Note.RESUMED, None)
    assert (draft.name, draft.contact, draft.interruptions) == ("Ana", PHONE, 0)


@pytest.mark.parametrize("end", [FormEnd.SENT, FormEnd.CANCELLED, FormEnd.TRIES_USED])
def test_what_has_ended_is_not_gone_on_with(end: FormEnd) -> None:
    over = at(Step.CONFIRM).copy(update={"end": end})

    assert FORM.begin(over, started()) == started()


# Names

LIKE_A_NAME = "faq/migraine.aura"


@pytest.mark.parametrize("text", ["Ana", "Aura", "ana lopez", "Botha"])
def test_one_or_two_words_are_a_name_whatever_they_were_taken_for(text: str) -> None:
    assert fill(started(), words(text, LIKE_A_NAME)).name == text


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Juan Carlos Pérez", "other_language/es"),
        ("Ana Maria Lopez", "nlu_fallback"),
        ("Mary Ann Smith", "out_of_scope"),
    ],
)
def test_a_long_name_may_be_taken_for_nothing_or_another_language(text: str, label: str) -> None:
    assert fill(started(), words(text, label)).name == text


@pytest.mark.parametrize("text", ["hello", "yes", "ok", "I agree", "who are you?", "help me"])
def test_what_is_plainly_no_name_is_asked_about(text: str) -> None:
    draft = fill(started(), text)

    assert (draft.name, draft.note, draft.step) == (None, Note.UNCLEAR, Step.NAME)


# Times


def test_a_question_that_names_a_time_is_a_question() -> None:
    said = words("does aura happen at night", "faq/migraine.aura")

    outcome = say(at(Step.BEST_TIME), said)

    assert (outcome.taken, outcome.draft.best_time) == (False, None)


def test_a_time_is_one_whatever_it_was_taken_for() -> None:
    said = words("in the evening after work", "follow_up/duration")

    assert fill(at(Step.BEST_TIME), said).best_time is BestTime.EVENING


# Danger


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("label", ["crisis/suicide", "emergency/body", "crisis"])
def test_danger_is_no_answer_and_nothing_is_asked_after_it(step: Step, label: str) -> None:
    before = at(step)

    outcome = say(before, words("Ana 212 555 0147 in the morning", label))

    assert not outcome.taken
    assert outcome.draft == before.copy(update={"note": Note.QUIET, "problem": None})


@pytest.mark.parametrize(
    ("step", "text", "label"),
    [
        (Step.NAME, "Ana", "nlu_fallback"),
        (Step.NAME, "my name is Ana Lopez", "out_of_scope"),
        (Step.CONTACT, "212 555 0147", "nlu_fallback"),
        (Step.CONTACT, "it's ana@example.com", "chitchat/acknowledge"),
        (Step.CONTACT, "212 555", "nlu_fallback"),
        (Step.BEST_TIME, "mornings", "follow_up/more"),
        (Step.REASON, "can you help with my migraines", "faq/migraine.aura"),
        (Step.CONFIRM, "send it", "nlu_fallback"),
    ],
)
def test_an_answer_right_after_a_danger_is_taken(step: Step, text: str, label: str) -> None:
    outcome = say(at(step), words(text, label, after_danger=True))

    assert outcome.taken
    assert outcome.draft.note is None


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("yes", "affirm"),
        ("no", "deny"),
        ("ok", "chitchat/acknowledge"),
        ("i already took them all", "nlu_fallback"),
        ("what do you mean", "follow_up/simpler"),
        ("help me please", "out_of_scope"),
    ],
)
def test_what_asks_nothing_new_after_a_danger_is_about_it(
    step: Step, text: str, label: str
) -> None:
    before = at(step)

    outcome = say(before, words(text, label, after_danger=True))

    assert not outcome.taken
    assert outcome.draft == before.copy(update={"note": Note.QUIET})


@pytest.mark.parametrize("step", STEPS)
def test_a_button_after_a_danger_is_taken(step: Step) -> None:
    said = button(Choice.SKIP if step in (Step.NAME, Step.REASON) else Choice.CANCEL)
    after = FORM.answer(at(step), said, NOW)

    assert after.taken


# A number that is known


def test_the_number_that_a_patient_texts_from_is_confirmed() -> None:
    for said in (Choice.USE_KNOWN, "yes", "use this number", "sí"):
        draft = fill(started(known_phone="47"), "Ana", said)
        assert (draft.contact, draft.step) == (KNOWN_PHONE, Step.BEST_TIME)
    assert fill(draft, Choice.ANY, "daily migraines", Choice.SEND).request().contact == KNOWN_PHONE


def test_another_contact_can_be_given_instead() -> None:
    draft = fill(started(known_phone="47"), "Ana", "no", "ana@example.com")

    assert draft.contact == EMAIL


def test_without_a_known_number_yes_is_no_contact() -> None:
    draft = fill(at(Step.CONTACT), "yes")

    assert (draft.contact, draft.note) == (None, Note.UNCLEAR)
