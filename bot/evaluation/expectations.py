"""What a labelled message should lead to, as docs/labelling.md writes it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.content.library import Library
from bot.content.page import FollowUpKind
from bot.content.texts import ChitchatKind
from bot.nlu.expectation import SEVERAL, fits
from bot.replies.understanding import DANGER_INTENTS, Intent, Label

#: How being asked back is written.
CLARIFY = "clarify"

#: Between acceptable outcomes.
_OR = ";"

#: Intents that say nothing without their leaf, and those whose leaves are not listed here.
_LEAF_NEEDED = frozenset({Intent.FAQ, Intent.OTHER_LANGUAGE})
_ANY_LEAF = DANGER_INTENTS | {Intent.OTHER_LANGUAGE}

#: One meaning, or several in the order in which they were asked.
Labels = tuple[Label, ...]


@dataclass(frozen=True)
class Expectation:
    """The outcome that is right, and others that a fair clinician would accept just as well."""

    labels: Labels
    also_ok: tuple[Labels, ...] = ()

    @property
    def answers(self) -> bool:
        """Whether the page answers what is asked, or a part of it."""
        return any(label.intent is Intent.FAQ for label in self.labels)

    def accepts(self, labels: Labels) -> bool:
        """Whether these labels, in this order, are acceptable."""
        return any(_all_fit(labels, allowed) for allowed in (self.labels, *self.also_ok))

    def allows(self, label: Label) -> bool:
        """Whether this label is at least a part of something acceptable."""
        return any(fits(label, one) for allowed in (self.labels, *self.also_ok) for one in allowed)


def _all_fit(labels: Labels, allowed: Labels) -> bool:
    return len(labels) == len(allowed) and all(map(fits, labels, allowed))


class LabelReader:
    """Reads labels, and refuses those that nothing can be decided as."""

    def __init__(self, library: Library) -> None:
        self._leaves = {
            Intent.FAQ: frozenset(map(str, library.topics())),
            Intent.CHITCHAT: frozenset(kind.value for kind in ChitchatKind),
            Intent.FOLLOW_UP: frozenset(kind.value for kind in FollowUpKind),
        }

    def expectation(self, expected: str, also_ok: str = "") -> Expectation:
        """What the columns `expected` and `also_ok` say.

        Raises:
            ValueError: one of the labels does not exist.
        """
        others = tuple(self._labels(part) for part in also_ok.split(_OR) if part.strip())
        return Expectation(self._labels(expected), others)

    def _labels(self, text: str) -> Labels:
        return tuple(self._label(part.strip()) for part in text.split(SEVERAL))

    def _label(self, text: str) -> Label:
        label = Label(Intent.FALLBACK) if text == CLARIFY else Label.parse(text)
        if not self._exists(label):
            raise ValueError("there is no such label")
        return label

    def _exists(self, label: Label) -> bool:
        if label.leaf is None:
            return label.intent not in _LEAF_NEEDED
        known = self._leaves.get(label.intent)
        return label.intent in _ANY_LEAF if known is None else label.leaf in known


def written(labels: Labels) -> str:
    """The labels as a file has them; `error` if nothing was decided."""
    return SEVERAL.join(map(_written, labels)) or "error"


def _written(label: Label) -> str:
    return CLARIFY if label.intent is Intent.FALLBACK else str(label)
