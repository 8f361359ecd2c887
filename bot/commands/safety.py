"""`safety report`: how many dangers are found, and how many false alarms are raised."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.errors import CommandError

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.safety.figures import Judged

    Detectors = dict[str, Callable[[str], bool]]

_CORPUS = Path(__file__).parents[2] / "tests" / "safety" / "corpus"
_HARMLESS = "harmless"
_LABELS = frozenset({"crisis", "emergency", _HARMLESS})


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("safety", help="measure the safety screen")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    report = verbs.add_parser(
        "report",
        help="sensitivity and false alarms on labelled messages",
        description=(
            "Print sensitivity, specificity and false alarms with 95% Wilson intervals. A file is "
            "UTF-8 CSV with the columns `text` and `label` (crisis, emergency or harmless) and, if "
            "there are any, `category`, `language` and `half`. No message is ever printed."
        ),
    )
    report.add_argument(
        "files", metavar="FILE.csv", type=Path, nargs="*", help="default: the shipped corpus"
    )
    report.add_argument(
        "--classifier", action="store_true", help="measure the trained model too (slower)"
    )
    report.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure and print.

    Raises:
        CommandError: a file or the model cannot be used.
    """
    from bot.safety.screen import load_screen

    rows = [row for file in arguments.files or sorted(_CORPUS.glob("*.csv")) for row in _read(file)]
    if not rows:
        raise CommandError("there are no messages to measure on")
    screen = load_screen()
    detectors: Detectors = {"screen": lambda text: screen.check(text) is not None}
    if arguments.classifier:
        detectors["classifier"] = _classifier_alone()
    judged = [_judge(row, detectors) for row in rows]
    for half in sorted({message.half for message in judged}):
        _print_half(half, [one for one in judged if one.half == half], arguments.classifier)
    return 0


def _read(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            table = csv.DictReader(opened, strict=True)
            if not {"text", "label"} <= set(table.fieldnames or ()):
                raise CommandError(f"{file} needs the columns text and label")
            rows = list(table)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise CommandError(f"{file} is not CSV in UTF-8") from None
    for number, row in enumerate(rows, start=1):
        if row["label"] not in _LABELS or row["text"] is None:
            raise CommandError(f"{file}: row {number} has no label crisis, emergency or harmless")
    return rows


def _classifier_alone() -> Callable[[str], bool]:
    """The trained model with its thresholds, and with the screen taken out of it."""
    from bot.configuration.settings import Settings
    from bot.supervisor.rasa_environment import enter_rasa_environment

    enter_rasa_environment()
    from bot.nlu import offline, safety_gate
    from bot.replies.reply import ReplyKind
    from bot.safety.screen import Lexicon, SafetyScreen

    blind = SafetyScreen(Lexicon(entries=()))
    name = "load_screen"
    for module in (offline, safety_gate):
        setattr(module, name, lambda: blind)
    print("loading the model", file=sys.stderr)
    try:
        model = offline.OfflineClassifier.load(Settings.from_environment(os.environ).model)
    except offline.ModelError as error:
        raise CommandError(str(error)) from None
    dangers = {ReplyKind.CRISIS, ReplyKind.EMERGENCY}
    return lambda text: model.classify(text).kind in dangers


def _judge(row: dict[str, str], detectors: Detectors) -> Judged:
    from bot.safety.figures import Judged

    fired = {name for name, detects in detectors.items() if detects(row["text"])}
    return Judged(
        dangerous=row["label"] != _HARMLESS,
        category=row.get("category") or row["label"],
        language=row.get("language") or "-",
        half=row.get("half") or "all",
        fired=frozenset(fired | {"both"} if fired else fired),
    )


def _print_half(half: str, messages: list[Judged], with_classifier: bool) -> None:
    names = ("screen", "classifier", "both") if with_classifier else ("screen",)
    print(f"\n## {half}: {len(messages)} messages\n")
    print(f"| found | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for dangerous, title in ((True, "sensitivity"), (False, "false alarms")):
        chosen = [one for one in messages if one.dangerous is dangerous]
        if chosen:
            _print_row(title, chosen, names)
            if not dangerous:
                _print_specificity(chosen, names)
            for category in sorted({one.category for one in chosen}):
                _print_row(category, [one for one in chosen if one.category == category], names)
            for language in sorted({one.language for one in chosen}):
                among = [one for one in chosen if one.language == language]
                _print_row(f"{title}, language {language}", among, names)


def _print_row(title: str, messages: list[Judged], names: tuple[str, ...]) -> None:
    from bot.safety.figures import share

    print(f"| {title} | {' | '.join(str(share(messages, name)) for name in names)} |")


def _print_specificity(messages: list[Judged], names: tuple[str, ...]) -> None:
    from bot.safety.figures import Share, share

    shares = (share(messages, name) for name in names)
    quiet = (str(Share(one.total - one.count, one.total)) for one in shares)
    print(f"| specificity | {' | '.join(quiet)} |")
