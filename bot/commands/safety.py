"""`safety report`: how many dangers are found, and how many false alarms are raised."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.errors import CommandError
from bot.commands.safety_corpus import HARMLESS, read_messages

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.nlu.offline import OfflineClassifier
    from bot.safety.figures import Judged

    Detectors = dict[str, Callable[[str], bool]]

#: What each detector is called in the table.
_SCREEN, _CLASSIFIER, _BOTH = "screen", "classifier", "both"


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("safety", help="measure the search for danger")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    report = verbs.add_parser(
        "report",
        help="sensitivity and false alarms on labelled messages",
        description=(
            "Print sensitivity, specificity and false alarms with 95% Wilson intervals, for the "
            "screen alone, the trained classifier alone, and both as the product uses them. A file "
            "is UTF-8 CSV with the columns `text` and `label` (crisis, emergency or harmless) and, "
            "if there are any, `category`, `language` and `half`. No message is ever printed."
        ),
    )
    report.add_argument(
        "files", metavar="FILE.csv", type=Path, nargs="*", help="default: the shipped corpus"
    )
    report.add_argument(
        "--screen-only", action="store_true", help="do without the trained model (seconds)"
    )
    report.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure and print.

    Raises:
        CommandError: a file or the model cannot be used.
    """
    from bot.safety.screen import load_screen

    rows = read_messages(arguments.files)
    screen = load_screen()
    detectors: Detectors = {_SCREEN: lambda text: screen.check(text) is not None}
    if not arguments.screen_only:
        model = _model()
        detectors |= {_CLASSIFIER: model.suspects_danger, _BOTH: model.finds_danger}
    judged = [_judge(row, detectors) for row in rows]
    for half in sorted({message.half for message in judged}):
        _print_half(half, [one for one in judged if one.half == half], [*detectors])
    return 0


def _model() -> OfflineClassifier:
    """The trained model with its thresholds."""
    from bot.configuration.settings import Settings
    from bot.supervisor.rasa_environment import enter_rasa_environment

    enter_rasa_environment()
    from bot.nlu.offline import ModelError, OfflineClassifier

    print("loading the model", file=sys.stderr)
    try:
        return OfflineClassifier.load(Settings.from_environment(os.environ).model)
    except ModelError as error:
        raise CommandError(f"{error}, or ask for --screen-only") from None


def _judge(row: dict[str, str], detectors: Detectors) -> Judged:
    from bot.safety.figures import Judged

    fired = {name for name, detects in detectors.items() if detects(row["text"])}
    return Judged(
        dangerous=row["label"] != HARMLESS,
        category=row.get("category") or row["label"],
        language=row.get("language") or "-",
        half=row.get("half") or "all",
        fired=frozenset(fired),
    )


def _print_half(half: str, messages: list[Judged], detectors: list[str]) -> None:
    from bot.safety.figures import Group

    print(f"\n## {half}: {len(messages)} messages\n")
    print(f"| found | {' | '.join(detectors)} |\n|---|{'---|' * len(detectors)}")
    for dangerous, title in ((True, "sensitivity"), (False, "false alarms")):
        chosen = [one for one in messages if one.dangerous is dangerous]
        if not chosen:
            continue
        _print_row(title, chosen, detectors)
        if not dangerous:
            _print_specificity(chosen, detectors)
        for group in Group:
            among = [one for one in chosen if one.category in group.categories]
            if among:
                _print_row(f"{title}, {group.value}", among, detectors)
        for category in sorted({one.category for one in chosen}):
            _print_row(category, [one for one in chosen if one.category == category], detectors)
        for language in sorted({one.language for one in chosen}):
            among = [one for one in chosen if one.language == language]
            _print_row(f"{title}, language {language}", among, detectors)


def _print_row(title: str, messages: list[Judged], names: list[str]) -> None:
    from bot.safety.figures import share

    print(f"| {title} | {' | '.join(str(share(messages, name)) for name in names)} |")


def _print_specificity(messages: list[Judged], names: list[str]) -> None:
    from bot.safety.figures import Share, share

    shares = (share(messages, name) for name in names)
    quiet = (str(Share(one.total - one.count, one.total)) for one in shares)
    print(f"| specificity | {' | '.join(quiet)} |")
