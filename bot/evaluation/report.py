"""An evaluation as text for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from bot.evaluation.expectations import written
from bot.evaluation.figures import Figures
from bot.evaluation.judgements import Judgement
from bot.nlu.calibration import BINS
from bot.safety.figures import Share

#: How many confusion pairs a terminal shows; the files have all.
_PAIRS_SHOWN = 15


@dataclass(frozen=True)
class Report:
    """What is reported: figures of a file, and the wrong decisions (the files only have them)."""

    source: str
    figures: Figures
    wrong: tuple[Judgement, ...]

    def as_text(self) -> Iterator[str]:
        """Lines for a terminal, without a word of any message."""
        figures = self.figures
        yield f"{figures.messages} messages of {self.source}; shares with 95% Wilson intervals"
        for table in figures.tables:
            yield ""
            yield table.title
            width = max(map(len, table.shares))
            yield from (f"  {name:{width}}  {share}" for name, share in table.shares.items())
        yield from _calibration(figures)
        if figures.confusion:
            yield ""
            yield f"Confusion pairs (expected, decided), {_PAIRS_SHOWN} at most"
            pairs = figures.confusion[:_PAIRS_SHOWN]
            yield from (f"  {pair.count:4}  {pair.expected} -> {pair.decided}" for pair in pairs)

    def as_json(self) -> str:
        """Everything, for programs."""
        figures = self.figures
        values = {
            "source": self.source,
            "messages": figures.messages,
            "shares": {
                table.key: {name: _share(share) for name, share in table.shares.items()}
                for table in figures.tables
            },
            "calibration": {
                "bins": BINS,
                "expected_calibration_error": figures.calibration_error,
                "of_the_classifiers_alone": figures.classifier_error,
                "curve": [asdict(one) for one in figures.reliability],
            },
            "risk_coverage": {
                "area": figures.area,
                "curve": [asdict(one) for one in figures.risk],
            },
            "confusion": [asdict(pair) for pair in figures.confusion],
            "wrong": [row_of(one) for one in self.wrong],
        }
        return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _calibration(figures: Figures) -> Iterator[str]:
    if figures.calibration_error is None:
        return
    yield ""
    yield f"Expected calibration error, {BINS} bins of equal width: {figures.calibration_error:.3f}"
    if figures.classifier_error is not None:
        yield f"  of the classifiers alone, before rules: {figures.classifier_error:.3f}"
    yield f"Area under risk against coverage: {figures.area:.4f}"


def _share(share: Share) -> dict[str, float]:
    low, high = share.interval()
    return {
        "count": share.count,
        "total": share.total,
        "rate": share.rate,
        "low": low,
        "high": high,
    }


def row_of(one: Judgement) -> dict[str, Any]:
    """One decision in plain values, with the message."""
    example, belief = one.example, one.outcome.belief
    return {
        "text": example.text,
        "expected": written(example.expectation.labels),
        "also_ok": [written(labels) for labels in example.expectation.also_ok],
        "decided": written(one.outcome.final),
        "understood": written(one.outcome.decided),
        "likeliest": written((belief.label,)) if belief else "",
        "confidence": round(belief.confidence, 4) if belief else None,
        "failing": one.failing.value if one.failing else "",
        "style": example.style,
        "conversation": example.conversation,
        "turn": example.turn,
    }
