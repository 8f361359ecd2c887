"""`twilio-double`: a Twilio on this machine, with a page to text with the assistant."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from bot.commands.errors import CommandError

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers

#: Where deploy/twilio-double.env has it.
_PORT = 8090

_EPILOG = """\
in two commands, each in a terminal of its own:
  make twilio-double       this, and its page
  make run TEXTS=double    the assistant, with the account of deploy/twilio-double.env

tests tell it what goes wrong, by JSON:
  POST   /control/texts      {"from": "+14155550132", "body": "...", "copies": 2, "whatsapp": true}
  GET    /control/texts      everything so far; ?number=+14155550132 for one number
  POST   /control/faults     {"kind": "429|500|503|401|time_out|cut|not_json|21610|21617|21211",
                              "when": "before|after", "call": "send|lookup", "times": 3}
  POST   /control/callbacks  {"statuses": ["sent", "undelivered"], "copies": 2,
                              "order": "reversed|shuffled", "delay_seconds": 1}
  POST   /control/status     {"sid": "SM...", "status": "delivered"}
  DELETE /control            begin anew
"""


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "twilio-double",
        help="run a Twilio on this machine, with a page to text with the assistant",
        description=(
            "Run a Twilio on this machine: it takes the assistant's texts, calls its webhooks with "
            "signatures, and shows a telephone as a web page. No text leaves this machine."
        ),
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port", type=int, default=_PORT, help=f"where it listens, on 127.0.0.1 ({_PORT})"
    )
    parser.add_argument(
        "--bot",
        metavar="URL",
        default=None,
        help="the assistant's PUBLIC_URL (http://127.0.0.1:8080)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped.

    Raises:
        CommandError: the port cannot be had.
        SettingsError: the account in the environment is none.
    """
    from bot.configuration.settings import Settings
    from bot.supervisor.ports import NeededPort, port_faults
    from bot.twilio_double.account import DoubleAccount
    from bot.twilio_double.application import LOOPBACK, TwilioDouble, double_server

    if not 1 <= arguments.port <= 65535:
        raise CommandError("--port must be a port number from 1 to 65535")
    environment = {"PUBLIC_URL": arguments.bot} if arguments.bot else os.environ
    bot_url = Settings.from_environment(environment).public_url
    account = DoubleAccount.read(os.environ)
    faults = port_faults((NeededPort("Twilio double", "--port", LOOPBACK, arguments.port),))
    if faults:
        raise CommandError("\n".join(faults))
    print(f"open http://{LOOPBACK}:{arguments.port} in a browser to text; Ctrl-C stops")
    print(f"the assistant is expected at {bot_url}, started with make run TEXTS=double, or with")
    for line in account.lines(arguments.port):
        print(f"  {line}", flush=True)
    double_server(TwilioDouble(account, bot_url), arguments.port).run()
    return 0
