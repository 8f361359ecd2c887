"""`evaluate`: how well labelled messages are understood."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.errors import CommandError
from bot.commands.terminal import harmless

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.evaluation.conversation import Listener
    from bot.evaluation.examples import Example
    from bot.evaluation.judgements import Judgement
    from bot.evaluation.report import Report
    from bot.replies.composer import ReplyComposer

_HTML, _JSON = "evaluation.html", "evaluation.json"


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "evaluate",
        help="measure understanding on labelled messages",
        description=(
            "Decide about each message as the running assistant would, and print how often that "
            "was right, by kind, topic and style. FILE.csv is UTF-8 with the columns `text` and "
            "`expected`, and if there are any `also_ok` (other right labels, separated by ;) and "
            "`style`; labels as in docs/labelling.md, several questions joined by ` + `. No "
            "message is ever printed; --out writes the wrong ones."
        ),
    )
    parser.add_argument("file", metavar="FILE.csv", type=Path, help="the labelled messages")
    parser.add_argument(
        "--conversations",
        action="store_true",
        help="whole conversations: the file also has the columns `conversation` and `turn`",
    )
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        type=Path,
        help=f"write {_HTML} and {_JSON} there, with the wrong decisions",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Decide, measure, print and write.

    Raises:
        CommandError: the file, the folder or the model cannot be used.
    """
    from bot.configuration.clinic import load_clinic
    from bot.configuration.settings import Settings
    from bot.evaluation.figures import figures_of
    from bot.evaluation.report import Report
    from bot.replies.composer import ReplyComposer

    settings = Settings.from_environment(os.environ)
    composer = ReplyComposer.shipped(load_clinic(settings.clinic_file))
    conversations = _read(arguments.file, composer, together=arguments.conversations)
    folder: Path | None = arguments.out
    if folder and folder.exists() and not folder.is_dir():
        raise CommandError(f"{folder} is no folder")
    judgements = _judged(conversations, _model(settings.model), composer)
    wrong = tuple(one for one in judgements if not one.right)
    report = Report(arguments.file.name, figures_of(judgements), wrong)
    print("\n".join(map(harmless, report.as_text())))
    print(f"\n{len(wrong)} wrong decisions" + (f": {folder / _HTML}" if folder else " (see --out)"))
    if folder:
        _write(report, folder)
    return 0


def _read(file: Path, composer: ReplyComposer, *, together: bool) -> list[list[Example]]:
    """The conversations of a file; a first message is one by itself."""
    from bot.evaluation.examples import (
        ExamplesError,
        read_conversations,
        read_first_messages,
    )
    from bot.evaluation.expectations import LabelReader

    labels = LabelReader(composer.library)
    try:
        if together:
            return read_conversations(file, labels)
        return [[example] for example in read_first_messages(file, labels)]
    except ExamplesError as error:
        raise CommandError(str(error)) from None


def _model(file: Path) -> Listener:
    from bot.supervisor.rasa_environment import enter_rasa_environment

    print("loading the model", file=sys.stderr)
    enter_rasa_environment()
    from bot.nlu.offline import ModelError, OfflineClassifier

    try:
        return OfflineClassifier.load(file)
    except ModelError as error:
        raise CommandError(str(error)) from None


def _judged(
    conversations: Sequence[Sequence[Example]], model: Listener, composer: ReplyComposer
) -> list[Judgement]:
    from tqdm import tqdm

    from bot.content.intake_rules import load_intake_rules
    from bot.evaluation.conversation import Conversation
    from bot.evaluation.judgements import Judgement
    from bot.replies.intake_form import IntakeForm

    form = IntakeForm(load_intake_rules())
    judgements = []
    for turns in tqdm(conversations, desc="deciding", unit="conversation", file=sys.stderr):
        conversation = Conversation(model, composer, form)
        judgements += [Judgement(turn, conversation.say(turn.text)) for turn in turns]
    return judgements


def _write(report: Report, folder: Path) -> None:
    from bot.evaluation.page import as_page

    contents = {_JSON: report.as_json(), _HTML: as_page(report)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{folder} cannot be written: {error.strerror}") from None
