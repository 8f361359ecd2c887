"""Understanding, on the half of the evaluation set that is for reporting only: figures, no message.

What `python -m bot evaluate` prints is read, so that the wrong decisions are written nowhere.
"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

from benchmarks.report import Report, Table
from benchmarks.running_product import ROOT
from benchmarks.shares import draw_shares, share_figures
from bot.safety.figures import Share

_FILES = {
    (): "evaluation_reporting.csv",
    ("--conversations",): "conversations_reporting.csv",
}
_SHARE = re.compile(r"  (\S.*?)\s{2,}(\d+)/(\d+) ")
_ERROR = re.compile(r"Expected calibration error, .*: ([\d.]+)")
#: The tables that are drawn and shown whole, and how a picture names them; topics and styles are in
#: the JSON file too.
_SHOWN = {
    "Overall": "",
    "Right, by the kind that was expected": "right: ",
    "Wrong clinical answers": "wrong answer: ",
    "Outside the page": "",
    "Answerable questions refused": "answerable: ",
}

Shares = dict[str, dict[str, Share]]


def main() -> None:
    """Measure and keep."""
    first, together = (read(_printed(*options, file)) for options, file in _FILES.items())
    report(first, together).keep(lambda figure: draw_shares(figure, _drawn(first[0])))


def _printed(*arguments: str) -> str:
    *options, file = arguments
    command = [sys.executable, "-m", "bot", "evaluate", *options, f"tests/understanding/{file}"]
    return subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ).stdout


def read(printed: str) -> tuple[Shares, float | None]:
    """The shares by table and name, and the calibration error, of what the command printed."""
    shares: Shares = {}
    title = ""
    for line in printed.splitlines():
        found = _SHARE.match(line)
        if found:
            share = Share(int(found[2]), int(found[3]))
            shares.setdefault(title, {})[found[1]] = share
        elif not line.startswith(" "):
            title = line
    error = _ERROR.search(printed)
    return shares, float(error[1]) if error else None


def report(first: tuple[Shares, float | None], together: tuple[Shares, float | None]) -> Report:
    """The figures as they are kept."""
    shares, error = first
    rows = [[title, name, str(share)] for title in _SHOWN for name, share in shares[title].items()]
    rows += [["Conversations", name, str(share)] for name, share in together[0]["Overall"].items()]
    rows.append(["Expected calibration error", "", "–" if error is None else f"{error:.3f}"])
    figures: dict[str, Any] = {
        "shares": {title: share_figures(named) for title, named in shares.items()},
        "calibration_error": error,
        "conversations": {title: share_figures(named) for title, named in together[0].items()},
    }
    return Report("evaluation", figures, (Table(("", "", "share, 95% interval"), rows),))


def _drawn(shares: Shares) -> dict[str, Share]:
    return {
        f"{prefix}{name}": share
        for title, prefix in _SHOWN.items()
        for name, share in shares[title].items()
    }


if __name__ == "__main__":
    main()
