"""Read YAML into typed records while remembering the line that each value stood on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

Location = tuple[str | int, ...]

#: The schema library's name for "some key of this mapping".
_A_KEY = "__key__"

_MERGE = "tag:yaml.org,2002:merge"

#: The same reader in C where PyYAML was built with it: ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
            faults = [fault for item in error.errors() for fault in self._faults_of(item)]
            raise ContentError(faults) from None

    def _faults_of(self, item: Mapping[str, Any]) -> Iterator[Fault]:
        location, message = item["loc"], item["msg"]
        if location[-1] != _A_KEY:
            yield self.fault(f"{'.'.join(map(str, location))}: {message}", *location)
            return
        # The schema library does not say which key: those that are none of the allowed.
        allowed = {member.value for member in item["ctx"]["enum_values"]}
        for key in self._at(location[:-1]):
            if key not in allowed:
                place = (*location[:-1], key)
                yield self.fault(f"{'.'.join(map(str, place))}: no such name", *place)

    def _at(self, location: Location) -> Any:
        values = self.values
        for part in location:
            values = values[part]
        return values


def read_yaml(file: Path) -> YamlSource:
    """Read one YAML file.

    Raises:
        ContentError: the file is missing, unreadable, not plain YAML or has a key twice.
    """
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=_LOADER)
    except OSError as error:
        raise ContentError([Fault(file, 1, f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ContentError([Fault(file, 1, "is not UTF-8 text")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ContentError([Fault(file, mark.line + 1 if mark else 1, problem)]) from None
    walk = _Walk(file)
    values = walk.value_of(root, ()) if root is not None else None
    if walk.faults:
        raise ContentError(walk.faults)
    return YamlSource(file, values, walk.lines)


class _Walk:
    """Turns nodes into values, noting the line of each and everything that is wrong."""

    def __init__(self, file: Path) -> None:
        self.lines: dict[Location, int] = {}
        self.faults: list[Fault] = []
        self._file = file
        self._open: set[int] = set()
        self._scalars = yaml.SafeLoader("")

    def value_of(self, node: yaml.Node, location: Location) -> Any:
        self.lines[location] = node.start_mark.line + 1
        if id(node) in self._open:
            self._wrong(node, "an alias stands inside what it names")
            return None
        self._open.add(id(node))
        value: Any
        if isinstance(node, yaml.MappingNode):
            value = self._mapping(node, location)
        elif isinstance(node, yaml.SequenceNode):
            value = [
                self.value_of(item, (*location, index)) for index, item in enumerate(node.value)
            ]
        else:
            value = self._scalar(node)
        self._open.discard(id(node))
        return value

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == _MERGE:
                self._wrong(key_node, "a key must be plain text")
                continue
            key = self._scalar(key_node)
            if key in mapping:
                self._wrong(key_node, f"the key {key!r} stands twice")
            place = (*location, key)
            mapping[key] = self.value_of(value_node, place)
            self.lines[place] = key_node.start_mark.line + 1
        return mapping

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            self._wrong(node, f"cannot be read as {node.tag.rpartition(':')[2]}")
            return None

    def _wrong(self, node: yaml.Node, message: str) -> None:
        self.faults.append(Fault(self._file, node.start_mark.line + 1, message))
