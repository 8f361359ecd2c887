"""Judgements made by hand, and by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.content.library import load_library
from bot.evaluation.examples import Example
from bot.evaluation.expectations import LabelReader
from bot.evaluation.judgements import Judgement
from bot.evaluation.outcomes import Outcome
from bot.nlu.calibration import Claim
from bot.replies.understanding import Candidate

LABELS = LabelReader(load_library())

AURA, BOTOX = "faq/migraine.aura", "faq/migraine.botox"

NAMES = [
    *(AURA, BOTOX, "not_covered", "out_of_scope", "personal_advice"),
    *("chitchat/pain", "crisis", "other_language/es", "follow_up/more", "clarify"),
]


def outcome(
    decided: str, confidence: float = 0.9, *, resolved: str = "", likeliest: str = ""
) -> Outcome:
    labels = LABELS.expectation(decided).labels if decided else ()
    best = LABELS.expectation(likeliest or decided).labels[0] if likeliest or decided else None
    return Outcome(
        labels,
        LABELS.expectation(resolved).labels if resolved else (),
        Candidate(best, confidence) if best else None,
    )


def judged(
    expected: str,
    decided: str,
    confidence: float = 0.9,
    *,
    also_ok: str = "",
    resolved: str = "",
    likeliest: str = "",
    text: str = "words",
    style: str = "",
    conversation: str = "",
    turn: int = 1,
) -> Judgement:
    example = Example(text, LABELS.expectation(expected, also_ok), style, conversation, turn)
    return Judgement(example, outcome(decided, confidence, resolved=resolved, likeliest=likeliest))


def claims(least: int = 1) -> st.SearchStrategy[list[Claim]]:
    confidence = st.floats(0, 1) | st.sampled_from([0.0, 0.1, 0.3, 0.7, 1.0, 1.0000001])
    return st.lists(st.builds(Claim, confidence, st.booleans()), min_size=least, max_size=60)


def judgements() -> st.SearchStrategy[list[Judgement]]:
    expected = st.sampled_from([*NAMES, f"{AURA} + {BOTOX}", f"{AURA} + not_covered"])
    one = st.builds(
        judged,
        expected,
        st.sampled_from([*NAMES, f"{AURA} + {BOTOX}", ""]),
        st.floats(0, 1),
        also_ok=st.sampled_from(["", "clarify", f"{BOTOX}; {AURA} + {BOTOX}"]),
        style=st.sampled_from(["", "terse", "story"]),
    )
    return st.lists(one, max_size=40)
