"""The parts of the benchmark and the aims, from `plan.yml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, root_validator

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

PLAN_FILE = Path(__file__).with_name("plan.yml")


class UnknownPartError(Exception):
    """A part was asked for that does not exist. The text names it and those that do."""


class Part(StrictRecord):
    """`command` is a module and its arguments; with `needs_data` the data's folder is added."""

    name: str = Field(regex="^[a-z]+$")
    title: str
    command: tuple[str, ...]
    minutes: float = Field(gt=0)
    needs_data: bool = False


class Aim(StrictRecord):
    """What a figure of a part's JSON file should be: `at_most` or `at_least`, one of the two."""

    part: str
    aim: str
    figure: str
    at_most: float | None = None
    at_least: float | None = None
    unit: str = ""

    @root_validator(skip_on_failure=True)
    def _has_one_limit(cls, values: dict[str, Any]) -> dict[str, Any]:
        if (values["at_most"] is None) == (values["at_least"] is None):
            raise ValueError("needs at_most or at_least, one of the two")
        return values

    def measured(self, kept: Mapping[str, Any]) -> float | None:
        """The figure in a part's file; None if it is not there."""
        found: Any = kept
        for key in self.figure.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        return float(found) if isinstance(found, (int, float)) else None

    def met(self, value: float) -> bool:
        """Whether `value` is good enough."""
        if self.at_most is not None:
            return value <= self.at_most
        return self.at_least is not None and value >= self.at_least


class Plan(StrictRecord):
    """All parts in their order, and all aims."""

    parts: tuple[Part, ...]
    aims: tuple[Aim, ...]

    def choose(self, names: Sequence[str]) -> list[Part]:
        """The named parts in the order of the plan; without names all.

        Raises:
            UnknownPartError: one of them does not exist.
        """
        known = [part.name for part in self.parts]
        for name in names:
            if name not in known:
                raise UnknownPartError(f"no part is named {name}; there are {', '.join(known)}")
        return [part for part in self.parts if not names or part.name in names]


def load_plan(file: Path = PLAN_FILE) -> Plan:
    """The shipped plan.

    Raises:
        ContentError: the file is missing or breaks its schema.
    """
    plan: Plan = read_yaml(file).parse(Plan)
    return plan
