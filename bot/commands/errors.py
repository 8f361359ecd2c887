"""How a command says that it cannot do what it was asked."""

from __future__ import annotations


class CommandError(Exception):
    """Bad input. Its text is one clear line for the person who typed the command."""
