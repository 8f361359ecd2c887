"""Every figure of an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.evaluation.confusion import ConfusionPair, confusion_pairs
from bot.evaluation.judgements import SEVERAL_KIND, Judgement, kind_of
from bot.evaluation.risk_coverage import RiskPoint, area_under, risk_coverage
from bot.nlu.calibration import ReliabilityBin, expected_calibration_error, reliability
from bot.replies.understanding import Intent
from bot.safety.figures import Share

#: What lies outside the page, and what is said of it.
_OUTSIDE = (Intent.OUT_OF_SCOPE, Intent.NOT_COVERED)


@dataclass(frozen=True)
class Table:
    """Shares under a title. `key` names it for programs."""

    key: str
    title: str
    shares: dict[str, Share]


@dataclass(frozen=True)
class Figures:
    """Errors and `area` are from 0 to 1, less is better; None without a claim.

    `classifier_error` is the calibration error of the classifiers alone, before any rule.
    """

    messages: int
    tables: tuple[Table, ...]
    confusion: tuple[ConfusionPair, ...]
    reliability: tuple[ReliabilityBin, ...]
    calibration_error: float | None
    classifier_error: float | None
    risk: tuple[RiskPoint, ...]
    area: float | None


def figures_of(judgements: Sequence[Judgement]) -> Figures:
    """The figures of some judgements; what has nothing to count is left out."""
    claims = [one.claim for one in judgements if one.claim]
    alone = reliability(one.classifier_claim for one in judgements if one.classifier_claim)
    bins, curve = reliability(claims), risk_coverage(claims)
    tables = (
        _overall(judgements),
        _by("kind", "Right, by the kind that was expected", judgements, lambda one: [one.kind]),
        _by("topic", "Right, by answer or language expected", judgements, lambda one: [one.topic]),
        _by("style", "Right, by style", judgements, lambda one: [one.example.style]),
        _by("turn", "Right, by turn of the conversation", judgements, _turn),
        _several(judgements),
        _wrong_answers(judgements),
        _outside(judgements),
        _refused(judgements),
    )
    return Figures(
        messages=len(judgements),
        tables=tuple(table for table in tables if table.shares),
        confusion=confusion_pairs(judgements),
        reliability=bins,
        calibration_error=expected_calibration_error(bins) if bins else None,
        classifier_error=expected_calibration_error(alone) if alone else None,
        risk=curve,
        area=area_under(curve) if curve else None,
    )


def _share(judgements: Sequence[Judgement], counts: Callable[[Judgement], bool]) -> Share:
    return Share(sum(map(counts, judgements)), len(judgements))


def _right(judgements: Sequence[Judgement]) -> Share:
    return _share(judgements, lambda one: one.right)


def _table(key: str, title: str, shares: dict[str, Share]) -> Table:
    return Table(key, title, {name: share for name, share in shares.items() if share.total})


def _by(
    key: str,
    title: str,
    judgements: Sequence[Judgement],
    groups_of: Callable[[Judgement], Iterable[str]],
) -> Table:
    groups: dict[str, list[Judgement]] = {}
    for one in judgements:
        for group in groups_of(one):
            groups.setdefault(group, []).append(one)
    named = sorted(name for name in groups if name)
    return _table(key, title, {name: _right(groups[name]) for name in named})


def _turn(one: Judgement) -> list[str]:
    return [f"{one.example.turn:02}"] if one.example.conversation else []


def _overall(judgements: Sequence[Judgement]) -> Table:
    whole: dict[str, bool] = {}
    for one in judgements:
        name = one.example.conversation
        if name:
            whole[name] = whole.get(name, True) and one.right
    shares = {
        "right kind and topic": _right(judgements),
        "asked back": _share(judgements, lambda one: one.asked_back),
        "right where not asked back": _right([one for one in judgements if not one.asked_back]),
        "conversations right throughout": Share(sum(whole.values()), len(whole)),
    }
    return _table("overall", "Overall", shares)


def _several(judgements: Sequence[Judgement]) -> Table:
    several = [one for one in judgements if one.kind == SEVERAL_KIND]
    asked = sum(len(one.example.expectation.labels) for one in several)
    shares = {
        "all answered, in order": _right(several),
        "at least one": _share(several, lambda one: one.dealt_with > 0),
        "of the single questions": Share(sum(one.dealt_with for one in several), asked),
    }
    return _table("several", "Several questions in one message", shares)


def _wrong_answers(judgements: Sequence[Judgement]) -> Table:
    answerable = [one for one in judgements if one.example.expectation.answers]
    others = [one for one in judgements if not one.example.expectation.answers]
    shares = {
        "of all messages": _share(judgements, _gives_wrong_answer),
        "another answer was expected": _share(answerable, _gives_wrong_answer),
        "no answer was expected": _share(others, _gives_wrong_answer),
    }
    return _table("wrong_answers", "Wrong clinical answers", shares)


def _gives_wrong_answer(one: Judgement) -> bool:
    return one.wrong_answer


def _outside(judgements: Sequence[Judgement]) -> Table:
    names = [intent.value for intent in _OUTSIDE]
    outside = {name: [one for one in judgements if one.kind == name] for name in names}
    both = [one for among in outside.values() for one in among]
    shares = {f"{name} recognised": _right(among) for name, among in outside.items()}
    shares["both recognised"] = _right(both)
    shares["both, either taken for the other or not"] = _share(
        both, lambda one: one.right or kind_of(one.outcome.final) in names
    )
    return _table("outside", "Outside the page", shares)


def _refused(judgements: Sequence[Judgement]) -> Table:
    answerable = [one for one in judgements if one.example.expectation.answers]

    def refused_as(intent: Intent) -> Share:
        return _share(answerable, lambda one: one.refused_as is intent)

    shares = {
        "refused": _share(answerable, lambda one: one.refused_as is not None),
        "as not_covered": refused_as(Intent.NOT_COVERED),
        "as out_of_scope": refused_as(Intent.OUT_OF_SCOPE),
        "asked back (clarify)": refused_as(Intent.FALLBACK),
        "declined as personal_advice (not counted above)": _share(
            answerable,
            lambda one: not one.right and kind_of(one.outcome.final) == "personal_advice",
        ),
    }
    return _table("refused", "Answerable questions refused", shares)
