"""Many pages: one model tells them apart, and each page has its own for its answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse

from bot.nlu import leaf_model
from bot.nlu.leaf_model import LeafModel, most_letters
from bot.nlu.linear_model import Floats
from bot.nlu.page_model import PageModel

_WORDS = ("aura", "botox", "diet", "sleep")
_PAGES = ("migraine", "asthma", "eczema")
_BEHAVIOURS = {"chitchat/greet": "hello there", "out_of_scope": "who won the game"}
_DIMENSIONS = 8


def examples() -> tuple[list[str], Floats, list[str]]:
    """Four answers a page, one of a page of its own, and two behaviours; four texts each."""
    said = {
        f"faq/{page}.{word}": f"what about {word} for {page}" for page in _PAGES for word in _WORDS
    }
    said |= {"faq/gout.pain": "why does gout hurt"} | _BEHAVIOURS
    texts, labels = [], []
    for label, text in said.items():
        texts += [text, f"{text}?", f"please, {text}", f"{text} now"]
        labels += [label] * 4
    vectors = np.vstack([vector(text) for text in texts])
    return texts, vectors, labels


def vector(text: str) -> Floats:
    """The same for the same text; says nothing of its meaning."""
    random = np.random.default_rng(sum(text.encode()))
    found: Floats = random.normal(scale=0.1, size=(1, _DIMENSIONS)).astype(np.float32)
    return found


def fit() -> LeafModel:
    return LeafModel.fit(*examples(), inverse_regularization=30.0, max_iterations=50)


@pytest.fixture
def by_page(monkeypatch: pytest.MonkeyPatch) -> LeafModel:
    monkeypatch.setattr(leaf_model, "_TOGETHER_AT_MOST", 5)
    return fit()


def best(model: LeafModel, text: str, many: int = 6) -> list[tuple[str, float]]:
    return model.best(text, vector(text), 1.0, many)


def test_a_small_library_has_one_model() -> None:
    model = fit()

    assert model.pages == {}
    assert model.linear.labels == tuple(sorted(set(examples()[2])))


def test_a_large_library_has_a_model_of_each_page_with_several_answers(by_page: LeafModel) -> None:
    assert set(by_page.pages) == {f"faq/{page}" for page in _PAGES}
    assert set(by_page.linear.labels) == {*by_page.pages, *_BEHAVIOURS, "faq/gout.pain"}


def test_it_understands_what_it_was_taught(by_page: LeafModel) -> None:
    texts, _, labels = examples()

    assert [best(by_page, text)[0][0] for text in texts] == labels


@pytest.mark.parametrize("many", [1, 2, 6, 100])
@pytest.mark.parametrize("text", ["aura", "botox for asthma", "hello", "gout", "?", "日本"])
def test_the_likeliest_are_those_of_all_pages(by_page: LeafModel, text: str, many: int) -> None:
    counts = by_page.counter.count([text])
    every: dict[str, float] = {}
    shares = by_page.linear.probabilities(counts, vector(text), 1.0)
    for label, share in zip(by_page.linear.labels, shares.tolist(), strict=True):
        page = by_page.pages.get(label)
        below = page.probabilities(counts, vector(text), 1.0) if page else [(label, 1.0)]
        every |= {answer: share * part for answer, part in below}

    found = best(by_page, text, many)

    expected = sorted(every.values(), reverse=True)[:many]
    assert sum(every.values()) == pytest.approx(1, abs=1e-4)
    # What is as good as impossible may be left out.
    assert [share for _, share in found] == pytest.approx(expected, abs=1e-3)
    assert all(every[label] == pytest.approx(share) for label, share in found)
    assert len(found) == min(many, len(every))


def test_a_background_stands_beside_the_pages(by_page: LeafModel) -> None:
    text = "what about botox for asthma"

    alone = best(by_page, text, many=100)
    found = by_page.best(text, vector(text), 1.0, 100, background=3.0)

    kept = sum(share for _, share in found)
    assert 0 < kept < 0.99
    expected = {label: share * kept for label, share in alone}
    assert dict(found) == pytest.approx(expected, abs=2e-3)


def test_a_page_that_is_out_of_the_question_is_not_looked_at(
    by_page: LeafModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    kind = type(by_page.pages["faq/asthma"])
    look = kind.probabilities
    monkeypatch.setattr(
        kind, "probabilities", lambda page, *given: looked.append(page) or look(page, *given)
    )

    best(by_page, "what about botox for asthma", many=1)

    assert looked == [by_page.pages["faq/asthma"]]


def test_it_is_the_same_after_it_was_stored(by_page: LeafModel, tmp_path: Path) -> None:
    by_page.write(tmp_path)
    again = LeafModel.read(tmp_path)

    assert list(again.pages) == list(by_page.pages)
    for text in ("aura", "hello", "botox for asthma"):
        assert best(again, text) == best(by_page, text)


def test_training_twice_gives_the_very_same_numbers(by_page: LeafModel) -> None:
    again = fit()

    for text in ("aura", "hello", "botox for asthma"):
        assert best(again, text) == best(by_page, text)


def test_the_model_stays_small_however_many_labels_there_are() -> None:
    # The shipped page has 57 labels and 35,000 letter groups: nothing is left out of it.
    assert most_letters(57) > 200_000
    assert all(labels * most_letters(labels) <= 25_000_000 for labels in (57, 900, 3000, 25_000))


def test_a_page_of_unknown_letter_groups_is_judged_by_its_vectors() -> None:
    nothing = scipy.sparse.csr_matrix((4, 10), dtype=np.float32)
    vectors = np.repeat(np.eye(2, dtype=np.float32), 2, axis=0)
    labels = ["faq/a.b", "faq/a.b", "faq/a.c", "faq/a.c"]
    page = PageModel.fit(nothing, vectors, labels, inverse_regularization=30.0, max_iterations=50)
    one = scipy.sparse.csr_matrix(([2], [3], [0, 1]), shape=(1, 10))

    shares = dict(page.probabilities(one, vectors[:1], 1.0))

    assert shares["faq/a.b"] > 0.9
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
