"""What is right, what kind of wrong it is, and how it is counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from bot.evaluation.confusion import ConfusionPair, confusion_pairs
from bot.evaluation.examples import Example
from bot.evaluation.figures import figures_of
from bot.evaluation.judgements import Failing, Judgement
from bot.evaluation.outcomes import Outcome
from bot.nlu.calibration import Claim
from bot.replies.understanding import Candidate
from bot.safety.figures import Share
from tests.evaluation.making import AURA, BOTOX, LABELS, judged, judgements


def shares(made: list[Judgement], key: str) -> dict[str, Share]:
    return {table.key: table.shares for table in figures_of(made).tables}.get(key, {})


@pytest.mark.parametrize(
    ("expected", "decided", "more", "failing"),
    [
        (AURA, AURA, {}, None),
        (AURA, BOTOX, {}, Failing.WRONG_ANSWER),
        ("not_covered", BOTOX, {}, Failing.WRONG_ANSWER),
        ("not_covered", BOTOX, {"also_ok": BOTOX}, None),
        (AURA, "clarify", {}, Failing.REFUSED),
        (AURA, "clarify", {"also_ok": "clarify"}, None),
        (AURA, "not_covered", {}, Failing.REFUSED),
        (AURA, "out_of_scope", {}, Failing.REFUSED),
        (AURA, "personal_advice", {}, Failing.OTHER),
        (AURA, "", {}, Failing.OTHER),
        ("out_of_scope", "not_covered", {}, Failing.OTHER),
        (f"{AURA} + {BOTOX}", AURA, {}, Failing.OTHER),
        (f"{AURA} + {BOTOX}", f"{BOTOX} + {AURA}", {}, Failing.OTHER),
        (f"{AURA} + not_covered", f"{AURA} + {BOTOX}", {}, Failing.WRONG_ANSWER),
        (f"{AURA} + {BOTOX}", "not_covered", {}, Failing.REFUSED),
        # What leans on the conversation is right by what it says or by what it comes to.
        ("follow_up/duration", "follow_up/duration", {"resolved": BOTOX}, None),
        (BOTOX, "follow_up/duration", {"resolved": BOTOX}, None),
        (AURA, "follow_up/duration", {"resolved": BOTOX}, Failing.WRONG_ANSWER),
        ("not_covered", "follow_up/duration", {"resolved": BOTOX}, Failing.WRONG_ANSWER),
    ],
)
def test_how_a_decision_fails(
    expected: str, decided: str, more: dict[str, Any], failing: Failing | None
) -> None:
    one = judged(expected, decided, **more)

    assert one.failing is failing
    assert one.right is (failing is None)


def test_the_likeliest_meaning_is_what_is_claimed() -> None:
    assert judged(AURA, "clarify", 0.4, likeliest=AURA).claim == Claim(0.4, True)
    assert judged(AURA, "clarify", 0.4, likeliest=BOTOX).claim == Claim(0.4, False)
    assert judged(AURA, BOTOX, 0.8).claim == Claim(0.8, False)
    assert judged(AURA, "").claim is None
    assert judged(f"{AURA} + {BOTOX}", AURA).claim is None


def test_the_classifiers_alone_are_measured_before_rules() -> None:
    labels = LABELS.expectation
    decided = Outcome(labels("crisis").labels, (), Candidate(labels("crisis").labels[0], 1.0))
    heard = replace(decided, likeliest=Candidate(labels(AURA).labels[0], 0.8))
    example = Example("words", labels(AURA))

    figures = figures_of([Judgement(example, decided), Judgement(example, heard)])

    assert figures.calibration_error == pytest.approx(1.0)
    assert figures.classifier_error == pytest.approx(0.2)


def test_wrong_answers_and_refusals_are_counted_apart() -> None:
    made = [
        *[judged(AURA, AURA)] * 3,
        judged(AURA, BOTOX),
        judged(AURA, "clarify"),
        judged(AURA, "not_covered"),
        judged(AURA, "personal_advice"),
        judged("not_covered", BOTOX),
        judged("not_covered", "out_of_scope"),
        judged("out_of_scope", "out_of_scope"),
    ]

    assert shares(made, "wrong_answers") == {
        "of all messages": Share(2, 10),
        "another answer was expected": Share(1, 7),
        "no answer was expected": Share(1, 3),
    }
    assert shares(made, "refused") == {
        "refused": Share(2, 7),
        "as not_covered": Share(1, 7),
        "as out_of_scope": Share(0, 7),
        "asked back (clarify)": Share(1, 7),
        "declined as personal_advice (not counted above)": Share(1, 7),
    }
    assert shares(made, "outside") == {
        "out_of_scope recognised": Share(1, 1),
        "not_covered recognised": Share(0, 2),
        "both recognised": Share(1, 3),
        "both, either taken for the other or not": Share(2, 3),
    }
    assert shares(made, "overall")["asked back"] == Share(1, 10)
    assert shares(made, "overall")["right where not asked back"] == Share(4, 9)


def test_by_kind_topic_style_and_turn() -> None:
    made = [
        judged(AURA, AURA, style="terse", conversation="x", turn=1),
        judged(BOTOX, AURA, style="terse", conversation="x", turn=2),
        judged(f"{AURA} + {BOTOX}", AURA, conversation="y", turn=1),
        judged("chitchat", "chitchat/pain", conversation="z", turn=1),
    ]

    assert shares(made, "kind") == {
        "answer": Share(1, 2),
        "chitchat": Share(1, 1),
        "several": Share(0, 1),
    }
    assert shares(made, "topic") == {AURA: Share(1, 1), BOTOX: Share(0, 1)}
    assert shares(made, "style") == {"terse": Share(1, 2)}
    assert shares(made, "turn") == {"01": Share(2, 3), "02": Share(0, 1)}
    assert shares(made, "overall")["conversations right throughout"] == Share(1, 3)


def test_several_questions() -> None:
    both = f"{AURA} + {BOTOX}"
    made = [judged(both, both), judged(both, f"{BOTOX} + {AURA}"), judged(both, AURA)]
    made += [judged(both, "clarify"), judged(AURA, AURA)]

    assert shares(made, "several") == {
        "all answered, in order": Share(1, 4),
        "at least one": Share(3, 4),
        "of the single questions": Share(5, 8),
    }


def test_first_messages_have_no_turns() -> None:
    assert not shares([judged(AURA, AURA)], "turn")
    assert "conversations right throughout" not in shares([judged(AURA, AURA)], "overall")


def test_confusion_pairs() -> None:
    made = [
        judged(AURA, AURA),
        *[judged(AURA, BOTOX)] * 2,
        judged("crisis/suicide.2", "chitchat/pain"),
        judged("chitchat/greet", "crisis/suicide.3"),
        judged("not_covered", "clarify"),
    ]

    assert confusion_pairs(made) == (
        ConfusionPair(AURA, BOTOX, 2),
        ConfusionPair("chitchat", "crisis", 1),
        ConfusionPair("crisis", "chitchat", 1),
        ConfusionPair("not_covered", "clarify", 1),
    )


@given(judgements())
def test_the_figures_agree_with_each_other(made: list[Judgement]) -> None:
    figures = figures_of(made)
    right = sum(one.right for one in made)
    tables = {table.key: table.shares for table in figures.tables}

    assert figures.messages == len(made)
    assert sum(pair.count for pair in figures.confusion) == len(made) - right
    kinds = tables.get("kind", {}).values()
    assert sum(share.total for share in kinds) == len(made)
    assert sum(share.count for share in kinds) == right
    assert (figures.calibration_error is None) == (not figures.risk)
    failing = [one.failing for one in made]
    if made:
        assert tables["wrong_answers"]["of all messages"].count == failing.count(
            Failing.WRONG_ANSWER
        )
    for shown in tables.values():
        assert all(0 <= share.count <= share.total and share.total for share in shown.values())
