"""Stands in for TensorFlow, which Rasa imports whatever config.yml names.

No component of ours uses it, and it costs each process 300 MB and seconds of its start. With the
stand-in Rasa's neural components can be imported; whoever uses one is told why it does not work.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_HIDDEN = ("tensorflow", "keras")

#: spaCy looks for this one, and does without TensorFlow if it is missing.
_MISSING = "tensorflow.experimental"


class TensorFlowLeftOutError(RuntimeError):
    """A component that needs TensorFlow is used in a process that does without."""

    def __init__(self) -> None:
        super().__init__(
            "this process runs without TensorFlow: leave components that need it out of"
            " config.yml, or use `python -m rasa`"
        )


class _NamedType(type):
    """Whatever name is asked of it, and of what it holds, is there."""

    def __getattr__(cls, name: str) -> Any:
        return _named(name)

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        if not options and len(arguments) == 1 and callable(arguments[0]):
            return arguments[0]  # A decorator.
        raise TensorFlowLeftOutError


class _Named(metaclass=_NamedType):
    """A class, a function or a decorator of TensorFlow's, by name only."""


class _Module(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return _named(name)


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == _MISSING:
            raise ModuleNotFoundError(name)
        if name.partition(".")[0] in _HIDDEN:
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: every name is made when it is asked for."""


def _named(name: str) -> type[_Named]:
    if name.startswith("__"):
        raise AttributeError(name)
    return _Named


def stand_in_for_tensorflow() -> None:
    """Let nothing that this process imports from now on import TensorFlow itself."""
    sys.meta_path.insert(0, _Finder())
