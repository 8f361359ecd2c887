"""Rules on the training data: one to one with the content, enough of it, and nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.content.limits import ContentLimits
from bot.content.page import FollowUpKind, Page
from bot.content.texts import ChitchatKind
from bot.content.training_examples import NLU_FOLDER, Utterance
from bot.content.yaml_source import Fault


def training_faults(
    pages: Iterable[Page], utterances: Sequence[Utterance], limits: ContentLimits
) -> Iterator[Fault]:
    """Answers without examples, examples without an answer, too few, or the same twice."""
    leaves = {
        "faq": {f"{page.id}.{answer.id}" for page in pages for answer in page.answers},
        "chitchat": {kind.value for kind in ChitchatKind},
        "follow_up": {kind.value for kind in FollowUpKind},
    }
    counts = Counter(utterance.label for utterance in utterances)
    firsts = {utterance.label: utterance for utterance in reversed(utterances)}
    for label, first in firsts.items():
        intent, _, leaf = label.partition("/")
        if leaf not in leaves[intent] if intent in leaves else intent not in limits.behaviours:
            yield Fault(first.file, first.line, f"{label}: the content has no such answer")
    for intent, names in leaves.items():
        for name in sorted(names):
            label = f"{intent}/{name}"
            least = getattr(limits.examples, intent)
            yield from _too_few(label, counts[label], least, firsts.get(label))
    for intent in limits.behaviours:
        # A behaviour's leaves are no content: dangers, other languages.
        of_it = [one for one in utterances if one.label.partition("/")[0] == intent]
        yield from _too_few(intent, len(of_it), limits.examples.behaviour, next(iter(of_it), None))
    yield from _repeated(utterances)


def _too_few(label: str, count: int, least: int, first: Utterance | None) -> Iterator[Fault]:
    if count < least:
        file, line = (first.file, first.line) if first else (NLU_FOLDER, 1)
        yield Fault(file, line, f"{label} has {count} training utterances, at least {least}")


def _repeated(utterances: Iterable[Utterance]) -> Iterator[Fault]:
    seen: dict[str, Utterance] = {}
    for utterance in utterances:
        known = seen.setdefault(utterance.plain, utterance)
        if known is not utterance:
            place = f"{known.file.name}:{known.line}"
            yield Fault(utterance.file, utterance.line, f"the same utterance stands at {place}")
