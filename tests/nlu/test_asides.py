"""What asks nothing more beside a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.question_rules import load_question_rules
from bot.nlu.asides import Asides

RULES = load_question_rules()
ASIDES = Asides(RULES)


@pytest.mark.parametrize(
    "text", ["is that a thing", "Isn't it true", "and is that right", "does anyone know", "or what"]
)
def test_an_aside_is_known(text: str) -> None:
    assert ASIDES.is_aside(text)


@pytest.mark.parametrize("text", ["is that safe", "is it a thing of the brain", "what is aura", ""])
def test_a_question_is_no_aside(text: str) -> None:
    assert not ASIDES.is_aside(text)


@given(
    st.sampled_from(["", "and ", "so ", "oh and "]),
    st.sampled_from(RULES.aside_beginnings),
    st.sampled_from(RULES.aside_endings),
)
def test_any_two_halves_make_an_aside(before: str, beginning: str, ending: str) -> None:
    assert ASIDES.is_aside(f"{before}{beginning} {ending}".upper())


@pytest.mark.parametrize(
    ("piece", "proposed"),
    [
        ("a doctor", True),
        ("hours or days", True),
        ("a summary of the trials for ketamine", False),
        ("side effects", False),
        ("apnea", False),
    ],
)
def test_a_short_guess_is_no_entry_of_a_list(piece: str, proposed: bool) -> None:
    assert ASIDES.is_proposed(piece) is proposed
