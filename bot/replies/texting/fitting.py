"""Chooses wordings so that a text keeps within its limit: never by cutting a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.replies.texting.choices import Choice

#: Whether a text keeps within its limit.
Fits = Callable[[str], bool]


@dataclass(frozen=True)
class Wording:
    """One way to say a part, and the choices that it offers."""

    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Part:
    """One piece of a text message.

    `wordings` say the same, the best first; the last one is the least that must stand there, and
    nothing if that is empty. Parts of a lower `rank` are given their best first.
    """

    wordings: tuple[Wording, ...]
    rank: int = 0

    @classmethod
    def of(cls, texts: Iterable[str], rank: int = 0) -> Part:
        """A part without choices."""
        return cls(tuple(map(Wording, texts)), rank)


def fitted(parts: Sequence[Part], fits: Fits) -> tuple[Wording, ...] | None:
    """A wording of each part, the best that have room together; None if the least have none."""
    chosen = [part.wordings[-1] for part in parts]
    if not fits(joined(chosen)):
        return None
    for place in sorted(range(len(parts)), key=lambda place: parts[place].rank):
        for wording in parts[place].wordings:
            tried = [*chosen[:place], wording, *chosen[place + 1 :]]
            if fits(joined(tried)):
                chosen = tried
                break
    return tuple(chosen)


def joined(wordings: Iterable[Wording]) -> str:
    """The parts, one below the other."""
    return "\n".join(wording.text for wording in wordings if wording.text)
