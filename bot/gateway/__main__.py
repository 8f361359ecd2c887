"""`python -m bot.gateway`."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _WithoutTensorFlow(MetaPathFinder):
    """Hides TensorFlow, which comes with Rasa, from this process.

    spaCy, which the safety screen uses, imports it wherever it is installed and then does not need
    it: ten seconds and 300 MB.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "tensorflow":
            raise ModuleNotFoundError(name)
        return None


def hide_tensorflow() -> None:
    """Let nothing in this process import TensorFlow."""
    sys.meta_path.insert(0, _WithoutTensorFlow())


def main() -> int:
    """Serve, and return the exit code."""
    hide_tensorflow()
    # Of `limits`, about itself: nothing that an operator could act on.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    from bot.gateway.server import serve

    return serve(os.environ)


if __name__ == "__main__":
    sys.exit(main())
