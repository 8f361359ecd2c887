"""Fitting temperature and thresholds on labelled utterances."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.decision import decide
from bot.nlu.threshold_fitting import (
    FittingDataError,
    Judged,
    calibration_error,
    fit,
    read_labelled,
)
from bot.replies.understanding import Candidate, Intent, Label

AURA, BOTOX, CGRP = (Label(Intent.FAQ, f"migraine.{name}") for name in ("aura", "botox", "cgrp"))
ADVICE, OTHER = Label(Intent.PERSONAL_ADVICE), Label(Intent.NOT_COVERED)
CRISIS, EMERGENCY = Label(Intent.CRISIS, "suicide.2"), Label(Intent.EMERGENCY, "body")
_DANGERS = [CRISIS, EMERGENCY]
_LABELS = [AURA, BOTOX, CGRP, *_DANGERS, ADVICE, OTHER]


def judged(expected: Label, *seen: tuple[Label, float]) -> Judged:
    return Judged(expected, tuple(Candidate(label, share) for label, share in seen))


def honest(count: int, heat: float) -> list[Judged]:
    """Messages whose true probabilities are known; all but the dangers at a wrong temperature."""
    random = np.random.default_rng(11)
    made = []
    for _ in range(count):
        true = dict(zip(_LABELS, random.dirichlet(np.full(len(_LABELS), 0.3)), strict=True))
        meant = _LABELS[random.choice(len(_LABELS), p=[*true.values()])]
        shown = at(true, 1 / heat)
        ranked = sorted(shown.items(), key=lambda item: -item[1])
        made.append(judged(meant, *ranked))
    return made


def at(shares: dict[Label, float], power: float) -> dict[Label, float]:
    """The shares with the harmless ones to a power; together they keep what danger leaves."""
    dangers = {label: shares[label] for label in shares if label in _DANGERS}
    others = {label: shares[label] ** power for label in shares if label not in _DANGERS}
    scale = (1 - sum(dangers.values())) / sum(others.values())
    return dangers | {label: share * scale for label, share in others.items()}


def share(one: Judged, label: Label, temperature: float) -> float:
    """The label's probability at a temperature."""
    return at({c.label: c.confidence for c in one.candidates}, 1 / temperature)[label]


def csv_of(folder: Path, content: str | bytes) -> Path:
    file = folder / "some.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_rows_are_read_with_their_labels(tmp_path: Path) -> None:
    file = csv_of(
        tmp_path, 'text,expected\n"well, hi",chitchat/greet\nwhat is it,faq/migraine.aura\n'
    )

    assert read_labelled(file) == [
        ("well, hi", Label(Intent.CHITCHAT, "greet")),
        ("what is it", AURA),
    ]


def test_messages_with_several_questions_are_left_out(tmp_path: Path) -> None:
    file = csv_of(
        tmp_path,
        "text,expected\nboth,faq/migraine.aura + not_covered\nwhat is it,faq/migraine.aura\n",
    )

    assert read_labelled(file) == [("what is it", AURA)]


def test_a_leaf_of_small_talk_may_be_left_out() -> None:
    shown = (Label(Intent.CHITCHAT, "greet"), 1.0)

    assert calibration_error([judged(Label(Intent.CHITCHAT), shown)], 1.0) == 0
    assert calibration_error([judged(Label(Intent.CHITCHAT, "pain"), shown)], 1.0) == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"text,expected\ncaf\xe9,crisis\n", id="not UTF-8"),
        pytest.param("text\nhello\n", id="no label column"),
        pytest.param("sentence,expected\nhello,crisis\n", id="no text column"),
        pytest.param("text,expected\nhello,nonsense\n", id="an unknown label"),
        pytest.param("text,expected\nhello\n", id="a row that ends early"),
        pytest.param("", id="empty"),
        pytest.param("text,expected\n", id="no rows"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_so(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(FittingDataError, match=r"some\.csv"):
        read_labelled(csv_of(tmp_path, content))


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FittingDataError, match=r"nowhere\.csv cannot be read"):
        read_labelled(tmp_path / "nowhere.csv")


def test_the_temperature_that_makes_the_shares_true_is_found() -> None:
    assert math.isclose(fit(honest(1500, heat=0.5), 0.6).temperature, 0.5**-1, rel_tol=0.15)
    assert math.isclose(fit(honest(1500, heat=2.0), 0.6).temperature, 2.0**-1, rel_tol=0.15)


def test_fitting_twice_is_fitting_once() -> None:
    data = honest(300, heat=1.0)

    assert fit(data, 0.6) == fit(data, 0.6)


def alarms(data: list[Judged], label: Label, level: float, temperature: float) -> float:
    """The share of harmless messages that would be taken for it."""
    harmless = [one for one in data if one.expected not in (*_DANGERS, label)]
    found = sum(share(one, label, temperature) >= level for one in harmless)
    return found / len(harmless)


@pytest.mark.parametrize("label", _DANGERS, ids=str)
def test_danger_is_believed_as_early_as_the_false_alarms_allow(label: Label) -> None:
    data = honest(800, heat=1.0)
    found = fit(data, 0.6)

    level = getattr(found.thresholds, label.intent.value)
    assert alarms(data, label, level, found.temperature) <= 0.005
    # A step lower there would be too many.
    assert alarms(data, label, level - 0.02, found.temperature) > 0.005


def test_needless_refusals_stay_within_their_limit() -> None:
    data = honest(800, heat=1.0)
    found = fit(data, 0.6)

    level = found.thresholds.personal_advice
    others = [one for one in data if one.expected != ADVICE]
    assert sum(share(one, ADVICE, found.temperature) >= level for one in others) <= (
        0.02 * len(others)
    )


def test_one_danger_taken_for_the_other_is_no_false_alarm() -> None:
    data = [judged(EMERGENCY, (CRISIS, 0.5), (EMERGENCY, 0.4), (AURA, 0.1))] * 20
    data += [judged(AURA, (AURA, 0.97), (CRISIS, 0.01), (EMERGENCY, 0.01))] * 20
    found = fit(data, 0.6)

    assert found.thresholds.crisis <= 0.5
    assert found.danger_found == 1


@pytest.mark.parametrize("label", _DANGERS, ids=str)
def test_look_alikes_of_the_safety_corpus_raise_the_level_of_danger(label: Label) -> None:
    ordinary = [judged(AURA, (AURA, 0.96), (label, 0.04))] * 100
    look_alike = judged(Label(Intent.FALLBACK), (label, 0.6), (AURA, 0.4))
    quiet = judged(Label(Intent.FALLBACK), (AURA, 0.9), (label, 0.1))

    def level(*counts: int) -> float:
        safety = [look_alike] * counts[0] + [quiet] * counts[1]
        return float(getattr(fit(ordinary, 0.6, safety).thresholds, label.intent.value))

    # In a hundred, two may be false alarms.
    assert level(0, 0) <= 0.06
    assert 0.1 < level(2, 98) <= 0.6
    assert level(3, 97) > 0.6


@pytest.mark.parametrize("label", _DANGERS, ids=str)
def test_dangers_of_the_safety_corpus_are_no_false_alarms(label: Label) -> None:
    ordinary = [judged(AURA, (AURA, 0.96), (label, 0.04))] * 100
    safety = [judged(Label(label.intent), (label, 0.6), (AURA, 0.4))] * 50

    assert fit(ordinary, 0.6, safety).thresholds == fit(ordinary, 0.6).thresholds


def test_the_temperature_leaves_danger_as_it_is() -> None:
    ordinary = [judged(AURA, (AURA, 0.5), (BOTOX, 0.3), (CRISIS, 0.2))] * 9
    found = fit(ordinary, 0.6)

    # Always right at a half: the harmless shares should be surer, the danger's is not theirs.
    assert found.temperature < 1
    surer = 0.5 ** (1 / found.temperature)
    sure = 0.8 * surer / (surer + 0.3 ** (1 / found.temperature))
    error = calibration_error(ordinary, found.temperature)
    assert error == pytest.approx(1 - sure)
    assert found.thresholds.crisis == pytest.approx(0.22)


@pytest.mark.parametrize(
    "shares",
    [
        pytest.param([(CRISIS, 1.0), (EMERGENCY, 0.0), (AURA, 0.0)], id="all of it"),
        pytest.param([(CRISIS, 1.0), (EMERGENCY, 0.0)], id="nothing else"),
        pytest.param([(CRISIS, 0.7), (EMERGENCY, 0.3), (AURA, 0.0), (BOTOX, 0.0)], id="both"),
    ],
)
def test_a_danger_that_leaves_nothing_to_the_others_can_be_fitted(
    shares: list[tuple[Label, float]],
) -> None:
    data = [judged(AURA, (AURA, 0.97), (CRISIS, 0.02), (EMERGENCY, 0.01))] * 9
    found = fit([*data, judged(CRISIS, *shares)], 0.6)

    assert found.danger_found == 1


def test_the_shares_it_reports_are_those_of_its_own_decisions() -> None:
    data = [judged(AURA, (AURA, 0.97), (BOTOX, 0.03))] * 8
    data += [judged(CRISIS, (CRISIS, 0.97), (AURA, 0.03))] * 2
    found = fit(data, 0.6)

    assert (found.right, found.wrong_answers, found.unsure, found.danger_found) == (1, 0, 0, 1)


def test_a_wrong_answer_costs_more_than_asking_back() -> None:
    # At 0.7 half of the answers are wrong, at 0.95 none is.
    data = [judged(AURA, (AURA, 0.95), (BOTOX, 0.05))] * 20
    data += [judged(AURA, (BOTOX, 0.7), (AURA, 0.3))] * 5
    data += [judged(BOTOX, (BOTOX, 0.7), (AURA, 0.3))] * 5
    found = fit(data, 0.6)

    assert found.wrong_answers == 0
    assert found.unsure > 0.3


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param([judged(AURA, (AURA, 1.0))] * 4, 0.0, id="sure and right"),
        pytest.param([judged(BOTOX, (AURA, 1.0))] * 4, 1.0, id="sure and wrong"),
        pytest.param(
            [judged(AURA, (AURA, 0.75), (BOTOX, 0.25))] * 3
            + [judged(BOTOX, (AURA, 0.75), (BOTOX, 0.25))],
            0.0,
            id="right as often as it says",
        ),
        pytest.param(
            [judged(AURA, (AURA, 0.75), (BOTOX, 0.25))] * 4, 0.25, id="too modest by a quarter"
        ),
        pytest.param(
            [judged(AURA, (AURA, 0.75), (BOTOX, 0.25))] * 4
            + [judged(BOTOX, (AURA, 0.95), (BOTOX, 0.05))] * 4,
            (0.25 + 0.95) / 2,
            id="two bins",
        ),
    ],
)
def test_the_calibration_error(data: list[Judged], error: float) -> None:
    assert math.isclose(calibration_error(data, 1.0), error, abs_tol=1e-9)


def test_the_temperature_counts_in_the_calibration_error() -> None:
    data = honest(2000, heat=0.5)

    assert calibration_error(data, 2.0) < 0.03 < calibration_error(data, 1.0)


@pytest.mark.parametrize(("temperature", "share"), [(1.0, 0.6), (0.5, 0.36 / (0.36 + 0.16))])
def test_what_nobody_has_stays_nobody_s(temperature: float, share: float) -> None:
    """The share of the background counts as one more candidate, at a temperature too."""
    data = [judged(AURA, (AURA, 0.6))]

    assert calibration_error(data, temperature) == pytest.approx(1 - share)


def test_the_fitted_levels_can_be_decided_with() -> None:
    data = honest(300, heat=1.0)
    found = fit(data, 0.4)

    assert found.thresholds.related == 0.4
    assert all(decide(one.candidates, found.thresholds).label for one in data)
