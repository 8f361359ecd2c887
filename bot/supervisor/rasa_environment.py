"""The environment that processes need: every Rasa command, and what `serve` starts."""

from __future__ import annotations

import logging
import os
from pathlib import Path

_DEPLOY = Path(__file__).parents[2] / "deploy"
RASA_ENVIRONMENT_FILE = _DEPLOY / "rasa.env"
SERVING_ENVIRONMENT_FILE = _DEPLOY / "serving.env"


def rasa_environment(file: Path = RASA_ENVIRONMENT_FILE) -> dict[str, str]:
    """The variables of `deploy/rasa.env`, shared with `deploy/train.sh`."""
    return _read(file)


def serving_environment(file: Path = SERVING_ENVIRONMENT_FILE) -> dict[str, str]:
    """The variables of `deploy/serving.env`."""
    return _read(file)


def _read(file: Path) -> dict[str, str]:
    """NAME=value lines, and comments."""
    lines = file.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def enter_rasa_environment() -> None:
    """Make this process one that Rasa can be imported into. Call it before the import."""
    for name, value in rasa_environment().items():
        os.environ.setdefault(name, value)
    # Warnings about the insides of pinned packages would drown what the command says. A filter does
    # not hold them back: Sanic puts one of its own in front when it is imported.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").propagate = False
    logging.getLogger("py.warnings").addHandler(logging.NullHandler())
