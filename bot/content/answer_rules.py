"""Rules on the words of answers: length, readability, characters, and figures of the page only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import textstat

from bot.content.gsm7 import is_gsm7
from bot.content.limits import ContentLimits
from bot.content.page import Answer, Page
from bot.content.segments import measure
from bot.content.yaml_source import Fault, Location, YamlSource

#: A number, or a code that holds one, as in 4, 8A80 or 38876749. Not "first-" or "IV".
_FIGURE = re.compile(r"\b[0-9][0-9A-Za-z.,]*[0-9A-Za-z]|\b[0-9]\b")

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class AnswerMeasure:
    """Readability (school grade) and length (characters, and segments with the disclaimer)."""

    id: str
    grade: float
    length: int
    segments: int


def measure_answer(page: Page, answer: Answer) -> AnswerMeasure:
    """The measures of the short form."""
    return AnswerMeasure(
        id=f"{page.id}.{answer.id}",
        grade=round(grade_of(answer.short), 1),
        length=len(answer.short),
        segments=measure(f"{answer.short}\n{page.disclaimer}").segments,
    )


def grade_of(text: str) -> float:
    """Flesch-Kincaid school grade (Kincaid et al. 1975)."""
    return float(textstat.flesch_kincaid_grade(text))


def text_faults(source: YamlSource, page: Page, limits: ContentLimits) -> Iterator[Fault]:
    """What is wrong with the words of a page's answers."""
    if not is_gsm7(page.disclaimer):
        yield source.fault("has a character that text messages lack", "disclaimer")
    for index, answer in enumerate(page.answers):
        place: Location = ("answers", index)
        yield from _short_faults(source, page, answer, (*place, "short"), limits)
        if len(answer.question) > limits.question_characters:
            yield source.fault(
                f"has {len(answer.question)} characters, at most {limits.question_characters}",
                *place,
                "question",
            )
        if not answer.question.endswith("?"):
            yield source.fault("does not end with a question mark", *place, "question")
        for name in ("question", "short", "full"):
            text = getattr(answer, name)
            yield from _claim_faults(source, page, text, (*place, name), limits)


def _short_faults(
    source: YamlSource, page: Page, answer: Answer, place: Location, limits: ContentLimits
) -> Iterator[Fault]:
    grade = grade_of(answer.short)
    if grade > limits.grade:
        yield source.fault(f"reads at grade {grade:.1f}, at most {limits.grade}", *place)
    if not is_gsm7(answer.short):
        yield source.fault("has a character that text messages lack", *place)
    segments = measure(
        f"{answer.short}\n{page.disclaimer}\n{'x' * limits.link_characters}"
    ).segments
    if segments > limits.segments:
        yield source.fault(
            f"takes {segments} text message segments with disclaimer and link, "
            f"at most {limits.segments}",
            *place,
        )


def _claim_faults(
    source: YamlSource, page: Page, text: str, place: Location, limits: ContentLimits
) -> Iterator[Fault]:
    if "\n\n" in text:
        yield source.fault("has a blank line, at which channels would split the message", *place)
    figures = [found for found in _FIGURE.findall(text) if found not in page.figures]
    in_words = set(_words(text)) & set(limits.figure_words)
    known = {word for figure in page.figures for word in _words(figure)}
    for figure in (*figures, *sorted(in_words - known)):
        yield source.fault(f"the figure {figure} is not among the page's figures", *place)
    medicines = {form for name in page.medicines for word in _words(name) for form in _forms(word)}
    for word in _WORD.findall(text):
        plain = word.casefold()
        if plain.endswith(limits.medicine_endings) and plain not in medicines:
            yield source.fault(f"{word} is not among the page's medicines", *place)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _forms(word: str) -> tuple[str, ...]:
    return (word, f"{word}s", word.rstrip("s"))
