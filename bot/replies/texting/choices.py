"""Numbered choices in the place of buttons, and what somebody answers to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.content.text_rules import TextRules
from bot.replies.texting.keywords import folded
from bot.replies.texting.whole_message import Words, plain_words, without_courtesies


@dataclass(frozen=True)
class Choice:
    """One choice that a text offers.

    `number` is None where none is shown, `word` (in capitals) where the choice has none. `label` is
    what a text says of it. A choice is bound to the turn that offered it by `button_id`.
    """

    number: int | None
    word: str | None
    label: str
    button_id: str


class ChoiceReader:
    """Reads a choice back by its number, its word or its label. Never raises."""

    def __init__(self, rules: TextRules) -> None:
        self._courtesies = folded(rules.courtesies)
        self._before_number = folded(rules.before_number)
        self._numbers = {
            words: number
            for number, names in enumerate(rules.numbers, 1)
            for words in folded(names)
        }

    def read(self, text: str, choices: Sequence[Choice]) -> str | None:
        """The id of the button that the whole of `text` chooses; None if it is no choice.

        Courtesies aside. Two choices with the same label or word are none of them.
        """
        words = without_courtesies(plain_words(text), self._courtesies)
        number = self._number(words)
        if number is not None:
            return _only([each.button_id for each in choices if each.number == number])
        return _only([each.button_id for each in choices if words and words in _names(each)])

    def _number(self, words: Words) -> int | None:
        for before in self._before_number:
            if words[: len(before)] == before and len(words) > len(before):
                words = words[len(before) :]
                break
        if len(words) != 1:
            return None
        digits = words[0].isascii() and words[0].isdecimal() and len(words[0]) < len("100")
        return int(words[0]) if digits else self._numbers.get(words)


def _names(choice: Choice) -> tuple[Words, ...]:
    return folded(name for name in (choice.word, choice.label) if name)


def _only(found: Sequence[str]) -> str | None:
    different = set(found)
    return different.pop() if len(different) == 1 else None
