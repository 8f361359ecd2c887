"""`widget embed` and `widget size`: the line that puts the widget on a page, and how much it is."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.errors import CommandError

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.configuration.clinic import Clinic
    from bot.gateway.limits import GatewayLimits
    from bot.gateway.widget_file import WidgetScript

#: Exit code when the widget is larger than it may be.
TOO_LARGE = 1


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("widget", help="put the website widget on a page")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    embed = verbs.add_parser(
        "embed",
        help="print the line that puts the widget on a page",
        description=(
            "Print the line for this very version, with the hash by which a browser accepts no "
            "other file. It changes with every release and with the clinic's facts; a page that "
            "should get new versions by itself names /widget.js without a hash "
            "(docs/embedding.md). The address is PUBLIC_URL."
        ),
    )
    embed.add_argument("--lang", metavar="CODE", help="the widget's language, as in es")
    embed.add_argument("--page", metavar="ID", help="the page whose questions are offered first")
    embed.set_defaults(run=run_embed)
    size = verbs.add_parser(
        "size",
        help="say how large the widget is, compressed",
        description="Exit 1 if it is larger than `widget` in bot/gateway/limits.yml allows.",
    )
    size.set_defaults(run=run_size)


def run_embed(arguments: argparse.Namespace) -> int:
    """Print the line.

    Raises:
        CommandError: the widget has no such language, or there is no such page.
        ContentError: a file cannot be used.
        SettingsError: a setting cannot be used.
    """
    from html import escape

    from bot.configuration.settings import Settings
    from bot.content.library import load_library
    from bot.content.widget_texts import load_widget_texts

    settings = Settings.from_environment(os.environ)
    languages = load_widget_texts().languages
    pages = [page.id for page in load_library().pages]
    language, page = arguments.lang or languages[0], arguments.page or pages[0]
    if language not in languages:
        raise CommandError(f"the widget speaks {', '.join(languages)} only")
    if page not in pages:
        raise CommandError(f"there is no such page; there are: {', '.join(pages)}")
    script = _script()
    url = escape(settings.public_url)
    print(
        f'<script src="{url}{script.lasting_path}" data-server="{url}" data-lang="{language}" '
        f'data-page="{page}" integrity="{script.integrity}" crossorigin="anonymous" defer></script>'
    )
    return 0


def run_size(arguments: argparse.Namespace) -> int:
    """Say how large it is, with its configuration.

    Raises:
        ContentError: a file cannot be used.
        SettingsError: a setting cannot be used.
    """
    allowed = _limits().widget.largest_compressed_bytes
    size = len(_script().compressed)
    print(f"the widget takes {size} bytes compressed, of {allowed} allowed")
    return 0 if size <= allowed else TOO_LARGE


def _script() -> WidgetScript:
    """The widget as the gateway of this installation serves it."""
    from bot.content.library import load_library
    from bot.content.widget_texts import load_widget_texts
    from bot.gateway.widget_configuration import widget_configuration
    from bot.gateway.widget_file import widget_script

    return widget_script(
        widget_configuration(_clinic(), load_library(), load_widget_texts(), _limits())
    )


def _clinic() -> Clinic:
    from bot.configuration.clinic import load_clinic
    from bot.configuration.settings import Settings

    return load_clinic(Settings.from_environment(os.environ).clinic_file)


def _limits() -> GatewayLimits:
    import warnings

    # Of `limits`, about itself: nothing that an operator could act on.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    from bot.gateway.limits import LIMITS_FILE, load_limits

    return load_limits(Path(os.environ.get("LIMITS_FILE") or LIMITS_FILE))
