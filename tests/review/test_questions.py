"""Which questions are found: every reason, and never a danger, the form, or a person's business."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, update

from bot.database.deletion import delete_conversations
from bot.database.engine import Database
from bot.database.schema import conversation_owners, turns
from bot.database.vault import Vault
from bot.intake.alert_store import AlertStore
from bot.review.listed import Outcome
from bot.review.period import Period
from bot.review.questions import Findings, Question, QuestionReader
from bot.safety.screen import load_screen
from tests.databases import CLINIC, INDEX_KEY, VAULT
from tests.intake.alerts import alert
from tests.intake.records import staff
from tests.review.talks import (
    ANSWER,
    ASKS_CONTACT,
    AURA,
    CLARIFY,
    COMPOSER,
    DANGER,
    ERROR,
    FORM_ENDED,
    JOINED,
    KETAMINE,
    LEFT,
    NOON,
    NOT_COVERED,
    OUT_OF_SCOPE,
    PERSON_FIRST,
    SMALL_TALK,
    UNSURE,
    Talk,
    number_of,
)

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("America/New_York"))


def found(database: Database, period: Period = NOVEMBER) -> Findings:
    return QuestionReader(database, VAULT, load_screen()).read(period)


def texts(database: Database, period: Period = NOVEMBER) -> list[str]:
    return sorted(question.text for question in found(database, period).questions)


def test_every_question_without_a_good_answer_is_found(database: Database) -> None:
    talk = Talk(database)
    talk.told(SMALL_TALK)
    talk.said("what does it cost", NOT_COVERED)
    talk.said("who won the game", OUT_OF_SCOPE)
    talk.said("is it the light", CLARIFY)
    talk.said("blurb", UNSURE)
    talk.said("blurb again", PERSON_FIRST)
    talk.said("is magnesium good", ERROR)
    (message,) = talk.said("does ketamine work", ANSWER)
    talk.unhelpful(message)
    (message,) = talk.said("is ketamine used", ANSWER)
    talk.unhelpful(message, helpful=True)
    talk.said("thanks", SMALL_TALK)
    talk.said("what is it and what does it cost", ANSWER, NOT_COVERED)

    result = found(database)

    assert {question.text: question.outcome for question in result.questions} == {
        "what does it cost": Outcome.NOT_COVERED,
        "who won the game": Outcome.OUT_OF_SCOPE,
        "is it the light": Outcome.CLARIFIED,
        "blurb": Outcome.UNSURE,
        "blurb again": Outcome.UNSURE,
        "is magnesium good": Outcome.ERROR,
        "does ketamine work": Outcome.UNHELPFUL,
        "what is it and what does it cost": Outcome.NOT_COVERED,
    }
    assert (result.asked, result.unreadable) == (10, 0)


def test_a_complaint_in_words_lists_the_question_before_it(database: Database) -> None:
    talk = Talk(database)
    talk.said("what is aura", ANSWER)
    for again in (False, True):
        talk.said("does ketamine work", ANSWER)
        talk.said("that was no help", COMPOSER.unhelpful.reply(KETAMINE, "en", again=again))
    talk.said("is ketamine used", ANSWER)

    listed = [(question.text, question.outcome) for question in found(database).questions]

    assert listed == [("does ketamine work", Outcome.UNHELPFUL)] * 2


def test_what_was_given_or_offered_in_reply_is_known(database: Database) -> None:
    talk = Talk(database)
    talk.said("is it the light", CLARIFY)
    (message,) = talk.said("does ketamine work", ANSWER)
    talk.unhelpful(message)

    shown = {question.text: question.shown for question in found(database).questions}

    assert shown["is it the light"] == {AURA, KETAMINE}
    assert KETAMINE in shown["does ketamine work"]


def test_a_pressed_button_is_listed_only_if_its_answer_did_not_help(database: Database) -> None:
    talk = Talk(database)
    talk.said("Something else", UNSURE, payload="/nlu_fallback")
    (message,) = talk.said("Can ketamine help?", ANSWER, payload="/faq")
    talk.unhelpful(message)

    result = found(database)

    assert [question.text for question in result.questions] == ["Can ketamine help?"]
    assert result.asked == 0


def test_a_danger_is_never_listed(database: Database) -> None:
    talk = Talk(database)
    talk.said("zebrafinch one", DANGER)
    talk.said("zebrafinch two", NOT_COVERED.copy(update={"danger": DANGER.danger}))
    talk.said("zebrafinch three", NOT_COVERED)
    AlertStore(database, VAULT, CLINIC).add([alert(id=talk.turn_id, conversation_id=talk.id)])
    # What was overlooked then, and the screen of today finds.
    talk.said("i want to kill myself", NOT_COVERED)
    talk.said("what does it cost", NOT_COVERED)

    assert texts(database) == ["what does it cost"]


def test_a_danger_that_two_messages_tell_of_is_never_listed(database: Database) -> None:
    class Together:
        def check(self, text: str, earlier: object = ()) -> object:
            return (list(earlier) == ["first half"] and text == "second half") or None

    talk = Talk(database)
    talk.said("first half", SMALL_TALK)
    talk.said("second half", NOT_COVERED)

    reader = QuestionReader(database, VAULT, Together())

    assert reader.read(NOVEMBER).questions == ()


def test_nothing_of_the_request_form_is_listed(database: Database) -> None:
    talk = Talk(database)
    talk.said("call me", ASKS_CONTACT)
    talk.said("what does it cost, zebrafinch", NOT_COVERED, ASKS_CONTACT)
    talk.said("zebrafinch, it hurts", DANGER)
    talk.said("zebrafinch 212 555 0142", ERROR)
    talk.said("zebrafinch again", NOT_COVERED, ASKS_CONTACT)
    talk.told(ASKS_CONTACT)
    talk.said("zebrafinch, forget it", FORM_ENDED)
    talk.said("what does it cost", NOT_COVERED)

    result = found(database)

    assert [question.text for question in result.questions] == ["what does it cost"]
    assert result.asked == 1


def test_a_form_that_was_open_before_the_period_counts(database: Database) -> None:
    talk = Talk(database, datetime(2026, 11, 9, 4, 59, 30, tzinfo=timezone.utc))
    talk.said("call me", ASKS_CONTACT)
    talk.said("my zebrafinch", ERROR)

    assert texts(database, Period(date(2026, 11, 9), date(2026, 11, 9), NOVEMBER.zone)) == []


def test_nothing_that_a_person_of_staff_was_to_read_is_listed(database: Database) -> None:
    talk = Talk(database)
    author = staff(database, "dana").user_id
    talk.told(JOINED)
    talk.said("zebrafinch one", NOT_COVERED)
    talk.told(SMALL_TALK, author=author)
    talk.said("zebrafinch two", ERROR)
    talk.told(LEFT)
    talk.said("what does it cost", NOT_COVERED)

    assert texts(database) == ["what does it cost"]


def test_a_conversation_that_somebody_has_now_is_theirs_from_then_on(database: Database) -> None:
    talk = Talk(database)
    talk.said("what does it cost", NOT_COVERED)
    owner = staff(database, "dana").user_id
    with database.writing() as connection:
        connection.execute(
            insert(conversation_owners).values(
                conversation_id=talk.id, user_id=owner, since=talk.at
            )
        )
    talk.said("zebrafinch", NOT_COVERED)

    assert texts(database) == ["what does it cost"]


def test_where_a_reply_cannot_be_read_a_form_may_be_open(database: Database) -> None:
    lost = Vault([Fernet.generate_key().decode()], INDEX_KEY)
    talk = Talk(database, vault=lost)
    talk.said("call me", ASKS_CONTACT)
    talk.vault = VAULT
    talk.said("my zebrafinch", NOT_COVERED)
    talk.said("what does it cost", NOT_COVERED)

    assert texts(database) == ["what does it cost"]


def test_a_question_that_no_key_opens_is_counted(database: Database) -> None:
    lost = Vault([Fernet.generate_key().decode()], INDEX_KEY)
    talk = Talk(database)
    talk.said("what does it cost", NOT_COVERED)
    with database.writing() as connection:
        connection.execute(update(turns).values(text=lost.seal("zebrafinch")))

    result = found(database)

    assert (result.questions, result.unreadable, result.asked) == ((), 1, 1)


def test_erased_conversations_are_gone(database: Database) -> None:
    talk = Talk(database)
    (message,) = talk.said("does ketamine work", ANSWER)
    talk.unhelpful(message)
    with database.writing() as connection:
        delete_conversations(connection, [talk.id], NOON)

    assert found(database) == Findings((), 0, 0)


def test_a_person_is_a_telephone_or_a_conversation(database: Database) -> None:
    number = number_of(database)
    for talk in (Talk(database, number=number), Talk(database, number=number), Talk(database)):
        talk.said("what does it cost", NOT_COVERED)

    questions = found(database).questions

    assert len(questions) == 3
    assert len({question.person for question in questions}) == 2


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-01T03:59:59", None),
        ("2026-11-01T04:00:00", date(2026, 11, 1)),
        ("2026-11-02T04:59:59", date(2026, 11, 1)),
        ("2026-11-02T05:00:00", None),
    ],
)
def test_days_are_the_clinics_also_where_the_clocks_change(
    database: Database, at: str, day: date | None
) -> None:
    talk = Talk(database, datetime.fromisoformat(at).replace(tzinfo=timezone.utc))
    talk.said("what does it cost", NOT_COVERED)

    result = found(database, Period(date(2026, 11, 1), date(2026, 11, 1), NOVEMBER.zone))

    assert [question.day for question in result.questions] == ([day] if day else [])
    assert result.asked == len(result.questions)


def test_more_conversations_than_one_batch_are_read(database: Database) -> None:
    for number in range(103):
        Talk(database, NOON + timedelta(seconds=number)).said(f"question {number}", OUT_OF_SCOPE)

    assert len(set(texts(database))) == 103


def test_a_question_shows_neither_its_text_nor_whose_it_is() -> None:
    shown = repr(Question("zebrafinch", Outcome.ERROR, uuid.uuid4().hex, date.today()))
    assert "zebrafinch" not in shown
    assert "person" not in shown
