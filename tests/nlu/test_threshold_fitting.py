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
    expected_calibration_error,
    fit,
    read_labelled,
)
from bot.replies.understanding import Candidate, Intent, Label

AURA, BOTOX, CGRP = (Label(Intent.FAQ, f"migraine.{name}") for name in ("aura", "botox", "cgrp"))
CRISIS, ADVICE, OTHER = (
    Label(intent) for intent in (Intent.CRISIS, Intent.PERSONAL_ADVICE, Intent.NOT_COVERED)
)
_LABELS = [AURA, BOTOX, CGRP, CRISIS, Label(Intent.EMERGENCY), ADVICE, OTHER]


def judged(expected: Label, *seen: tuple[Label, float]) -> Judged:
    return Judged(expected, tuple(Candidate(label, share) for label, share in seen))


def honest(count: int, heat: float) -> list[Judged]:
    """Messages whose true probabilities are known, judged at a wrong temperature."""
    random = np.random.default_rng(11)
    made = []
    for _ in range(count):
        true = random.dirichlet(np.full(len(_LABELS), 0.3))
        meant = _LABELS[random.choice(len(_LABELS), p=true)]
        shown = true ** (1 / heat)
        shown /= shown.sum()
        ranked = sorted(zip(_LABELS, shown.tolist(), strict=True), key=lambda item: -item[1])
        made.append(judged(meant, *ranked))
    return made


def share(one: Judged, intent: Intent, temperature: float) -> float:
    """The intent's probability at a temperature."""
    heated = {c.label.intent: c.confidence ** (1 / temperature) for c in reversed(one.candidates)}
    return heated[intent] / sum(c.confidence ** (1 / temperature) for c in one.candidates)


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


@pytest.mark.parametrize(
    ("intent", "most"),
    [(Intent.CRISIS, 0.005), (Intent.EMERGENCY, 0.005), (Intent.PERSONAL_ADVICE, 0.02)],
)
def test_false_alarms_stay_within_their_limit(intent: Intent, most: float) -> None:
    data = honest(800, heat=1.0)
    found = fit(data, 0.6)

    level = getattr(found.thresholds, intent.value)
    others = [one for one in data if one.expected.intent is not intent]
    alarms = sum(share(one, intent, found.temperature) >= level for one in others)
    assert alarms <= most * len(others)


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

    unsure = Judged(AURA, data[-1].candidates)
    assert found.wrong_answers == 0
    assert found.unsure > 0.3
    assert unsure.candidates[0].confidence == 0.7


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
    assert math.isclose(expected_calibration_error(data, 1.0), error, abs_tol=1e-9)


def test_the_temperature_counts_in_the_calibration_error() -> None:
    data = honest(2000, heat=0.5)

    assert expected_calibration_error(data, 2.0) < 0.03 < expected_calibration_error(data, 1.0)


def test_the_fitted_levels_can_be_decided_with() -> None:
    data = honest(300, heat=1.0)
    found = fit(data, 0.4)

    assert found.thresholds.related == 0.4
    assert all(decide(one.candidates, found.thresholds).label for one in data)
