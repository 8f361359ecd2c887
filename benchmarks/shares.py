"""Shares with their intervals, for programs and as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.safety.figures import Share


def share_figures(shares: Mapping[str, Share]) -> dict[str, dict[str, float]]:
    """Count, total, rate and Wilson's 95% interval of each."""
    return {
        name: dict(
            zip(
                ("count", "total", "rate", "low", "high"),
                (share.count, share.total, share.rate, *share.interval()),
                strict=True,
            )
        )
        for name, share in shares.items()
    }


def draw_shares(figure: Any, shares: Mapping[str, Share]) -> None:
    """One bar for each, the first on top, with its interval."""
    figure.set_size_inches(9, 1 + 0.3 * len(shares))
    axes = figure.subplots()
    for place, share in enumerate(shares.values()):
        low, high = share.interval()
        axes.barh(place, 100 * share.rate, color="tab:blue")
        axes.plot([100 * low, 100 * high], [place, place], color="black")
    axes.set_yticks(range(len(shares)), list(shares))
    axes.set(xlabel="%, with the 95% interval", xlim=(0, 100))
    axes.invert_yaxis()
