"""An evaluation as a page that needs no other file. Whatever a message holds is inert in it."""

from __future__ import annotations

import base64
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.evaluation.pictures import reliability_picture, risk_picture
from bot.evaluation.report import Report, row_of
from bot.nlu.calibration import BINS


def as_page(report: Report) -> str:
    """The report in HTML, with its pictures."""
    template = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("page.html")
    figures = report.figures
    return template.render(
        source=report.source,
        figures=figures,
        bins=BINS,
        # Without a claim there is nothing to draw.
        reliability=_inline(reliability_picture(figures)) if figures.reliability else "",
        risk=_inline(risk_picture(figures)) if figures.risk else "",
        wrong=[row_of(one) for one in report.wrong],
    )


def _inline(picture: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture).decode("ascii")
