"""Fits temperature and thresholds of `config.yml` on utterances that were not trained on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.csv_table import TableError, read_table
from bot.nlu.calibration import Claim, expected_calibration_error, reliability
from bot.nlu.decision import Thresholds, decide
from bot.nlu.expectation import SEVERAL, fits
from bot.replies.understanding import DANGER_INTENTS, Candidate, Intent, Label

_GRID = [step / 100 for step in range(10, 100, 5)]
_TEMPERATURES = [step / 20 for step in range(6, 61)]

#: Levels for danger are looked for more finely: each point costs or saves a miss.
_DANGER_GRID = [step / 100 for step in range(2, 100, 2)]

#: False alarms that catching more danger may cost: on ordinary messages, and on the harmless
#: messages of the safety corpus, most of which were written to look like danger.
_MOST_FALSE_ALARMS = 0.005
_MOST_CORPUS_FALSE_ALARMS = 0.02

#: Ordinary questions that may be taken for a wish for personal advice.
_MOST_NEEDLESS_REFUSALS = 0.02

#: Share of the pairs put to the choice that must hold the right answer.
_PAIR_HOLDS_ANSWER = 0.8

#: Below this sum a pair is a guess, and saying so is more honest.
_LEAST_PAIR = 0.5

#: What a decision is worth: being unsure costs nothing, a wrong clinical answer costs most.
_RIGHT, _WRONG, _WRONG_ANSWER = 1.0, -1.0, -2.0

#: Worth per utterance below which two levels count as equally good: the curve is flat and noisy.
_NEARLY = 0.003


class FittingDataError(Exception):
    """The file with the utterances cannot be used."""


@dataclass(frozen=True)
class Judged:
    """One utterance: what it means, and what the classifier thought, best first."""

    expected: Label
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Fit:
    """The fitted values, and how the decisions look with them (shares of 0 to 1)."""

    temperature: float
    thresholds: Thresholds
    right: float
    wrong_answers: float
    unsure: float
    danger_found: float


def read_labelled(file: Path) -> list[tuple[str, Label]]:
    """The rows of a CSV file with the columns `text` and `expected`.

    Rows with several questions are left out: a threshold is about one.

    Raises:
        FittingDataError: the file cannot be read, is empty, lacks a column, or names an unknown
            label.
    """
    try:
        labelled = [
            (row.cells["text"], Label.parse(row.cells["expected"]))
            for row in read_table(file, ("text", "expected"))
            if SEVERAL not in row.cells["expected"]
        ]
    except TableError as error:
        raise FittingDataError(str(error)) from None
    except ValueError as error:
        raise FittingDataError(f"{file}: {error}") from None
    if not labelled:
        raise FittingDataError(f"{file} holds no rows")
    return labelled


def fit(judged: Sequence[Judged], related: float, safety: Sequence[Judged] = ()) -> Fit:
    """Choose temperature and thresholds.

    First the temperature that makes the probabilities most truthful (least log loss). Then danger
    as low as the false alarms allow; the others where the decisions are worth most, personal advice
    at the low end of that and within the refusals it may cost.

    Args:
        safety: messages of the safety corpus; what is harmless there has any other label.
    """
    temperature = min(_TEMPERATURES, key=lambda value: _log_loss(judged, value))
    cooled = [Judged(one.expected, _at_temperature(one.candidates, temperature)) for one in judged]
    lowest_advice = _lowest_level(cooled, Intent.PERSONAL_ADVICE, _MOST_NEEDLESS_REFUSALS)
    levels = Thresholds(
        emergency=_danger_level(cooled, safety, Intent.EMERGENCY),
        crisis=_danger_level(cooled, safety, Intent.CRISIS),
        personal_advice=lowest_advice,
        answer=0.5,
        behaviour=0.5,
        clarify_sum=0.0,
        related=related,
    )
    levels = _middle(_worthy(cooled, levels, "answer", _GRID[0]))
    levels = _middle(_worthy(cooled, levels, "behaviour", _GRID[0]))
    levels = _worthy(cooled, levels, "personal_advice", lowest_advice)[0]
    levels = levels.copy(update={"clarify_sum": _clarify_level(cooled, levels)})
    return Fit(temperature, levels, *_shares(cooled, levels))


def calibration_error(judged: Sequence[Judged], temperature: float) -> float:
    """The expected calibration error (0 to 1) of the likeliest meanings at a temperature."""
    best = ((one.expected, _at_temperature(one.candidates, temperature)[0]) for one in judged)
    claims = (Claim(top.confidence, fits(top.label, expected)) for expected, top in best)
    return expected_calibration_error(reliability(claims))


def _at_temperature(candidates: Sequence[Candidate], temperature: float) -> tuple[Candidate, ...]:
    """The candidates with the harmless ones at another temperature; danger has its own model.

    What they leave, the share of the background and of less likely labels, is one more of them.
    """
    dangers = [candidate for candidate in candidates if candidate.label.intent in DANGER_INTENTS]
    others = [candidate for candidate in candidates if candidate.label.intent not in DANGER_INTENTS]
    heated = [candidate.confidence ** (1 / temperature) for candidate in others]
    left = 1.0 - sum(danger.confidence for danger in dangers)
    beside = max(0.0, left - sum(candidate.confidence for candidate in others))
    # A danger may be so sure that nothing is left for the others.
    total = sum(heated) + beside ** (1 / temperature) or 1.0
    cooled = [
        Candidate(candidate.label, left * share / total)
        for candidate, share in zip(others, heated, strict=True)
    ]
    return tuple(sorted([*dangers, *cooled], key=lambda candidate: -candidate.confidence))


def _log_loss(judged: Sequence[Judged], temperature: float) -> float:
    loss = 0.0
    for one in judged:
        shares = _at_temperature(one.candidates, temperature)
        right = next((c.confidence for c in shares if fits(c.label, one.expected)), 0.0)
        loss -= math.log(max(right, 1e-4))
    return loss


def _danger_level(ordinary: Sequence[Judged], safety: Sequence[Judged], intent: Intent) -> float:
    harmless = [one for one in safety if one.expected.intent not in DANGER_INTENTS]
    plain = [one for one in ordinary if one.expected.intent not in DANGER_INTENTS]
    return max(
        _lowest_level(plain, intent, _MOST_FALSE_ALARMS, _DANGER_GRID),
        _lowest_level(harmless, intent, _MOST_CORPUS_FALSE_ALARMS, _DANGER_GRID),
    )


def _lowest_level(
    judged: Sequence[Judged], intent: Intent, most_false: float, levels: Sequence[float] = _GRID
) -> float:
    """The lowest level whose false alarms stay within `most_false` of the other messages."""
    others = [one for one in judged if one.expected.intent is not intent]
    for level in levels:
        alarms = sum(
            any(c.label.intent is intent and c.confidence >= level for c in one.candidates)
            for one in others
        )
        if alarms <= most_false * len(others):
            return level
    return levels[-1]


def _worthy(
    judged: Sequence[Judged], levels: Thresholds, name: str, lowest: float
) -> list[Thresholds]:
    """Those with `name` at a level that is worth nearly as much as the best, lowest first."""
    tried = [levels.copy(update={name: level}) for level in _GRID if level >= lowest]
    worths = [_worth(judged, one) for one in tried]
    enough = max(worths) - _NEARLY * len(judged)
    return [one for one, worth in zip(tried, worths, strict=True) if worth >= enough]


def _middle(levels: Sequence[Thresholds]) -> Thresholds:
    return levels[len(levels) // 2]


def _worth(judged: Sequence[Judged], levels: Thresholds) -> float:
    worth = 0.0
    for one in judged:
        decided = decide(one.candidates, levels).label
        if fits(decided, one.expected):
            worth += _RIGHT
        elif decided.intent is Intent.FAQ:
            worth += _WRONG_ANSWER
        elif decided.intent is not Intent.FALLBACK:
            worth += _WRONG
    return worth


def _clarify_level(judged: Sequence[Judged], levels: Thresholds) -> float:
    """The lowest level at which the pairs put to the choice hold the right answer often enough."""
    for level in (level for level in _GRID if level >= _LEAST_PAIR):
        tried = levels.copy(update={"clarify_sum": level})
        asked = [
            (one.expected, decision.choices)
            for one in judged
            if len((decision := decide(one.candidates, tried)).choices) == 2
        ]
        if asked and sum(right in pair for right, pair in asked) >= _PAIR_HOLDS_ANSWER * len(asked):
            return level
    return _GRID[-1]


def _shares(judged: Sequence[Judged], levels: Thresholds) -> tuple[float, float, float, float]:
    right = wrong_answers = unsure = found = danger = 0
    for one in judged:
        decided = decide(one.candidates, levels).label
        right += fits(decided, one.expected)
        wrong_answers += decided.intent is Intent.FAQ and decided != one.expected
        unsure += decided.intent is Intent.FALLBACK
        if one.expected.intent in DANGER_INTENTS:
            danger += 1
            found += decided.intent in DANGER_INTENTS
    total = len(judged)
    return right / total, wrong_answers / total, unsure / total, found / max(danger, 1)
