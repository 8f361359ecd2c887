"""Rules on what a page's records name: sections, publications, related answers, follow-ups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.content.page import NOT_ON_PAGE, FollowUpKind, Page
from bot.content.yaml_source import Fault, Location, YamlSource


def reference_faults(source: YamlSource, page: Page) -> Iterator[Fault]:
    """Names that lead nowhere, and ids or questions that stand twice."""
    answers = {answer.id for answer in page.answers}
    citations = {citation.id for citation in page.references}
    yield from _repeated(source, "answers", (answer.id for answer in page.answers), "id")
    yield from _repeated(
        source, "answers", (a.question.casefold() for a in page.answers), "question"
    )
    yield from _repeated(source, "answers", (a.short.casefold() for a in page.answers), "short")
    yield from _repeated(source, "references", (c.id for c in page.references), "id")
    yield from _unknown(source, ("starters",), page.starters, answers, "answer")
    yield from _follow_up_faults(source, ("follow_ups",), page.follow_ups, answers)
    for index, answer in enumerate(page.answers):
        place: Location = ("answers", index)
        if answer.section not in page.sections:
            yield source.fault(f"the page has no section {answer.section!r}", *place, "section")
        if answer.id in answer.related:
            yield source.fault("an answer is not related to itself", *place, "related")
        yield from _unknown(
            source, (*place, "references"), answer.references, citations, "reference"
        )
        yield from _unknown(source, (*place, "related"), answer.related, answers, "answer")
        yield from _follow_up_faults(source, (*place, "follow_ups"), answer.follow_ups, answers)


def _repeated(
    source: YamlSource, list_name: str, values: Iterable[str], key: str
) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield source.fault(f"the same {key} stands twice", list_name, index, key)
        seen.add(value)


def _unknown(
    source: YamlSource, place: Location, names: Iterable[str], known: set[str], what: str
) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name not in known:
            yield source.fault(f"there is no {what} {name!r}", *place, index)


def _follow_up_faults(
    source: YamlSource, place: Location, targets: dict[FollowUpKind, str], answers: set[str]
) -> Iterator[Fault]:
    for kind, target in targets.items():
        if target not in answers and target != NOT_ON_PAGE:
            yield source.fault(f"there is no answer {target!r}", *place, kind.value)
