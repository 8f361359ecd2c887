"""Counting of segments and spelling in GSM-7."""

from __future__ import annotations

import pytest
import smsutil
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.content.gsm7 import SEPTETS, is_gsm7, with_plain_letters, with_plain_signs
from bot.content.segments import Encoding, Measure, measure

GSM7 = st.text(st.sampled_from(sorted(SEPTETS)), max_size=400)
ANY = st.text(max_size=300)


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("", Encoding.GSM7, 1),
        ("a" * 160, Encoding.GSM7, 1),
        ("a" * 161, Encoding.GSM7, 2),
        ("a" * 306, Encoding.GSM7, 2),
        ("a" * 307, Encoding.GSM7, 3),
        ("€" * 80, Encoding.GSM7, 1),
        ("€" * 81, Encoding.GSM7, 2),
        # A character of two septets is not divided: one septet of each segment stays empty.
        ("€" * 152, Encoding.GSM7, 2),
        ("€" * 153, Encoding.GSM7, 3),
        ("’" * 70, Encoding.UCS2, 1),
        ("’" * 71, Encoding.UCS2, 2),
        ("’" * 134, Encoding.UCS2, 2),
        ("😀" * 35, Encoding.UCS2, 1),
        ("😀" * 36, Encoding.UCS2, 2),
        ("😀" * 67, Encoding.UCS2, 3),
    ],
)
def test_segments(text: str, encoding: Encoding, segments: int) -> None:
    assert measure(text) == Measure(encoding, segments)


@given(GSM7 | ANY)
def test_it_counts_as_an_independent_library_does(text: str) -> None:
    # The library takes the bare escape for a character; see the test below.
    assume("\x1b" not in text)
    if text:
        assert is_gsm7(text) == smsutil.is_valid_gsm(text)
        assert measure(text).segments == len(smsutil.split(text).parts)


def test_the_escape_to_the_extension_table_is_no_character() -> None:
    assert not is_gsm7("\x1b")
    assert measure("\x1b") == Measure(Encoding.UCS2, 1)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("“Don’t” – wait…", '"Don\'t" - wait...'),
        ("¿Dónde está, señor? ¡Él sí!", "¿Donde esta, señor? ¡El si!"),
        ("àèìòùéüñÇ", "àèìòùéüñÇ"),
        ("« 5\u00a0pm »", '" 5 pm "'),
        ("你好 é", "你好 é"),
    ],
)
def test_spanish_and_typography_are_sent_as_gsm7(written: str, sent: str) -> None:
    # "Él" has an É, which GSM-7 has as well.
    assert with_plain_letters(written) == sent.replace("El si", "Él si")


@given(ANY)
def test_spelling_is_settled_after_one_time(text: str) -> None:
    for spell in (with_plain_letters, with_plain_signs):
        assert spell(spell(text)) == spell(text)
    if is_gsm7(text):
        assert is_gsm7(with_plain_letters(text))
