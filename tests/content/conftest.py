"""Fixtures: the shipped content, and copies of it to break."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.content.check import check_content
from bot.content.library import PAGES_FOLDER, Library, load_library
from bot.content.texts import TEXTS_FILE, Texts, load_texts
from bot.content.training_examples import NLU_FOLDER
from bot.content.yaml_source import Fault


@dataclass(frozen=True)
class ContentCopy:
    """A copy of everything that `content check` reads."""

    folder: Path

    @property
    def page(self) -> Path:
        return self.folder / "pages" / "migraine.yml"

    @property
    def texts(self) -> Path:
        return self.folder / "texts.yml"

    @property
    def nlu(self) -> Path:
        return self.folder / "nlu"

    def replace(self, file: Path, old: str, new: str) -> None:
        """Put `new` where `old` stands first, which must be somewhere."""
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def rewrite(self, answer: str, name: str, text: str) -> int:
        """Give one part of one answer another text; returns the line on which it stands now."""
        old = self.page.read_text(encoding="utf-8")
        part = re.compile(
            rf"(?s)(  - id: {answer}\n.*?)    {name}: .*?(?=\n    \w+:|\n\n  - id|\Z)"
        )
        new, count = part.subn(lambda match: f"{match[1]}    {name}: {json.dumps(text)}", old, 1)
        assert count == 1 and new != old
        self.page.write_text(new, encoding="utf-8")
        record = new.index(f"  - id: {answer}\n")
        return new[: new.index(f"\n    {name}: ", record)].count("\n") + 2

    def faults(self) -> list[Fault]:
        return check_content(self.page.parent, self.texts, self.nlu).faults


def only_fault(content: ContentCopy) -> Fault:
    (fault,) = content.faults()
    return fault


def line_of(file: Path, anchor: str) -> int:
    """The line on which `anchor` stands for the first time."""
    text = file.read_text(encoding="utf-8")
    return text[: text.index(anchor)].count("\n") + 1


@pytest.fixture(scope="session")
def shipped_faults() -> list[Fault]:
    return check_content().faults


@pytest.fixture
def content(tmp_path: Path, shipped_faults: list[Fault]) -> ContentCopy:
    if shipped_faults:
        pytest.skip("the shipped content has faults of its own, which have a test of their own")
    shutil.copytree(PAGES_FOLDER, tmp_path / "pages")
    shutil.copytree(NLU_FOLDER, tmp_path / "nlu")
    shutil.copy(TEXTS_FILE, tmp_path)
    return ContentCopy(tmp_path)


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def texts() -> Texts:
    return load_texts()
