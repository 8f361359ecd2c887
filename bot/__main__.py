"""`python -m bot`."""

from __future__ import annotations

import sys

from bot.commands.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
