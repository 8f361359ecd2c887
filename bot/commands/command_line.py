"""Reads the command line and runs the command it names."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from bot.commands import (
    audit,
    classify,
    content,
    evaluate,
    feedback,
    intake,
    keys,
    privacy,
    review,
    safety,
    serve,
    thresholds,
    twilio_double,
    users,
    widget,
)
from bot.commands.errors import CommandError

#: Exit code for bad input: a wrong argument, file, setting or secret. Nothing was changed.
BAD_INPUT = 2

#: In the order in which the help lists them.
_COMMANDS = (
    *(serve, twilio_double, content, widget, classify, evaluate, thresholds, safety),
    *(users, intake, feedback, review, audit, privacy, keys),
)


class OneLineParser(argparse.ArgumentParser):
    """Answers a wrong argument with one line in place of the whole usage."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and stop."""
        self.exit(BAD_INPUT, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    parser = OneLineParser(
        prog="python -m bot",
        description="The patient FAQ assistant: run it, check its content, try its understanding.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(commands)
    chosen = parser.parse_args(arguments)
    try:
        exit_code: int = chosen.run(chosen)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # The reader (head, less) has enough. Keeps Python from complaining once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:
        if not _is_bad_input(error):
            raise
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return BAD_INPUT
    return exit_code


def _is_bad_input(error: Exception) -> bool:
    # Imported here: --help must not wait for the schema library.
    from bot.configuration.secret_store import SecretError
    from bot.configuration.settings import SettingsError
    from bot.content.yaml_source import ContentError
    from bot.database.vault import VaultError

    return isinstance(error, (CommandError, SecretError, SettingsError, ContentError, VaultError))
