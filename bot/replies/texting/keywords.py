"""Key words: whole messages that are no question, such as STOP and HELP."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from itertools import chain

from bot.content.text_rules import TextRules
from bot.replies.texting.whole_message import Words, plain_words, without_courtesies


class Keyword(str, Enum):
    """What a key word asks for: the names of the lists in `text_rules.yml`."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    MORE = "more"
    SOURCES = "sources"
    PERSON = "person"


class KeywordReader:
    """Reads key words by the lists of `text_rules.yml`. Never raises.

    The safety screen comes before it: "end it all" is no key word, and no opt-out.
    """

    def __init__(self, rules: TextRules) -> None:
        self._courtesies = folded(rules.courtesies)
        self._start_again = frozenset(folded(rules.start_again))
        self._keywords = {
            words: (Keyword(name), language)
            for name, by_language in rules.keywords.lists().items()
            for language, phrases in by_language.items()
            for words in folded(phrases)
        }
        self._stop = _StopWording(rules)

    def keyword(self, text: str) -> Keyword | None:
        """The key word that the whole of `text` is, in whatever language, case and punctuation.

        STOP: the words of the FCC (47 CFR 64.1200(a)(10)) and of Twilio. "Yes" is no START here: it
        answers questions. See `starts_again`.
        """
        found = self._find(text)
        return found[0] if found else None

    def language(self, text: str) -> str | None:
        """The language (ISO 639-1) of the key word that `text` is; None if it is no key word."""
        found = self._find(text)
        return found[1] if found else None

    def starts_again(self, text: str) -> bool:
        """Whether a number that is opted out asks to be texted again: START, or Twilio's YES."""
        said = without_courtesies(plain_words(text), self._courtesies)
        return self.keyword(text) is Keyword.START or said in self._start_again

    def asks_to_stop(self, text: str) -> bool:
        """Whether `text` clearly asks for no more texts, though not by a key word (EN, ES).

        The bot then asks once. "Cancel my appointment", "how do I stop topiramate" and "I want it
        all to stop" do not ask for it.
        """
        return self._stop.found_in(plain_words(text))

    def _find(self, text: str) -> tuple[Keyword, str] | None:
        words = plain_words(text)
        found = self._keywords.get(words)
        if found:
            return found
        polite = self._keywords.get(without_courtesies(words, self._courtesies))
        # "Please help" may be a cry for help.
        return None if polite and polite[0] is Keyword.HELP else polite


class _StopWording:
    """Finds clear wording for "no more texts" anywhere in a message."""

    def __init__(self, rules: TextRules) -> None:
        wording = rules.stop_wording
        self._phrases = folded(wording.phrases)
        self._endings = folded(wording.endings)
        self._texts = folded(wording.texts)
        self._between = wording.words_between
        self._not_after = folded(wording.not_after)

    def found_in(self, words: Words) -> bool:
        return any(
            not self._comes_after_a_trap(words, place)
            and (_begins(words, place, self._phrases) or self._ends_texts(words, place))
            for place in range(len(words))
        )

    def _comes_after_a_trap(self, words: Words, place: int) -> bool:
        return any(words[:place][-len(trap) :] == trap for trap in self._not_after)

    def _ends_texts(self, words: Words, place: int) -> bool:
        ending = _begins(words, place, self._endings)
        after = range(place + ending, place + ending + self._between + 1)
        return bool(ending) and any(_begins(words, near, self._texts) for near in after)


def folded(phrases: Iterable[str]) -> tuple[Words, ...]:
    """The bare words of each phrase; none of one that has no word."""
    return tuple(filter(None, map(plain_words, phrases)))


def _begins(words: Words, place: int, phrases: Iterable[Words]) -> int:
    """How many words the longest of `phrases` that stands at `place` has."""
    found = (len(each) for each in phrases if words[place : place + len(each)] == each)
    return max(chain((0,), found))
