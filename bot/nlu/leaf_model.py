"""Tells the leaves apart: letter groups and a sentence vector, read by linear models.

A small library has one model of all leaves. In a large one, labels times letter groups times
examples would grow with the cube of its size; there one model tells the pages apart, and each page
has its own for its answers: the probability of an answer is the product of the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import scipy.sparse

from bot.nlu.linear_model import Floats, LinearModel
from bot.nlu.ngrams import NgramCounter
from bot.nlu.page_model import PageModel
from bot.replies.understanding import Label

#: Up to here one model learns all labels. The first page has 57; with 300 a training took 98 s of
#: the processor and 2.4 GB, by page 60 s and 1.3 GB.
_TOGETHER_AT_MOST = 200

#: Learning keeps some twenty arrays of all weights: 2 GB of these, whatever the library.
_WEIGHTS_AT_MOST = 25_000_000

#: A probability that no decision hangs on, once there are as many candidates as are asked for.
_NEGLIGIBLE = 0.001

_PAGES = "pages"


def most_letters(labels: int) -> int:
    """How many letter groups a model of so many labels has at most."""
    return max(1, _WEIGHTS_AT_MOST // max(1, labels))


@dataclass(frozen=True)
class LeafModel:
    """`linear` reads what `counter` counts, and the sentence vector.

    The labels of `linear` are leaves, or keys of `pages`, which tell apart what is below.
    """

    counter: NgramCounter
    linear: LinearModel
    pages: Mapping[str, PageModel] = field(default_factory=dict)

    @classmethod
    def fit(
        cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str], **training: Any
    ) -> LeafModel:
        """Learn from texts, their sentence vectors and their labels.

        Args:
            training: inverse_regularization, max_iterations and few_examples of LinearModel.

        Raises:
            ValueError: there are fewer than two different labels.
        """
        pages = _pages(labels) if len(set(labels)) > _TOGETHER_AT_MOST else {}
        first = [pages.get(label, label) for label in labels]
        learnt = NgramCounter.learn_letters(texts, most_letters(len(set(first))))
        counts = learnt.counts
        linear = LinearModel.fit(sparse=counts, dense=vectors, labels=first, **training)
        return cls(
            learnt.counter,
            linear,
            {
                page: PageModel.fit(
                    counts[rows], vectors[rows], [labels[row] for row in rows], **training
                )
                for page, rows in _rows(first, set(pages.values())).items()
            },
        )

    def best(
        self,
        text: str,
        vector: Floats,
        temperature: float,
        many: int,
        background: float | None = None,
    ) -> list[tuple[str, float]]:
        """The `many` likeliest labels with their probabilities, best first.

        Args:
            vector: the sentence vector, shape (1, dimensions).
            temperature: above 1 makes the probabilities less sure, below 1 surer.
            background: as for LinearModel; in a large library a class beside the pages.
        """
        counts = self.counter.count([text])
        shares = self.linear.probabilities(counts, vector, temperature, background)
        found: list[tuple[str, float]] = []
        for place in (-shares).argsort():
            label, share = self.linear.labels[place], float(shares[place])
            # No answer is likelier than its page: the pages from here on need no look.
            if len(found) >= many and max(found[many - 1][1], _NEGLIGIBLE) >= share:
                break
            found += self._below(label, share, counts, vector, temperature)
            found.sort(key=lambda one: -one[1])
        return found[:many]

    def _below(
        self,
        label: str,
        share: float,
        counts: scipy.sparse.csr_matrix,
        vector: Floats,
        temperature: float,
    ) -> list[tuple[str, float]]:
        """The leaf itself, or the answers of the page, with their probabilities."""
        page = self.pages.get(label)
        if page is None:
            return [(label, share)]
        answers = page.probabilities(counts, vector, temperature)
        return [(answer, share * part) for answer, part in answers]

    def write(self, folder: Path) -> None:
        """Store the model in `folder`."""
        self.counter.write(folder)
        self.linear.write(folder)
        for name, page in self.pages.items():
            page.write(folder / _PAGES / name)

    @classmethod
    def read(cls, folder: Path) -> LeafModel:
        """The model that `write` stored in `folder`."""
        return cls(
            NgramCounter.read(folder),
            LinearModel.read(folder),
            {
                f"{one.parent.name}/{one.name}": PageModel.read(one)
                for one in sorted((folder / _PAGES).glob("*/*"))
            },
        )


def _pages(labels: Sequence[str]) -> dict[str, str]:
    """By label its page, `faq/migraine`, for every page of two answers or more."""
    answers: dict[str, set[str]] = defaultdict(set)
    for label in set(labels):
        parsed = Label.parse(label)
        if parsed.topic is not None:
            answers[f"{parsed.intent.value}/{parsed.topic.page}"].add(label)
    return {label: page for page, own in answers.items() if len(own) > 1 for label in own}


def _rows(first: Sequence[str], pages: set[str]) -> dict[str, list[int]]:
    """By page the rows of its examples, pages in the order of their names."""
    rows: dict[str, list[int]] = {page: [] for page in sorted(pages)}
    for row, label in enumerate(first):
        if label in rows:
            rows[label].append(row)
    return rows
