"""The report: like questions in one group, the largest first, with what comes nearest."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.content.library import Topic, load_library
from bot.content.training_examples import read_utterances
from bot.nlu.sentence_encoder import SentenceEncoder
from bot.review.limits import ReviewLimits, load_review_limits
from bot.review.listed import Outcome
from bot.review.nearest import NearestAnswers
from bot.review.period import Period
from bot.review.questions import Findings, Question
from bot.review.report import Report, Reviewer

LIBRARY = load_library()
LIMITS = load_review_limits()
BOTOX, AURA = Topic("migraine", "botox"), Topic("migraine", "aura")
PERIOD = Period(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("UTC"))


@pytest.fixture(scope="module")
def nearest(encoder: SentenceEncoder) -> NearestAnswers:
    return NearestAnswers(LIBRARY, [], encoder)


def asked(
    text: str,
    person: str = "a",
    outcome: Outcome = Outcome.NOT_COVERED,
    day: int = 10,
    shown: frozenset[Topic] = frozenset(),
) -> Question:
    return Question(text, outcome, person, date(2026, 11, day), shown)


def reported(
    encoder: SentenceEncoder,
    nearest: NearestAnswers,
    *questions: Question,
    fewest_people: int = 1,
    limits: ReviewLimits = LIMITS,
) -> Report:
    reviewer = Reviewer(
        lambda text: text.replace("Ana", "[name]"), encoder, nearest, LIBRARY, limits
    )
    return reviewer.report(PERIOD, Findings(questions, 10, 0), fewest_people)


def test_a_group_tells_who_when_why_and_what_is_near(
    encoder: SentenceEncoder, nearest: NearestAnswers
) -> None:
    report = reported(
        encoder,
        nearest,
        asked("who won the football game", day=3),
        asked("does botox work, asks Ana", "a", Outcome.UNHELPFUL, 4, frozenset({BOTOX})),
        asked("Does botox work, asks Ana?", "b", Outcome.UNSURE, 9),
        asked("does botox really work", "b", Outcome.UNSURE, 6),
    )

    first, second = report.groups
    assert (first.count, first.people, first.share) == (3, 2, 0.3)
    assert first.outcomes == {Outcome.UNHELPFUL: 1, Outcome.UNSURE: 2}
    assert (first.first.day, first.last.day) == (4, 9)
    assert first.examples == ("does botox work, asks [name]", "does botox really work")
    assert (first.nearest.topic, first.nearest.shown) == (BOTOX, 1)
    assert 0.5 < first.nearest.likeness <= 1
    assert second.count == 1
    assert second.nearest.likeness < first.nearest.likeness
    assert (report.listed, report.left_out) == (4, 0)


def test_groups_of_few_people_are_left_out(
    encoder: SentenceEncoder, nearest: NearestAnswers
) -> None:
    report = reported(
        encoder,
        nearest,
        asked("does botox work", "a"),
        asked("does botox work", "b"),
        asked("who won the football game", "c"),
        asked("who won the football game", "c"),
        fewest_people=2,
    )

    assert [group.examples for group in report.groups] == [("does botox work",)]
    assert (report.listed, report.left_out) == (2, 2)


def test_only_so_many_examples_of_such_a_length_are_shown(
    encoder: SentenceEncoder, nearest: NearestAnswers
) -> None:
    limits = LIMITS.copy(update={"examples": 1, "example_characters": 9})

    (group,) = reported(
        encoder, nearest, asked("does botox work"), asked("does botox work now"), limits=limits
    ).groups

    assert group.examples == ("does bot…",)


def test_nothing_asked_is_an_empty_report(
    encoder: SentenceEncoder, nearest: NearestAnswers
) -> None:
    assert reported(encoder, nearest).groups == ()


def test_training_utterances_bring_an_answer_nearer(
    encoder: SentenceEncoder, nearest: NearestAnswers
) -> None:
    vectors = encoder.encode(["i get flashing zigzags before it starts"])

    near = NearestAnswers(LIBRARY, read_utterances(), encoder).nearest(vectors)

    assert near.topic == AURA
    assert near.likeness > nearest.nearest(vectors).likeness
