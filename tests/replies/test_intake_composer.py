"""What the form says at each moment, in each language, and what the gateway says after it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import smsutil

from bot.configuration.clinic import Clinic
from bot.content.answer_rules import grade_of
from bot.content.intake_texts import ContactProblem, IntakeTexts
from bot.content.texts import Texts
from bot.replies.intake_draft import KNOWN_PHONE, Choice, FormEnd, IntakeDraft, Note, Step
from bot.replies.payloads import PERSON_PAYLOAD
from bot.replies.reply import Asks, Reply, ReplyKind
from tests.replies.forms import (
    ALL_ANSWERS,
    COMPOSER,
    KEPT_DAYS,
    TEXTS,
    button,
    chosen,
    fill,
    reply_to,
    started,
    words,
)

LANGUAGES = sorted(TEXTS)
_NOTES = [None, *(note for note in Note if note is not Note.QUIET)]
_ANSWERS = {"name": "Ana", "reason": "daily migraines", "best_time": "any"}


def drafts(language: str) -> list[IntakeDraft]:
    """A form in every state that it is asked in."""
    full = fill(started(language), *ALL_ANSWERS)
    states = [full.copy(update={"step": step, "note": note}) for step in Step for note in _NOTES]
    problems = [
        full.copy(update={"step": Step.CONTACT, "problem": problem}) for problem in ContactProblem
    ]
    known = full.copy(update={"contact": KNOWN_PHONE, "known_phone": "47"})
    asked = known.copy(update={"step": Step.CONTACT, "contact": None})
    email = fill(full, Choice.CHANGE_CONTACT, "ana@example.com")
    empty = fill(started(language), "skip", "ana@example.com", "skip", "skip")
    return [started(language), *states, *problems, known, asked, email, empty]


def endings(language: str) -> list[Reply]:
    """Every last word, and what the gateway says in place of it."""
    full = fill(started(language), *ALL_ANSWERS)
    return [
        *(COMPOSER.ended(full.copy(update={"end": end})) for end in FormEnd),
        COMPOSER.nothing_open(language),
        COMPOSER.request_received("K7QF-2M", "noon on Monday", False, language),
        COMPOSER.request_received("K7QF-2M", "noon on Monday", True, language),
        COMPOSER.request_not_stored(language),
    ]


def questions(language: str) -> list[Reply]:
    """Everything that the form asks."""
    asked = [COMPOSER.question(draft) for draft in drafts(language)]
    assert all(asked)
    return [reply for reply in asked if reply]


def titles(reply: Reply | None) -> list[str]:
    assert reply
    return [each.title for each in reply.buttons]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reply_is_whole(language: str) -> None:
    for reply in [*questions(language), *endings(language)]:
        assert reply.kind is ReplyKind.INTAKE
        assert not re.search(r"[{}]", reply.text)
        assert "\n\n" not in reply.text
        assert len({each.payload for each in reply.buttons}) == len(reply.buttons)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_can_be_cancelled(language: str) -> None:
    for reply in questions(language):
        assert reply.buttons[-1].title == TEXTS[language].buttons.cancel
        assert reply.buttons[-1].payload == '/intake{"leaf": "cancel"}'


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_end_leads_to_a_person(language: str, clinic: Clinic) -> None:
    for reply in endings(language):
        assert [each.payload for each in reply.buttons] == [PERSON_PAYLOAD]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_question_comes_after_what_a_patient_agrees_to(language: str) -> None:
    reply = reply_to(started(language))

    assert reply
    assert reply.text.endswith(TEXTS[language].questions.name)
    for said in ("Tovani", str(KEPT_DAYS), "911", "988"):
        assert said in reply.text


def test_it_says_what_is_stored_how_long_who_sees_it_and_what_going_on_means() -> None:
    text = TEXTS["en"].consent.text

    for said in (
        "your first name, how to reach you, the best time, and what it is about",
        "until {days} days after your request is closed",
        "Only its staff see them, with this chat",
        "not for emergencies",
        "If you go on, you agree",
    ):
        assert said in text


def test_the_wording_and_the_days_are_part_of_what_was_agreed_to() -> None:
    version = TEXTS["en"].consent.version

    assert started().consent_version == f"{version}.365d"
    assert COMPOSER.blank("en", 30).consent_version == f"{version}.30d"
    assert len(COMPOSER.blank("en", 36_500).consent_version) <= 32


def test_a_language_without_texts_is_asked_in_english() -> None:
    assert started("zh") == started("en")


def test_the_read_back_has_everything() -> None:
    reply = reply_to(fill(started(), *ALL_ANSWERS))

    assert reply
    assert reply.text.split("\n") == [
        "This is what I will send to Tovani:",
        "First name: Ana",
        "Phone: (212) 555-0147",
        "Best time: Morning",
        "About: my migraines are daily",
        "Is this right? Nothing is sent until you choose Send.",
    ]
    assert titles(reply) == [
        *("Send", "Change name", "Change contact", "Change time", "Change reason", "Cancel")
    ]


def test_what_was_skipped_is_read_back_as_left_out() -> None:
    reply = reply_to(fill(started(), "skip", "ana@example.com", "skip", "skip"))

    assert reply
    assert reply.text.count("left out") == 3
    assert "E-mail: ana@example.com" in reply.text


def test_a_number_of_another_country_is_read_back_with_its_code() -> None:
    reply = reply_to(fill(started(), "Ana", "+44 20 7946 0958", "any time", "skip"))

    assert reply
    assert "Phone: +44 20 7946 0958" in reply.text


def test_a_known_number_is_named_by_its_end() -> None:
    asked = fill(started(known_phone="47"), "Ana")

    reply = reply_to(asked)
    assert reply
    assert "the number you are texting from (ending in 47)?" in reply.text
    assert titles(reply) == ["Yes, use this number", "Cancel"]
    read_back = reply_to(fill(asked, Choice.USE_KNOWN, "any time", "skip"))
    assert read_back
    assert "Phone: the number you are texting from (ending in 47)" in read_back.text


@pytest.mark.parametrize("problem", ContactProblem)
def test_what_is_wrong_with_a_contact_is_said(problem: ContactProblem, texts: Texts) -> None:
    draft = fill(started(), "Ana").copy(update={"problem": problem})

    reply = reply_to(draft)

    assert reply
    assert reply.text == texts.intake["en"].problems[problem]
    assert len(set(texts.intake["en"].problems.values())) == len(ContactProblem)


def test_after_an_interruption_the_question_is_short() -> None:
    question = words("What is migraine aura?", "faq/migraine.aura")

    for answers in ((), ALL_ANSWERS[:1], ALL_ANSWERS[:2], ALL_ANSWERS):
        reply = reply_to(fill(started(), *answers, question))
        assert reply
        assert len(reply.text) < 120
        assert reply.buttons
    # What a patient has not agreed to yet was read before; it is not read out again.
    again = reply_to(fill(started(), chosen("faq/migraine.aura")))
    assert again
    assert again.text == "Back to your request: What is your first name?"


def test_what_was_put_aside_before_any_consent_is_explained_again() -> None:
    from tests.replies.forms import FORM

    aside = fill(started(), "hm?", "hm?", "hm?")
    first = reply_to(aside)
    assert first
    assert "put your request aside" in first.text

    assert COMPOSER.question(FORM.begin(aside, started())) == reply_to(started())


def test_a_contact_that_was_kept_is_named() -> None:
    draft = fill(started(), *ALL_ANSWERS, Choice.CHANGE_CONTACT, "212 555", "ana@", "555-0147")

    reply = reply_to(draft)
    assert reply
    assert reply.text.startswith("I could not read that, so I kept Phone: (212) 555-0147.\n")


def test_after_danger_nothing_is_asked() -> None:
    assert reply_to(fill(started(), words("i want to die", "crisis/suicide"))) is None


def test_only_a_form_that_was_sent_asks_the_clinic() -> None:
    full = fill(started(), *ALL_ANSWERS)

    sent = COMPOSER.ended(fill(full, Choice.SEND))
    assert sent.request == fill(full, Choice.SEND).request()
    for end in FormEnd:
        reply = COMPOSER.ended(full.copy(update={"end": end}))
        assert (reply.request is not None) == (end is FormEnd.SENT)


def test_what_nobody_stores_is_not_said_to_be_stored(clinic: Clinic) -> None:
    text = COMPOSER.ended(fill(started(), *ALL_ANSWERS, Choice.SEND)).text

    assert text.startswith("I could not pass this on from here")
    assert clinic.phone in text


def test_a_form_that_goes_on_has_no_last_word() -> None:
    with pytest.raises(ValueError, match="goes on"):
        COMPOSER.ended(started())


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_was_passed_on_the_clinic_s_number_is_said(
    language: str, clinic: Clinic
) -> None:
    full = fill(started(language), *ALL_ANSWERS)
    replies = [
        *(
            COMPOSER.ended(full.copy(update={"end": FormEnd(end)}))
            for end in ("sent", "tries_used")
        ),
        COMPOSER.request_not_stored(language),
    ]
    for reply in replies:
        for said in (clinic.phone, clinic.opening_hours_in(language), "911", "988"):
            assert said in reply.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("appended", [True, False])
def test_a_receipt_names_reference_promise_and_what_to_do_in_danger(
    language: str, appended: bool
) -> None:
    text = COMPOSER.request_received("K7QF-2M", "noon on Monday", appended, language).text

    for said in ("K7QF-2M", "noon on Monday", "911", "988"):
        assert said in text


def test_added_to_an_open_request_is_said() -> None:
    assert "added this to your open request" in (
        COMPOSER.request_received("K7QF-2M", "noon", True).text
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_comes_and_goes_is_named(language: str) -> None:
    joined, left = (
        COMPOSER.person_joined("Dana {x}", language),
        COMPOSER.person_left("Dana {x}", language),
    )

    for reply in (joined, left):
        assert reply.kind is ReplyKind.NOTICE
        assert "Dana {x}" in reply.text
    assert (len(joined.buttons), len(left.buttons)) == (0, 1)


def prose(texts: IntakeTexts) -> list[str]:
    """Whole sentences, filled in."""
    return [
        *(reply.text for reply in questions("en")),
        *(reply.text for reply in endings("en")),
        COMPOSER.person_joined("Dana").text,
        COMPOSER.person_left("Dana").text,
    ]


def test_english_is_plain_and_fits_text_messages() -> None:
    for text in prose(TEXTS["en"]):
        assert grade_of(text) <= 8.0, text
        assert smsutil.is_valid_gsm(text), text


def test_the_form_s_buttons_say_what_they_do() -> None:
    for step, said in {
        Step.NAME: ["Skip", "Cancel"],
        Step.CONTACT: ["Cancel"],
        Step.BEST_TIME: ["Morning", "Afternoon", "Evening", "Any time", "Cancel"],
        Step.REASON: ["Skip", "Cancel"],
    }.items():
        draft = started().copy(update={"step": step})
        assert titles(reply_to(draft)) == said
        for choice in (each.payload for each in reply_to(draft).buttons):  # type: ignore[union-attr]
            assert choice.startswith('/intake{"leaf": ')


def test_a_button_says_exactly_its_choice() -> None:
    said = button(Choice.SEND)

    assert said.choice is Choice.SEND
    assert said.words is None
    assert replace(said, heard=words("x").heard).choice is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_says_what_it_asks_for_and_a_last_word_asks_for_nothing(language: str) -> None:
    for draft, reply in zip(drafts(language), questions(language), strict=True):
        known = draft.step is Step.CONTACT and draft.known_phone
        assert reply.asks is (Asks.KNOWN_CONTACT if known else Asks(draft.step.value))
    assert {(reply.asks, reply.problem) for reply in endings(language)} == {(None, False)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_what_says_what_was_wrong_is_a_problem(language: str) -> None:
    for draft, reply in zip(drafts(language), questions(language), strict=True):
        wrong = draft.note in (Note.UNCLEAR, Note.TOO_LONG) or draft.problem is not None
        assert reply.problem is wrong


def test_each_step_asks_for_something_else() -> None:
    assert {reply.asks for reply in questions("en")} == set(Asks)
