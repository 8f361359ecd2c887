"""Reading YAML: values as PyYAML gives them, the line of each, and one fault for each mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.content.yaml_source import ContentError, Fault, YamlSource, read_yaml

_KEYS = st.text("abcdefgh_", min_size=1, max_size=6)
_SCALARS = st.one_of(
    st.integers(), st.booleans(), st.none(), st.dates(), st.text(st.characters(codec="ascii"))
)
_DOCUMENTS = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


class Person(BaseModel):
    name: str
    ages: tuple[int, ...]


def source_of(folder: Path, text: str) -> YamlSource:
    file = folder / "some.yml"
    file.write_text(text, encoding="utf-8")
    return read_yaml(file)


def faults_of(folder: Path, content: str | bytes) -> list[Fault]:
    file = folder / "some.yml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ContentError) as caught:
        read_yaml(file)
    assert {fault.file for fault in caught.value.faults} == {file}
    return caught.value.faults


@settings(deadline=None, max_examples=60)
@given(document=_DOCUMENTS)
def test_values_are_those_that_pyyaml_reads(
    tmp_path_factory: pytest.TempPathFactory, document: Any
) -> None:
    text = yaml.safe_dump(document)

    source = source_of(tmp_path_factory.mktemp("yaml"), text)

    assert source.values == yaml.safe_load(text)


def test_an_empty_file_has_no_values(tmp_path: Path) -> None:
    assert source_of(tmp_path, "# nothing\n").values is None


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    source = source_of(
        tmp_path,
        "# first\nname: Ada\n\nages:\n  - 1\n  - 2\nplaces: [a,\n  b]\nmore:\n  text: >-\n    x\n",
    )

    lines = {place: source.line_of(place) for place in source.lines}
    assert lines[("name",)] == 2
    assert lines[("ages",)] == 4
    assert lines[("ages", 1)] == 6
    assert lines[("places", 1)] == 8
    assert lines[("more", "text")] == 10


def test_what_is_missing_stands_on_the_line_of_what_holds_it(tmp_path: Path) -> None:
    source = source_of(tmp_path, "first: 1\nages:\n  - {a: 1}\n")

    assert source.line_of(("ages", 0, "b", "c")) == 3
    assert source.line_of(("nowhere",)) == 1


def test_a_key_that_stands_twice_is_a_fault_on_the_second_line(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, "name: Ada\nages: []\nname: Bob\n")

    assert (fault.line, "name" in fault.message) == (3, True)


def test_every_repeated_key_is_named(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "a: 1\na: 2\nb:\n  c: 1\n  c: 2\n")

    assert [fault.line for fault in faults] == [2, 5]


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "nowhere.yml"

    with pytest.raises(ContentError) as caught:
        read_yaml(file)

    assert str(caught.value).startswith(f"{file}:1: cannot be read")


def test_a_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        read_yaml(tmp_path)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param("name: Ada\nages: [1,\n", 3, id="a list without its end"),
        pytest.param("a: 1\nb: c: d\n", 2, id="two colons"),
        pytest.param("a: 1\n\tb: 2\n", 2, id="a tab"),
        pytest.param("a: 1\n---\na: 2\n", 2, id="two documents"),
        pytest.param("a: *nowhere\n", 1, id="an unknown alias"),
        pytest.param(b"name: A\x07da\n", 1, id="a control character"),
        pytest.param("a: 1\non: 2026-02-30\n", 2, id="a day that no calendar has"),
        pytest.param("a: 1\nb: !nonsense x\n", 2, id="an unknown tag"),
        pytest.param("? [a, b]\n: 1\n", 1, id="a list as key"),
        pytest.param(b"name: caf\xe9\n", 1, id="not UTF-8"),
        pytest.param("a: &x\n  b: *x\n", 1, id="an alias inside itself"),
    ],
)
def test_what_is_not_plain_yaml_is_a_fault_with_its_line(
    tmp_path: Path, content: str | bytes, line: int
) -> None:
    (fault,) = faults_of(tmp_path, content)

    assert fault.line == line


def test_a_merge_key_is_read_as_pyyaml_reads_it_or_is_a_fault(tmp_path: Path) -> None:
    text = "a: &x {c: 1}\nb:\n  <<: *x\n  d: 2\n"
    try:
        values = source_of(tmp_path, text).values
    except ContentError as error:
        assert [fault.line for fault in error.faults] == [3]
    else:
        assert values == yaml.safe_load(text)


def test_each_value_that_breaks_the_schema_is_a_fault_at_its_line(tmp_path: Path) -> None:
    source = source_of(tmp_path, "name: [Ada]\nages:\n  - 1\n  - old\n")

    with pytest.raises(ContentError) as caught:
        source.parse(Person)

    assert [(fault.line, fault.message.split(":")[0]) for fault in caught.value.faults] == [
        (1, "name"),
        (4, "ages.1"),
    ]


def test_what_fits_the_schema_is_parsed(tmp_path: Path) -> None:
    assert source_of(tmp_path, "{name: Ada, ages: [1]}").parse(Person) == Person(
        name="Ada", ages=(1,)
    )


@pytest.mark.parametrize("text", ["", "just words", "[1, 2]"])
def test_another_shape_altogether_is_a_fault(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContentError):
        source_of(tmp_path, text).parse(Person)


def test_a_fault_reads_like_a_compiler_message(tmp_path: Path) -> None:
    assert str(Fault(Path("a/b.yml"), 7, "is wrong")) == "a/b.yml:7: is wrong"
