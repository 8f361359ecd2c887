"""`content check`: validates the curated content and its match with the training data."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.content.check import ContentReport

#: Exit code when the content has faults.
FAULTY = 1


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "content", help="look after the curated content", description="Look after the content."
    )
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = actions.add_parser(
        "check",
        help="validate pages, texts and their match with the training data",
        description=(
            "Validate the curated pages, the other patient-facing texts, that every answer has its "
            "training examples, and that every text message keeps within its limit. Prints "
            "every fault with its file and line. "
            "Exit code: 0 without a fault, 1 with one or more."
        ),
    )
    check.add_argument(
        "--verbose",
        action="store_true",
        help="also print the school grade and length of every short answer",
    )
    check.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check, and print what was found."""
    from bot.configuration.clinic import load_clinic
    from bot.configuration.settings import Settings
    from bot.content.check import check_content
    from bot.content.yaml_source import ContentError
    from bot.replies.texting.render_check import rendering_faults
    from bot.safety.replies import load_safety_replies
    from bot.safety.short_replies import load_short_replies

    report = check_content()
    if not report.faults:
        try:
            clinic = load_clinic(Settings.from_environment(os.environ).clinic_file)
            report.faults += rendering_faults(clinic)
        except ContentError as error:
            report.faults += error.faults
    if arguments.verbose:
        _print_table(report)
    for fault in report.faults:
        print(replace(fault, file=_as_seen_from_here(fault.file)))
    unsigned_safety = [*load_safety_replies().unsigned(), *load_short_replies().unsigned()]
    for name in (*report.unsigned, *unsigned_safety):
        print(f"not signed: {name}")
    print(
        f"{len(report.answers)} answers, {len(report.faults)} faults, "
        f"not signed by a clinician: {len(report.unsigned)} answers, "
        f"{len(unsigned_safety)} safety texts"
    )
    return FAULTY if report.faults else 0


def _print_table(report: ContentReport) -> None:
    width = max((len(str(answer.id)) for answer in report.answers), default=0)
    print(f"{'answer':{width}}  grade  length")
    for answer in report.answers:
        print(f"{answer.id!s:{width}}  {answer.grade:5.1f}  {answer.length:6d}")


def _as_seen_from_here(file: Path) -> Path:
    return Path(os.path.relpath(file))
