"""Reads answers of the intake form out of a patient's words. Contacts: `intake_contact.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from bot.content.intake_rules import IntakeRules
from bot.replies.intake_request import BestTime
from bot.safety.folding import plain_phrase

_Words = tuple[str, ...]

_HOUR = re.compile(r"\b(1[0-2]|0?[1-9])(?::[0-5]\d)?\s*([ap])\.?\s?m\b", re.IGNORECASE)
_NOON = 12
_AROUND_NAME = " .,;:!-*'\""
_END_OF_NAME = re.compile(r"[,.;:!(]|\s(?:and|y)\s", re.IGNORECASE)


class Phrase(str, Enum):
    """What a whole message says, by the lists of the rules."""

    CANCEL = "cancel"
    SKIP = "skip"
    NO = "no"
    YES = "yes"
    SEND = "send"
    USE_KNOWN = "use_known"
    CHANGE_NAME = "change_name"
    CHANGE_CONTACT = "change_contact"
    CHANGE_TIME = "change_time"
    CHANGE_REASON = "change_reason"


class IntakeReader:
    """Reads by word lists alone; what a message may mean besides is for the caller to weigh."""

    def __init__(self, rules: IntakeRules) -> None:
        self._rules = rules
        lists = rules.phrases.dict()
        self._phrases = {words: p for p in Phrase for words in _folded(lists[p.value])}
        self._courtesies = _folded(rules.courtesies)
        self._times = sorted(
            ((words, time) for time in BestTime for words in _folded(rules.times.dict()[time])),
            key=lambda entry: -len(entry[0]),
        )
        self._not_times = frozenset(rules.not_a_time)
        self._question_words = frozenset(rules.question_words)
        self._requests = _folded(rules.requests)
        self._not_names = frozenset(rules.not_a_name)
        self._introductions = _longest_first(rules.introductions)
        self._weak_introductions = _longest_first(rules.weak_introductions)

    def phrase(self, text: str) -> Phrase | None:
        """What the whole message says, courtesies aside."""
        words = plain_phrase(text)
        return self._phrases.get(words) or self._phrases.get(self._without_courtesies(words))

    def time(self, text: str) -> BestTime | None:
        """The time of day that a short answer names; any if it names several."""
        words = plain_phrase(text)
        if len(words) > self._rules.limits.time_words or not self._not_times.isdisjoint(words):
            return None
        found = {self._time_of(hour, half) for hour, half in _HOUR.findall(text)}
        found |= self._times_in(words)
        if len(found) > 1:
            return BestTime.ANY
        return next(iter(found), None)

    def asks(self, text: str) -> bool:
        """Whether it has the form of a question."""
        return "?" in text or not self._question_words.isdisjoint(plain_phrase(text)[:1])

    def requests(self, text: str) -> bool:
        """Whether it asks the clinic to do something."""
        words = plain_phrase(text)
        return any(words[: len(opening)] == opening for opening in self._requests)

    def name(self, text: str, *, doubtful: bool) -> str | None:
        """The name that a message gives.

        Args:
            doubtful: it may as well be something else; then only what is plainly a name counts.
        """
        if "?" in text:
            return None
        rest = _without(text, self._introductions)
        if rest is not None:
            return self._plain_name(_END_OF_NAME.split(rest, 1)[0], introduced=True)
        weak = _without(text, self._weak_introductions)
        name = self._plain_name(text if weak is None else weak)
        if name is None:
            return None
        bare = len(plain_phrase(name)) <= self._rules.limits.bare_name_words
        return name if bare or (not doubtful and weak is None) else None

    def _plain_name(self, text: str, *, introduced: bool = False) -> str | None:
        name, limits = text.strip(_AROUND_NAME), self._rules.limits
        words = plain_phrase(name)
        if not 0 < len(words) <= limits.name_words or len(name) > limits.name_characters:
            return None
        if not any(character.isalpha() for character in name):
            return None
        return name if introduced or self._not_names.isdisjoint(words) else None

    def _time_of(self, hour: str, half: str) -> BestTime:
        clock = int(hour) % _NOON + (_NOON if half.lower() == "p" else 0)
        if clock >= self._rules.evening_begins:
            return BestTime.EVENING
        return BestTime.AFTERNOON if clock >= self._rules.afternoon_begins else BestTime.MORNING

    def _times_in(self, words: _Words) -> set[BestTime]:
        found = set()
        left = list(words)
        for phrase, time in self._times:
            for place in range(len(left) - len(phrase) + 1):
                if tuple(left[place : place + len(phrase)]) == phrase:
                    found.add(time)
                    # A shorter phrase within it says nothing of its own.
                    left[place : place + len(phrase)] = [""] * len(phrase)
        return found

    def _without_courtesies(self, words: _Words) -> _Words:
        for courtesy in self._courtesies:
            if words[: len(courtesy)] == courtesy:
                return self._without_courtesies(words[len(courtesy) :])
            if words[-len(courtesy) :] == courtesy:
                return self._without_courtesies(words[: -len(courtesy)])
        return words


def _folded(phrases: Iterable[str]) -> list[_Words]:
    return [plain_phrase(phrase) for phrase in phrases]


def _longest_first(phrases: Iterable[str]) -> list[_Words]:
    return sorted(_folded(phrases), key=len, reverse=True)


def _without(text: str, introductions: Iterable[_Words]) -> str | None:
    """What comes after an introduction, as it was written; None if there is no introduction."""
    written = text.split()
    for introduction in introductions:
        for count in range(1, len(introduction) + 1):
            if count < len(written) and plain_phrase(" ".join(written[:count])) == introduction:
                return " ".join(written[count:])
    return None
