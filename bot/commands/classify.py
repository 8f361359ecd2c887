"""`classify`: what the assistant would make of each sentence of a table."""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.commands.errors import CommandError
from bot.content.csv_table import TableError, read_table
from bot.content.whole_file import replacing

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers

_TEXT_COLUMN = "text"
_ID_COLUMN = "id"
_RESULT_COLUMNS = ("id", "kind", "topic", "confidence", "runner_up")


@dataclass(frozen=True)
class Row:
    """One sentence to classify, and the name it keeps in the result."""

    id: str
    text: str


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "classify",
        help="classify the sentences of a CSV file",
        description=(
            "Decide about each sentence of a CSV file as the running assistant would about a first "
            f"message. The file is UTF-8 and has a column `{_TEXT_COLUMN}`; a column "
            f"`{_ID_COLUMN}`, if there is one, is kept, otherwise rows are numbered from 1. "
            f"Writes CSV with the columns {', '.join(_RESULT_COLUMNS)}."
        ),
    )
    parser.add_argument("file", metavar="FILE.csv", type=Path, help="the sentences")
    parser.add_argument(
        "--output",
        metavar="FILE",
        type=Path,
        help="write to this file, which appears only when it is complete (default: print)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Classify every row.

    Raises:
        CommandError: the input, the output's place or the model cannot be used.
    """
    from bot.configuration.settings import Settings

    model = Settings.from_environment(os.environ).model
    rows = read_rows(arguments.file)
    with _opened(arguments.output, arguments.file) as output:
        _classify(rows, model, output)
    return 0


def read_rows(file: Path) -> list[Row]:
    """The sentences of a CSV file.

    Raises:
        CommandError: it is missing, not UTF-8, not CSV, empty, or has no column `text`.
    """
    try:
        rows = read_table(file, (_TEXT_COLUMN,))
    except TableError as error:
        raise CommandError(str(error)) from None
    return [
        Row(row.cells.get(_ID_COLUMN) or str(number), row.cells[_TEXT_COLUMN])
        for number, row in enumerate(rows, start=1)
    ]


def _classify(rows: list[Row], model: Path, output: TextIO) -> None:
    from tqdm import tqdm

    from bot.supervisor.rasa_environment import enter_rasa_environment

    print("loading the model", file=sys.stderr)
    enter_rasa_environment()
    from bot.nlu.offline import ModelError, OfflineClassifier

    try:
        classifier = OfflineClassifier.load(model)
    except ModelError as error:
        raise CommandError(str(error)) from None
    table = csv.writer(output, lineterminator="\n")
    table.writerow(_RESULT_COLUMNS)
    for row in tqdm(rows, desc="classifying", unit="row", file=sys.stderr):
        found = classifier.classify(row.text)
        table.writerow(
            (row.id, found.kind.value, found.topic, f"{found.confidence:.4f}", found.runner_up)
        )


@contextlib.contextmanager
def _opened(file: Path | None, source: Path) -> Iterator[TextIO]:
    """Where the result goes: standard output, or a file that replaces `file` once complete."""
    if file is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    if file.is_dir() or (file.exists() and file.samefile(source)):
        raise CommandError(f"{file} cannot be the output: choose another file")
    with contextlib.ExitStack() as place:
        try:
            fresh = place.enter_context(replacing(file))
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}") from None
        with fresh.open("w", encoding="utf-8", newline="") as opened:
            yield opened
