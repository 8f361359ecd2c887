"""From probabilities to one decision: cautious for danger, silent when unsure."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.configuration.clinic import load_clinic
from bot.content.library import load_library
from bot.content.texts import load_texts
from bot.nlu.decision import MOST_CHOICES, Thresholds, decide
from bot.replies.composer import ReplyComposer
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState
from bot.replies.understanding import Candidate, Intent, Label, Understanding
from bot.safety.replies import load_safety_replies
from tests.nlu.pipeline import LEVELS
from tests.replies.strategies import LABELS

_SHARE = st.floats(0.01, 1)
_THRESHOLDS = st.builds(Thresholds, **dict.fromkeys(Thresholds.__fields__, _SHARE))
_CAUTIOUS = (Intent.CRISIS, Intent.EMERGENCY, Intent.PERSONAL_ADVICE)


@st.composite
def ranked(draw: st.DrawFn) -> list[Candidate]:
    """The likeliest meanings, best first, together at most 1."""
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=6, unique=True))
    weights = draw(st.lists(_SHARE, min_size=len(labels), max_size=len(labels)))
    kept = draw(_SHARE)
    shares = sorted((kept * weight / sum(weights) for weight in weights), reverse=True)
    return [Candidate(label, share) for label, share in zip(labels, shares, strict=True)]


def candidates(**shares: float) -> list[Candidate]:
    """Named by label, with `__` for the slash: faq__botox is faq/migraine.botox."""
    return [
        Candidate(Label.parse(name.replace("faq__", "faq/migraine.").replace("__", "/")), share)
        for name, share in shares.items()
    ]


@settings(max_examples=300)
@given(seen=ranked(), levels=_THRESHOLDS)
def test_danger_and_advice_win_from_their_level_on(
    seen: list[Candidate], levels: Thresholds
) -> None:
    shares = {one.label: one.confidence for one in seen}
    believed = [
        intent
        for intent in _CAUTIOUS
        for label, share in shares.items()
        if label.intent is intent and share >= getattr(levels, intent.value)
    ]

    decided = decide(seen, levels)

    if believed:
        assert decided.label.intent is believed[0]
        # The leaf is that of a candidate: it says which danger it is.
        assert decided.confidence == shares[decided.label]


@settings(max_examples=300)
@given(seen=ranked(), levels=_THRESHOLDS)
def test_nothing_is_believed_below_its_level(seen: list[Candidate], levels: Thresholds) -> None:
    decided = decide(seen, levels)

    intent = decided.label.intent
    assert decided.candidates == tuple(seen)
    if intent is Intent.FAQ:
        assert decided.confidence >= levels.answer
        assert decided.label == seen[0].label
    elif intent is not Intent.FALLBACK:
        level = min(levels.behaviour, getattr(levels, intent.value, levels.behaviour))
        assert decided.confidence >= level


@settings(max_examples=300)
@given(seen=ranked(), levels=_THRESHOLDS)
def test_only_the_unsure_ask_and_they_ask_about_answers(
    seen: list[Candidate], levels: Thresholds
) -> None:
    decided = decide(seen, levels)

    answers = [one.label for one in seen if one.label.intent is Intent.FAQ]
    if decided.label.intent is Intent.FALLBACK:
        assert list(decided.choices) == answers[: len(decided.choices)]
        assert len(decided.choices) <= MOST_CHOICES
    else:
        assert decided.choices == ()


@settings(max_examples=300)
@given(seen=ranked(), levels=_THRESHOLDS)
def test_two_close_answers_are_exactly_two_choices(
    seen: list[Candidate], levels: Thresholds
) -> None:
    decided = decide(seen, levels)
    assume(decided.label.intent is Intent.FALLBACK)
    pair = seen[:2]
    close = (
        len(pair) == 2
        and all(one.label.intent is Intent.FAQ for one in pair)
        and pair[0].confidence + pair[1].confidence >= levels.clarify_sum
    )

    if close:
        assert list(decided.choices) == [one.label for one in pair]


@pytest.fixture(scope="module")
def dialogue() -> Dialogue:
    return Dialogue(
        ReplyComposer(load_library(), load_texts(), load_safety_replies(), load_clinic())
    )


def said_to(dialogue: Dialogue, seen: list[Candidate]) -> str:
    return dialogue.respond(decide(seen, LEVELS), DialogueState()).reply.text


def test_two_close_answers_are_asked_about(dialogue: Dialogue) -> None:
    assert "Which of these" in said_to(dialogue, candidates(faq__botox=0.45, faq__cgrp=0.4))


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(
            candidates(not_covered=0.35, faq__botox=0.2, faq__cgrp=0.1),
            id="something else is likelier than both",
        ),
        pytest.param(candidates(faq__botox=0.3, faq__cgrp=0.3), id="both are unlikely"),
        pytest.param(
            candidates(faq__botox=0.35, chitchat__pain=0.3, faq__cgrp=0.1),
            id="something else stands between",
        ),
    ],
)
def test_two_answers_that_are_not_close_are_not_called_so(
    dialogue: Dialogue, seen: list[Candidate]
) -> None:
    # Low confidence is said as such, with the closest questions and a person.
    assert "not sure I understood" in said_to(dialogue, seen)


@settings(max_examples=200)
@given(seen=ranked(), levels=_THRESHOLDS, higher=_SHARE)
def test_a_higher_level_for_answers_never_makes_more_of_them(
    seen: list[Candidate], levels: Thresholds, higher: float
) -> None:
    stricter = levels.copy(update={"answer": max(levels.answer, higher)})

    if decide(seen, stricter).label.intent is Intent.FAQ:
        assert decide(seen, levels).label == decide(seen, stricter).label


@pytest.mark.parametrize(
    ("seen", "label"),
    [
        (candidates(faq__botox=0.6, faq__cgrp=0.4), "faq/migraine.botox"),
        (candidates(faq__botox=0.59, faq__cgrp=0.01), "nlu_fallback"),
        (candidates(not_covered=0.4, faq__cgrp=0.3), "not_covered"),
        (candidates(not_covered=0.39, faq__cgrp=0.3), "nlu_fallback"),
        (candidates(chitchat__greet=0.9), "chitchat/greet"),
        (candidates(faq__botox=0.79, crisis=0.2), "crisis"),
        (candidates(faq__botox=0.79, emergency=0.2), "emergency"),
        (candidates(faq__botox=0.7, personal_advice=0.3), "personal_advice"),
        (candidates(faq__botox=0.71, personal_advice=0.29), "faq/migraine.botox"),
        (candidates(emergency=0.7, crisis=0.2), "crisis"),
        (candidates(personal_advice=0.5, emergency=0.2), "emergency"),
    ],
    ids=str,
)
def test_examples(seen: list[Candidate], label: str) -> None:
    assert str(decide(seen, LEVELS).label) == label


@pytest.mark.parametrize(
    ("seen", "related"),
    [
        (candidates(personal_advice=0.5, faq__botox=0.3, faq__cgrp=0.1), "migraine.botox"),
        (candidates(personal_advice=0.5, faq__botox=0.2, faq__cgrp=0.2), None),
        (candidates(personal_advice=0.9), None),
        (candidates(personal_advice=0.5, not_covered=0.3), None),
    ],
    ids=str,
)
def test_the_answer_that_may_stand_beside_a_refusal(
    seen: list[Candidate], related: str | None
) -> None:
    found = decide(seen, LEVELS).related

    assert (str(found) if found else None) == related


def test_nothing_to_decide_between() -> None:
    with pytest.raises(ValueError, match="nothing to decide"):
        decide([], LEVELS)


def test_levels_are_found_among_a_component_s_configuration() -> None:
    config = {**LEVELS.dict(), "model": "x", "another": 3}

    assert Thresholds.from_config(config) == LEVELS


@pytest.mark.parametrize("name", list(Thresholds.__fields__))
@pytest.mark.parametrize("value", [None, -0.1, 1.1, "high"])
def test_every_level_must_be_given_and_a_share(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        Thresholds.from_config({**LEVELS.dict(), name: value})


def test_a_missing_level_is_named() -> None:
    values = LEVELS.dict()
    del values["crisis"]

    with pytest.raises(ValidationError, match="crisis"):
        Thresholds.from_config(values)


def test_a_decision_is_always_one_that_the_dialogue_knows(dialogue: Dialogue) -> None:
    for label in LABELS:
        for share in (0.05, 0.5, 1.0):
            decided: Understanding = decide([Candidate(label, share)], LEVELS)
            assert dialogue.respond(decided, DialogueState()).reply.text
