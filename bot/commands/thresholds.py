"""`thresholds`: fit the confidence thresholds on utterances that were not trained on."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.errors import CommandError
from bot.commands.safety_corpus import SEEN, read_messages
from bot.replies.understanding import Intent, Label

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.nlu.threshold_fitting import Fit

#: Share of the answers' probability from which one may stand beside a refusal. Chosen, not fitted:
#: the labels do not say which answer fits a request for personal advice.
_RELATED = 0.6

#: What the labels of the safety corpus mean here; harmless is anything but danger.
_LABELS = {
    "crisis": Label(Intent.CRISIS),
    "emergency": Label(Intent.EMERGENCY),
    "harmless": Label(Intent.FALLBACK),
}


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "thresholds",
        help="fit the confidence thresholds of config.yml",
        description=(
            "Fit the temperature and the thresholds of config.yml on a CSV file with the columns "
            "`text` and `expected` (labels as in docs/labelling.md) that was not trained on, and "
            "print them as they stand in config.yml. Changes nothing: copy them over and retrain."
        ),
    )
    parser.add_argument("file", metavar="FILE.csv", type=Path, help="the labelled utterances")
    parser.add_argument(
        "--safety",
        metavar="CORPUS.csv",
        type=Path,
        nargs="*",
        help="messages for the danger levels (default: the seen half of the shipped corpus)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fit and print.

    Raises:
        CommandError: the file or the model cannot be used.
    """
    from bot.configuration.settings import Settings
    from bot.supervisor.rasa_environment import enter_rasa_environment

    enter_rasa_environment()
    from bot.nlu.offline import ModelError, OfflineClassifier
    from bot.nlu.threshold_fitting import (
        FittingDataError,
        Judged,
        calibration_error,
        fit,
        read_labelled,
    )

    try:
        labelled = read_labelled(arguments.file)
        print("loading the model", file=sys.stderr)
        classifier = OfflineClassifier.load(Settings.from_environment(os.environ).model)
    except (FittingDataError, ModelError) as error:
        raise CommandError(str(error)) from None
    judged = [Judged(label, classifier.candidates(text)) for text, label in labelled]
    safety = [
        Judged(_LABELS[row["label"]], classifier.candidates(row["text"]))
        for row in read_messages(arguments.safety)
        if row.get("half", SEEN) == SEEN
    ]
    fitted = fit(judged, _RELATED, safety)
    gap = calibration_error(judged, fitted.temperature)
    # The model's probabilities are at the configured temperature already.
    temperature = classifier.temperature * fitted.temperature
    _print_fit(fitted, temperature, len(judged), gap)
    return 0


def _print_fit(fitted: Fit, temperature: float, count: int, gap: float) -> None:
    print(f"    temperature: {temperature:.2f}")
    for name, value in fitted.thresholds.dict().items():
        print(f"    {name}: {value}")
    print(
        f"# {count} utterances: {fitted.right:.1%} right, "
        f"{fitted.wrong_answers:.1%} wrong answers, {fitted.unsure:.1%} asked back, "
        f"{fitted.danger_found:.1%} of dangers found by the classifier alone, "
        f"calibration error {gap:.3f}"
    )
