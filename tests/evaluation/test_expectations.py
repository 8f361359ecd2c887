"""Labels as docs/labelling.md writes them, and what counts as right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.expectations import Labels, written
from bot.nlu.expectation import fits
from bot.replies.understanding import Intent, Label
from tests.evaluation.making import AURA, BOTOX, LABELS, NAMES


def labels(text: str) -> Labels:
    return LABELS.expectation(text).labels


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map(" + ".join))
def test_what_is_read_can_be_written(text: str) -> None:
    assert written(labels(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "dancing", "faq", "faq/migraine.nonsense", "faq/migraine", "other_language"),
        *("chitchat/dance", "follow_up/dance", "not_covered/price", "affirm/yes", "clarify/two"),
        *(f"{AURA} +", f"{AURA} + + {BOTOX}", "Crisis"),
    ],
)
def test_a_label_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        LABELS.expectation(text)
    with pytest.raises(ValueError, match=r".*"):
        LABELS.expectation("crisis", f"emergency;{text or 'x'}")


@pytest.mark.parametrize(
    ("decided", "expected", "fit"),
    [
        ("chitchat/pain", "chitchat", True),
        ("chitchat/pain", "chitchat/greet", False),
        ("crisis/suicide.2", "crisis", True),
        ("crisis/suicide.2", "crisis/suicide.5", True),
        ("crisis", "emergency", False),
        ("follow_up/more", "follow_up", True),
        ("follow_up/more", "follow_up/cause", False),
        (AURA, AURA, True),
        (AURA, BOTOX, False),
        ("other_language/es", "other_language/fr", False),
    ],
)
def test_what_fits(decided: str, expected: str, fit: bool) -> None:
    assert fits(Label.parse(decided), Label.parse(expected)) is fit


def test_several_questions_are_right_together_and_in_order_only() -> None:
    expectation = LABELS.expectation(f"{AURA} + {BOTOX}", "not_covered")

    assert expectation.accepts(labels(f"{AURA} + {BOTOX}"))
    assert not expectation.accepts(labels(f"{BOTOX} + {AURA}"))
    assert not expectation.accepts(labels(AURA))
    assert not expectation.accepts(())
    assert expectation.accepts(labels("not_covered"))
    assert expectation.allows(labels(BOTOX)[0])
    assert not expectation.allows(Label(Intent.CRISIS))


def test_also_ok_may_hold_being_asked_back_and_spaces() -> None:
    expectation = LABELS.expectation(AURA, f" clarify ; {BOTOX} ;")

    assert expectation.accepts(labels("clarify"))
    assert expectation.accepts(labels(BOTOX))
    assert expectation.answers
    assert not LABELS.expectation("not_covered", AURA).answers


def test_nothing_decided_is_written_as_a_failure() -> None:
    assert written(()) == "error"
