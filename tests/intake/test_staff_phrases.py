"""What staff read in entries: a fixed phrase for every danger, and no gap in the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.yaml_source import ContentError
from bot.intake.staff_phrases import PHRASES_FILE, STAFF_PHRASES, load_staff_phrases
from bot.intake.transitions import Move
from bot.replies.intake_request import BestTime
from bot.safety.danger import About, Danger, DangerTopic, Tier
from tests.intake.records import EMAIL, asked


@pytest.mark.parametrize("topic", DangerTopic)
def test_every_danger_has_its_phrase(topic: DangerTopic) -> None:
    said = {
        STAFF_PHRASES.of_danger(Danger(topic=topic, tier=tier, level=level, about=about))
        for tier in Tier
        for level in (None, 1, 6)
        for about in About
    }
    assert len(said) == len(Tier) * 3 * len(About)
    for phrase in said:
        assert phrase.startswith(f"Told of {STAFF_PHRASES.topics[topic]} (")
        assert phrase.endswith(". The safety reply was given.")
        assert not set(phrase) & set("{}")


def test_a_request_is_told_part_by_part() -> None:
    full = asked(contact=EMAIL, best_time=BestTime.EVENING)
    assert STAFF_PHRASES.of_request(full) == (
        "The patient asked again.\n"
        "Name: Rosalind\n"
        "E-mail: Rosalind.Vane@example.com\n"
        "Best time: evening\n"
        "Reason: throbbing behind my left eye"
    )
    bare = asked(name=None, reason=None, best_time=BestTime.ANY)
    assert STAFF_PHRASES.of_request(bare) == (
        "The patient asked again.\nPhone: +12125550142\nBest time: any"
    )


@given(st.text(min_size=1, max_size=200), st.sampled_from(Move))
def test_whatever_a_person_writes_is_kept(text: str, move: Move) -> None:
    assert STAFF_PHRASES.of_move(move, text).endswith(f": {text}")
    assert f"Reason: {text}" in STAFF_PHRASES.of_request(asked(reason=text))


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("({facts})", "", "must hold"),
        ("{topic}", "{topic} {name}", "nothing but"),
        ("level {level}", "level", "must hold"),
        ("level {level}", "level {level", "must hold"),
        ("  body: signs of a physical emergency\n", "", "lacks body"),
        ("  self: about themselves\n", "", "lacks self"),
        ("  today: to be seen today\n", "", "lacks today"),
        ("  reopen: Reopened\n", "", "lacks reopen"),
        ("  reopen: Reopened\n", "  reopened: Reopened\n", "reopened"),
        ("  reason: Reason\n", "", "lacks reason"),
        ("  any: any\n", "", "lacks any"),
        ("request:", "requests:", "request"),
    ],
)
def test_a_gap_in_the_file_is_named(tmp_path: Path, before: str, after: str, fault: str) -> None:
    file = tmp_path / "staff_phrases.yml"
    shipped = PHRASES_FILE.read_text()
    assert before in shipped
    file.write_text(shipped.replace(before, after))
    with pytest.raises(ContentError, match=fault):
        load_staff_phrases(file)
