"""A library of made-up pages, in the files and through the schema of the real one."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.running_product import ROOT

ANSWERS_A_PAGE = 30
_EXAMPLES = 12
#: Besides the 30 that the answers are about: the first real page knows 85 names.
_MEDICINES = 25
_VECTORS = ".cache/sentence_vectors"
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstv" for vowel in "aeiou"]
_ASKED = (
    "what is {thing}",
    "does {page} come with {thing}",
    "tell me about {thing} and {other}",
    "can {thing} help against {page}",
    "i was told my {page} needs {thing}, is that so?",
    "how does {thing} go together with {other}",
    "{thing} {page}",
    "who should not have {thing}",
    "my sister has {page} and they speak of {other} all the time, what do they mean",
    "is {other} the same as {thing}",
    "why {thing} for {page}",
    "please explain {other} of {page}",
    "any news on {thing}?",
    "they offered me {other} instead of {thing}",
    "how long until {thing} works in {page}",
    "whats {other} good for",
)


@dataclass(frozen=True)
class Asked:
    """A question that is in no training file, and the label that is right."""

    text: str
    label: str


@dataclass(frozen=True)
class Made:
    """A project folder that can be trained and served; one question for each answer."""

    folder: Path
    examples: int
    questions: tuple[Asked, ...]


def make_project(folder: Path, pages: int) -> Made:
    """Our project in `folder`, with so many made-up pages in place of its own; always the same.

    What is trained besides the pages (small talk, danger, out of scope) stays as it is. The vectors
    of sentences that the last training here kept are taken along.
    """
    for name in ("bot", "actions", "deploy"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("config.yml", "domain.yml", "clinic.yml", "endpoints.yml", _VECTORS):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        elif (ROOT / name).is_file():
            shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "data" / "rules", folder / "data" / "rules")
    (folder / "data" / "nlu").mkdir()
    kept = sum(_copy_without_answers(file, folder) for file in _shipped_examples())
    own_pages = folder / "bot" / "content" / "pages"
    for file in own_pages.glob("*.yml"):
        file.unlink()
    maker = _Maker(random.Random(pages))  # noqa: S311
    questions: list[Asked] = []
    for number in range(pages):
        page, examples, asked = maker.page(f"page{number:03}")
        _write(own_pages / f"{page['id']}.yml", page)
        _write(folder / "data" / "nlu" / f"{page['id']}.yml", {"version": "3.1", "nlu": examples})
        questions += asked
    return Made(folder, kept + pages * ANSWERS_A_PAGE * _EXAMPLES, tuple(questions))


def _shipped_examples() -> list[Path]:
    return sorted((ROOT / "data" / "nlu").glob("*.yml"))


def _copy_without_answers(file: Path, folder: Path) -> int:
    data = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    data["nlu"] = [item for item in data["nlu"] if not item.get("intent", "").startswith("faq/")]
    if data["nlu"]:
        _write(folder / "data" / "nlu" / file.name, data)
    return sum(len(item.get("examples", "").splitlines()) for item in data["nlu"])


def _write(file: Path, data: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(data, sort_keys=False, width=1000), encoding="utf-8")


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._used: set[str] = set()

    def page(self, name: str) -> tuple[dict[str, Any], list[dict[str, Any]], list[Asked]]:
        """The page, the training examples of its answers, and one more question for each."""
        title, record = self._word(), yaml.safe_load(_PAGE)
        ids = [f"answer{number:02}" for number in range(ANSWERS_A_PAGE)]
        answers, examples, asked, things = [], [], [], [title]
        for place, answer in enumerate(ids):
            words = {"page": title, "thing": self._word(), "other": self._word()}
            said = [form.format(**words) for form in self._chance.sample(_ASKED, _EXAMPLES + 1)]
            label = f"faq/{name}.{answer}"
            asked.append(Asked(said.pop(), label))
            lines = "".join(f"- {text}\n" for text in said)
            examples.append({"intent": label, "examples": lines})
            things.append(words["thing"])
            answers.append(
                {
                    "id": answer,
                    "question": f"What is {words['thing']}?",
                    "section": "Basics",
                    "short": f"A {words['thing']} is a kind of {words['other']}.",
                    "full": f"A {words['thing']} is a kind of {words['other']}. So it is.",
                    "references": ["made_up"],
                    "related": [ids[place - 1]],
                    "sign_off": "draft",
                }
            )
        own = {
            "id": name,
            "title": title,
            "url_path": f"/conditions/{name}",
            "names": things,
            "medicines": [self._word() for _ in range(_MEDICINES)],
            "starters": ids[:3],
        }
        return {**record, **own, "answers": answers}, examples, asked

    def _word(self) -> str:
        while True:
            word = "".join(self._chance.choices(_SYLLABLES, k=self._chance.randint(2, 4)))
            if word not in self._used:
                self._used.add(word)
                return word


_PAGE = """
icd11: MADE UP
reviewer: Nobody
reviewed_on: 2026-01-01
disclaimer: Made up.
sections: [Basics]
figures: []
references: [{id: made_up, citation: Nobody, about: Nothing, pmid: "100000"}]
"""
