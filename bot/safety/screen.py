"""The deterministic safety screen: wordings of danger, found in folded text.

It imports neither Rasa nor the database, and answers with everything else down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from bot.safety.compiled import CompiledEntry, compile_lexicon, gravity
from bot.safety.danger import ENGLISH, About, Danger, DangerTopic, SafetyKind, Tier
from bot.safety.folding import Folder, Spelling, load_spelling
from bot.safety.letters import plain_letters
from bot.safety.lexicon import (
    Lexicon,
    LexiconEntry,
    lexicon_fingerprint,
    load_lexicon,
)
from bot.safety.occurrences import Occurrences, PhraseFinder
from bot.safety.rules import Rule, any_holds, covered_by
from bot.safety.speaker import Reading

__all__ = [
    "EARLIER_MESSAGES",
    "About",
    "Lexicon",
    "LexiconEntry",
    "SafetyHit",
    "SafetyKind",
    "SafetyScreen",
    "Tier",
    "lexicon_fingerprint",
    "load_lexicon",
    "load_screen",
]

#: How many messages before the new one a danger may be spread over.
EARLIER_MESSAGES = 2

#: How many texts and their readings are kept: the same one is asked about several times a turn.
_KEPT_READINGS = 16

#: How many words the end of a sentence counts for: what is told of one thing stands close together.
_END_OF_SENTENCE = 4

#: Stands between two messages, so that no gap of a pattern reaches across.
_BETWEEN_MESSAGES = " . "

#: How words that name the writer and somebody else are read, where not others come first.
_READINGS = {
    DangerTopic.SUICIDE: Reading.WRITER_FIRST,
    DangerTopic.ABUSE: Reading.BETWEEN_TWO,
    DangerTopic.HARM_TO_OTHERS: Reading.BETWEEN_TWO,
}


@dataclass(frozen=True)
class SafetyHit:
    """A danger, and the lexicon entry that found it. Never holds what the person wrote.

    `doubtful`: the message also speaks of news, of the past, of a denial or the like, so that the
    words may tell of no danger now; or they only hint at it, or lie scattered over several
    sentences. It counts unless a second opinion finds it harmless. `remote`:
    in doubt, and told as long over or of somebody far away, and so is all else that was found; a
    second opinion alone decides. `spread`: only the last messages together tell of it.
    """

    danger: Danger
    entry: str
    doubtful: bool = False
    spread: bool = False
    remote: bool = False

    @property
    def kind(self) -> SafetyKind:
        """Physical danger, or a crisis."""
        return self.danger.kind


@dataclass(frozen=True)
class _Find:
    """An entry that a text holds, and where: bit n of `covered` is word n."""

    compiled: CompiledEntry
    found: Occurrences
    covered: int
    doubtful: bool
    remote: bool

    def covers(self, later: _Find) -> bool:
        """Whether who told of this needs no answer to `later`: it is no graver and no surer.

        Physical danger for 911 is answered though a crisis was told, and the other way round.
        """
        mine, other = self.compiled.entry, later.compiled.entry
        as_sure = later.doubtful or not self.doubtful
        as_near = mine.kind is other.kind or other.tier is not Tier.CALL_911
        return as_sure and as_near and gravity(mine) <= gravity(other)


class SafetyScreen:
    """Finds the entries of a lexicon in a text."""

    def __init__(self, lexicon: Lexicon, spelling: Spelling | None = None) -> None:
        spelling = spelling or load_spelling()
        self._lexicon = compile_lexicon(lexicon, spelling)
        polite = (plain_letters(said).split() for said in lexicon.words.courtesies)
        courtesies = frozenset(word for words in polite for word in words)
        self._finder = PhraseFinder([*self._lexicon.patterns()], courtesies)
        words = self._finder.words
        self._folder = Folder(spelling, words, self._finder.begins_known)
        self._read = lru_cache(_KEPT_READINGS)(self._read_anew)
        self._gravest = lru_cache(_KEPT_READINGS)(self._gravest_anew)

    def check(self, text: str, earlier: Sequence[str] = ()) -> SafetyHit | None:
        """The gravest danger in `text`, or None. One that is sure comes before one in doubt.

        A danger that only the last messages together tell of counts too, unless those before this
        one told of as grave a danger of its kind already.

        Args:
            text: what the person wrote now, of any length; all of it is read.
            earlier: what they wrote just before, oldest first.
        """
        find = self._gravest(text)
        before = [message for message in earlier[-EARLIER_MESSAGES:] if message.strip()]
        if find or not before or not text.strip():
            return self._hit(find) if find else None
        together = list(self._finds(_BETWEEN_MESSAGES.join([*before, text])))
        if not together:
            return None
        told = [find for message in before for find in self._finds(message)]
        told += self._finds(_BETWEEN_MESSAGES.join(before))
        find = _first(find for find in together if not any(one.covers(find) for one in told))
        return self._hit(find, spread=True) if find else None

    def not_explained(self, text: str) -> str:
        """What is left of `text`, folded, without denials, idioms and other harmless wording."""
        words, found = self._read(text)
        harmless = 0
        for kind in SafetyKind:
            harmless |= self._harmless(kind, found)
        kept = (word for place, word in enumerate(words) if not harmless >> place & 1)
        return " ".join(kept)

    def passages(self, text: str, around: int) -> tuple[str, ...]:
        """The words of each danger that `text` tells of, folded, without the rest of the message.

        Args:
            around: how many words more on each side, none of them of another sentence.
        """
        words, _ = self._read(text)
        spans = (_span(find, around) for find in self._finds(text))
        return tuple(dict.fromkeys(" ".join(words[span]) for span in spans))

    def about(self, text: str, language: str = ENGLISH) -> About:
        """Whom `text` speaks of, if one person."""
        _, found = self._read(text)
        speakers = self._lexicon.speakers.get(language)
        return speakers.about(found, 0) if speakers else About.SELF

    def _gravest_anew(self, text: str) -> _Find | None:
        return _first(self._finds(text))

    def _read_anew(self, text: str) -> tuple[Sequence[str], Occurrences]:
        """The folded words of `text`, and what stands where among them."""
        folded = self._folder.fold(text)
        return folded.words, self._finder.find(list(folded.words), folded.breaks)

    def _finds(self, text: str) -> Iterator[_Find]:
        """What `text` tells of, the gravest first."""
        _, found = self._read(text)
        occurring = self._occurring(found)
        gravest = next(occurring, None)
        if gravest is None:
            return
        contexts = [context for context in self._lexicon.contexts if context.holds(found)]
        remote_words = self._lexicon.remote.words(found)
        for compiled, rules, erased in chain([gravest], occurring):
            entry = compiled.entry
            covered = covered_by(rules, found)
            far = remote_words.of(entry, covered)
            remote = far & covered != 0 and not _occurs(rules, found, erased | far)
            plain = (rule for rule in rules if not rule.hint)
            unsure = not _occurs(plain, found, erased, _END_OF_SENTENCE)
            doubts = (one.puts_in_doubt(entry, found, covered) for one in contexts)
            yield _Find(compiled, found, covered, remote or unsure or any(doubts), remote)

    def _occurring(self, found: Occurrences) -> Iterator[tuple[CompiledEntry, list[Rule], int]]:
        """The entries that occur, the gravest first: their possible rules, the harmless words."""
        possible = self._lexicon.entry_rules.possible(found)
        if not possible:
            return
        harmless = {kind: self._harmless(kind, found) for kind in SafetyKind}
        for place, rules in possible.items():
            compiled = self._lexicon.entries[place]
            erased = harmless[compiled.entry.kind] | covered_by(compiled.unless, found)
            if _occurs(rules, found, erased):
                yield compiled, rules, erased

    def _harmless(self, kind: SafetyKind, found: Occurrences) -> int:
        undone = any_holds(self._lexicon.undone_by, found)
        covered = 0
        for place, rules in self._lexicon.cover_rules.possible(found).items():
            cover = self._lexicon.covers[place]
            if kind not in cover.cover.kinds or (cover.cover.denial and undone):
                continue
            if cover.counts(found):
                covered |= covered_by(rules, found)
        return covered

    def _hit(self, find: _Find, *, spread: bool = False) -> SafetyHit:
        entry = find.compiled.entry
        danger = Danger(
            topic=entry.topic,
            tier=entry.tier,
            level=entry.level,
            about=self._about(entry, find.found, find.covered),
            language=entry.language,
        )
        return SafetyHit(danger, entry.id, find.doubtful, spread, find.remote)

    def _about(self, entry: LexiconEntry, found: Occurrences, dangerous: int) -> About:
        if entry.about:
            return entry.about
        speakers = self._lexicon.speakers.get(entry.language)
        reading = _READINGS.get(entry.topic, Reading.OTHERS_FIRST)
        return speakers.about(found, dangerous, reading) if speakers else About.SELF


def _first(finds: Iterable[_Find]) -> _Find | None:
    """The first find that is sure; without one the first in doubt, and one that is remote last."""
    in_doubt = None
    for find in finds:
        if not find.doubtful:
            return find
        if in_doubt is None or (in_doubt.remote and not find.remote):
            in_doubt = find
    return in_doubt


def _span(find: _Find, around: int) -> slice:
    """The words from the first to the last of a find, and some around it of the same sentences."""
    first, end = (find.covered & -find.covered).bit_length() - 1, find.covered.bit_length()
    breaks = find.found.breaks
    begins = max(0, (breaks & ((2 << first) - 1)).bit_length() - 1)
    later = breaks >> end
    ends = end + (later & -later).bit_length() - 1 if later else find.found.size
    return slice(max(begins, first - around), min(ends, end + around))


def _occurs(rules: Iterable[Rule], found: Occurrences, erased: int, sentence: int = 0) -> bool:
    return any(rule.holds(found, erased, sentence) for rule in rules)


@lru_cache(maxsize=1)
def load_screen() -> SafetyScreen:
    """The screen over the shipped lexicon: one for the whole process, it takes seconds to make.

    Raises:
        ContentError: a lexicon file is missing or breaks its schema.
        PatternError: a pattern cannot be read.
    """
    return SafetyScreen(load_lexicon())
