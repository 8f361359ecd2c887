"""Read YAML into typed records while remembering the line that each value stood on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a content file, as `content check` prints it."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class ContentError(Exception):
    """Content that cannot be used. `faults` names every fault with its file and line."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class YamlSource:
    """The values of one YAML file, and where each of them stands."""

    file: Path
    values: Any
    lines: dict[Location, int] = field(repr=False)

    def line_of(self, location: Location) -> int:
        """Line of the value at `location`, or of the nearest enclosing value that has one."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def fault(self, message: str, *location: str | int) -> Fault:
        """A fault at the line of the value found by following `location`."""
        return Fault(self.file, self.line_of(location), message)

    def parse(self, model: type[BaseModel]) -> Any:
        """The values as `model`.

        Raises:
            ContentError: with one fault, at its line, for each value that breaks the schema.
        """
        try:
            return model.parse_obj(self.values)
        except ValidationError as error:
            faults = [
                self.fault(
                    f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}", *item["loc"]
                )
                for item in error.errors()
            ]
            raise ContentError(faults) from None


def read_yaml(file: Path) -> YamlSource:
    """Read one YAML file.

    Raises:
        ContentError: the file is missing, unreadable, not YAML or has a key twice.
    """
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise ContentError([Fault(file, 1, f"cannot be read: {error.strerror}")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ContentError([Fault(file, mark.line + 1 if mark else 1, problem)]) from None
    lines: dict[Location, int] = {}
    faults: list[Fault] = []
    values = _walk(root, (), lines, faults, file) if root is not None else None
    if faults:
        raise ContentError(faults)
    return YamlSource(file, values, lines)


def _walk(
    node: yaml.Node,
    location: Location,
    lines: dict[Location, int],
    faults: list[Fault],
    file: Path,
) -> Any:
    lines[location] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node)
            line = key_node.start_mark.line + 1
            if key in mapping:
                faults.append(Fault(file, line, f"the key {key!r} stands twice"))
            place = (*location, key)
            mapping[key] = _walk(value_node, place, lines, faults, file)
            lines[place] = line
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [
            _walk(item, (*location, index), lines, faults, file)
            for index, item in enumerate(node.value)
        ]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    return yaml.SafeLoader("").construct_object(node)
