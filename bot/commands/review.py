"""`review`: what patients asked and got no good answer to."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.errors import CommandError

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.configuration.clinic import Clinic
    from bot.database.engine import Database
    from bot.review.limits import ReviewLimits
    from bot.review.period import Period
    from bot.review.report import Report


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "review",
        help="list the questions that got no good answer",
        description=(
            "Write a page (HTML) and a table (CSV) of the questions of a period that the page does "
            "not cover, that were out of scope, not understood, asked back or met a fault, and of "
            "those whose answer did not help: redacted, in groups of like ones, with the nearest "
            "answer. Dangers, the request form and what a person of staff was to read are never "
            "listed. Days are the clinic's. Changes nothing but the audit, which tells of it."
        ),
    )
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--since", metavar="DATE", type=_day, help="the first day, as 2026-11-01")
    start.add_argument("--days", metavar="N", type=_count, help="so many days (default: 30)")
    parser.add_argument("--until", metavar="DATE", type=_day, help="the last day (default: today)")
    parser.add_argument(
        "--people",
        metavar="K",
        type=_count,
        default=1,
        help="leave out groups of fewer people than this (default: 1, none)",
    )
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        type=Path,
        required=True,
        help="for two new files, readable by their owner only; never overwritten",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Find the questions, tell the audit, write both files.

    Raises:
        CommandError: the period, the folder or the database cannot be used.
        ContentError: a file of content or numbers cannot be used.
        SecretError: a secret is missing, or its file cannot be used.
        VaultError: a key cannot be used.
    """
    from bot.supervisor.rasa_environment import enter_rasa_environment

    # spaCy imports TensorFlow, which comes with Rasa, wherever it finds it.
    enter_rasa_environment()
    from bot.commands.own_database import own_database
    from bot.commands.personal_file import new_private_file
    from bot.configuration.clinic import load_clinic
    from bot.configuration.settings import Settings
    from bot.review.files import as_csv, as_html
    from bot.review.limits import load_review_limits

    clinic = load_clinic(Settings.from_environment(os.environ).clinic_file)
    limits = load_review_limits()
    period = _period(arguments, clinic, limits)
    _make_folder(arguments.out)
    name = f"review-{period.first}-{period.last}"
    page, table = (arguments.out / f"{name}.{ending}" for ending in ("html", "csv"))
    with new_private_file(page) as html, new_private_file(table) as csv, own_database() as database:
        report = _report(database, period, limits, arguments.people)
        _tell_audit(database, report)
        html.write(as_html(report, clinic.name))
        # By this mark spreadsheets know that it is UTF-8.
        csv.write("\N{ZERO WIDTH NO-BREAK SPACE}" + as_csv(report, limits.examples))
    _say(report, page, table)
    return 0


def _period(arguments: argparse.Namespace, clinic: Clinic, limits: ReviewLimits) -> Period:
    from zoneinfo import ZoneInfo

    from bot.review.period import Period, PeriodError

    zone = ZoneInfo(clinic.time_zone)
    last = arguments.until or datetime.now(zone).date()
    try:
        if arguments.since:
            return Period(arguments.since, last, zone)
        return Period.of_days(arguments.days or limits.days, last, zone)
    except PeriodError as error:
        raise CommandError(str(error)) from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{folder} cannot be made: {error.strerror}") from None


def _report(database: Database, period: Period, limits: ReviewLimits, people: int) -> Report:
    from bot.commands.privacy_subject import own_vault
    from bot.nlu.sentence_encoder import EncoderFileError
    from bot.review.questions import QuestionReader
    from bot.review.report import Reviewer
    from bot.safety.screen import load_screen

    vault = own_vault()
    print("reading the conversations", file=sys.stderr)
    findings = QuestionReader(database, vault, load_screen()).read(period)
    print(f"redacting and comparing {len(findings.questions)} questions", file=sys.stderr)
    try:
        return Reviewer.shipped(limits).report(period, findings, people)
    except EncoderFileError as error:
        raise CommandError(str(error)) from None


def _tell_audit(database: Database, report: Report) -> None:
    from bot.database import audit_log
    from bot.database.audit_log import AuditAction
    from bot.intake.actors import COMMAND_LINE

    with database.writing() as connection:
        audit_log.append(
            connection,
            actor=COMMAND_LINE.name,
            action=AuditAction.EXPORTED,
            detail={
                "kind": "review",
                "count": str(report.listed),
                "first": report.period.first.isoformat(),
                "last": report.period.last.isoformat(),
            },
        )


def _say(report: Report, page: Path, table: Path) -> None:
    if report.groups:
        print(
            f"{report.period}: {report.listed} of {report.asked} questions, in "
            f"{len(report.groups)} groups"
        )
    else:
        print(f"{report.period}: nothing to list, of {report.asked} questions")
    print(f"{page} and {table} hold it, readable by their owner only", file=sys.stderr)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written as 2026-11-01") from None


def _count(text: str) -> int:
    if text.isascii() and text.isdecimal() and 0 < len(text) < 10 and int(text):
        return int(text)
    raise argparse.ArgumentTypeError("must be a whole number of 1 or more")
