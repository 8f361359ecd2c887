"""The curves of an evaluation as SVG. Drawn without a display, and the same every time."""

from __future__ import annotations

import io
from collections.abc import Callable

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bot.evaluation.figures import Figures

_SETTINGS = {"svg.hashsalt": "evaluation", "font.family": "sans-serif"}
_INCHES = (5.2, 4.2)
_LINE, _FAINT = "#0b5c8a", "#767676"


def reliability_picture(figures: Figures) -> bytes:
    """Accuracy against confidence; the diagonal is perfect calibration. SVG."""

    def draw(axes: Axes) -> None:
        bins = figures.reliability
        axes.plot([0, 1], [0, 1], "--", color=_FAINT, label="perfect")
        axes.plot(
            [one.confidence for one in bins],
            [one.accuracy for one in bins],
            "o-",
            color=_LINE,
            label="measured",
        )
        axes.bar(
            [one.low for one in bins],
            [one.count / figures.messages for one in bins],
            width=[one.high - one.low for one in bins],
            align="edge",
            color=_LINE,
            alpha=0.2,
            label="share of messages",
        )
        axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))
        axes.legend(loc="upper left")

    return _drawn(draw)


def risk_picture(figures: Figures) -> bytes:
    """Share wrong against share acted on, the surest first. SVG."""

    def draw(axes: Axes) -> None:
        coverage = [point.coverage for point in figures.risk]
        risk = [point.risk for point in figures.risk]
        axes.step([0, *coverage], [risk[0], *risk], where="pre", color=_LINE)
        axes.set(
            xlabel="coverage: share of messages acted on",
            ylabel="risk: share of those wrong",
            xlim=(0, 1),
            ylim=(0, max([0.05, *risk]) * 1.05),
        )

    return _drawn(draw)


def _drawn(draw: Callable[[Axes], None]) -> bytes:
    with rc_context(_SETTINGS):
        figure = Figure(figsize=_INCHES)
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        draw(axes)
        axes.grid(alpha=0.3)
        figure.tight_layout()
        picture = io.BytesIO()
        figure.savefig(picture, format="svg", metadata={"Date": None})
    return picture.getvalue()
