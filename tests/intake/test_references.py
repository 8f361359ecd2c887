"""References: unguessable, speakable, and read however they are typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake.references import ALPHABET, new_reference, parse_reference


def test_the_alphabet_has_no_look_alikes_and_makes_no_words() -> None:
    assert not set(ALPHABET) & set("0O1ILAEU")
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert len(ALPHABET) ** 8 > 2e11


def test_new_references_are_well_formed_and_differ() -> None:
    made = {new_reference() for _ in range(2000)}
    assert len(made) == 2000
    assert all(re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", one) for one in made)
    assert all(parse_reference(one) == one for one in made)
    assert {character for one in made for character in one} == {*ALPHABET, "-"}


REFERENCES = st.text(ALPHABET, min_size=8, max_size=8)
BETWEEN = st.text(" -\t\n–—−.\u00a0", max_size=3)


@given(characters=REFERENCES, gaps=st.lists(BETWEEN, min_size=9, max_size=9), lower=st.booleans())
def test_capitals_spaces_and_dashes_do_not_matter(
    characters: str, gaps: list[str], lower: bool
) -> None:
    typed = gaps[0] + "".join(a + b for a, b in zip(characters, gaps[1:], strict=True))
    typed = typed.lower() if lower else typed
    assert parse_reference(typed) == f"{characters[:4]}-{characters[4:]}"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "2345",
        "2345-678",
        "2345-67890",
        "2345-678O",
        "AEIO-UAEI",
        "2345_6789",
        "２345-6789",
        "ß" * 8,
    ],
)
def test_anything_else_is_none(typed: str) -> None:
    assert parse_reference(typed) is None


@given(st.text())
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    found = parse_reference(typed)
    assert found is None or parse_reference(found) == found
