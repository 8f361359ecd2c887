"""The error of a setting that cannot be used."""

from __future__ import annotations


class SettingsError(Exception):
    """An environment variable holds something that cannot be used; names the variable alone."""
