"""The lexicon made ready for matching."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.safety.danger import About, DangerTopic, SafetyKind, Tier
from bot.safety.folding import Folder, Spelling, plain_phrase
from bot.safety.letters import plain_letters
from bot.safety.lexicon import Context, Cover, Lexicon, LexiconEntry, WordLists
from bot.safety.occurrences import Occurrences, near_each_other, required_groups
from bot.safety.pattern import Pattern, PatternError, PatternParser, Phrase
from bot.safety.speaker import SpeakerRules


@dataclass(frozen=True)
class Rule:
    """Some patterns that must all occur, `within` so many words of each other if that is given."""

    patterns: tuple[Pattern, ...]
    within: int | None
    required: frozenset[frozenset[Phrase]]

    @classmethod
    def of(cls, patterns: Iterable[Pattern], within: int | None = None) -> Rule:
        """The rule that all of `patterns` occur."""
        patterns = tuple(patterns)
        needed = frozenset(group for pattern in patterns for group in required_groups(pattern))
        return cls(patterns, within, needed)

    def holds(self, found: Occurrences, erased: int = 0) -> bool:
        """Whether it holds in a text, `erased` words apart."""
        if not self.required <= found.groups.keys():
            return False
        ends = [found.ends(pattern, erased) for pattern in self.patterns]
        return all(ends) and (self.within is None or near_each_other(ends, self.within))

    def covered(self, found: Occurrences) -> int:
        """The words that its patterns cover."""
        covered = 0
        if self.required <= found.groups.keys():
            for pattern in self.patterns:
                covered |= found.covered(pattern)
        return covered


def covered_by(rules: Iterable[Rule], found: Occurrences) -> int:
    """The words that any of `rules` covers, as a bit mask."""
    covered = 0
    for rule in rules:
        covered |= rule.covered(found)
    return covered


def any_holds(rules: Iterable[Rule], found: Occurrences) -> bool:
    """Whether any of `rules` holds in the text."""
    return any(rule.holds(found) for rule in rules)


class RuleIndex:
    """Finds the few of many rules that a text may hold, by what stands in the text.

    Each rule is kept under one group of phrases that it requires: the one that the fewest rules do.

    Args:
        owners: the rules of the first owner, of the second, and so on.

    Raises:
        PatternError: a rule requires nothing, and would hold in every text.
    """

    def __init__(self, owners: Sequence[Iterable[Rule]]) -> None:
        rules = [(owner, rule) for owner, its in enumerate(owners) for rule in its]
        needed = Counter(group for _, rule in rules for group in rule.required)
        self._by_group: dict[frozenset[Phrase], list[tuple[int, Rule]]] = {}
        for owner, rule in rules:
            if not rule.required:
                raise PatternError("a phrase without words")
            rarest = min(rule.required, key=needed.__getitem__)
            self._by_group.setdefault(rarest, []).append((owner, rule))

    def possible(self, found: Occurrences) -> dict[int, list[Rule]]:
        """The rules all of whose groups occur, by the place of their owner, the first owner first.

        All others neither hold nor cover anything.
        """
        groups = found.groups.keys()
        possible: dict[int, list[Rule]] = {}
        for group in groups & self._by_group.keys():
            for owner, rule in self._by_group[group]:
                if rule.required <= groups:
                    possible.setdefault(owner, []).append(rule)
        return dict(sorted(possible.items()))


class PatternReader:
    """Reads patterns that name the word lists of `words.yml`."""

    def __init__(self, words: WordLists) -> None:
        self._parser = PatternParser(
            {name: tuple(map(plain_letters, entries)) for name, entries in words.lists.items()}
        )

    def patterns(self, texts: Iterable[str]) -> tuple[Pattern, ...]:
        """The patterns as written, letters folded. Raises PatternError."""
        return tuple(self._parser.parse(plain_letters(text)) for text in texts)

    def rules(self, texts: Iterable[str]) -> tuple[Rule, ...]:
        """One rule for each pattern. Raises PatternError."""
        return tuple(Rule.of([pattern]) for pattern in self.patterns(texts))

    def in_a_row(self, words: Iterable[str]) -> Rule:
        """The rule that these very words stand one behind the other."""
        return Rule.of([tuple(self._parser.group([(word,)]) for word in words)])


@dataclass(frozen=True)
class CompiledEntry:
    """An entry of the lexicon, ready to be looked for."""

    entry: LexiconEntry
    rules: tuple[Rule, ...]
    unless: tuple[Rule, ...]


@dataclass(frozen=True)
class CompiledCover:
    """Harmless wording, ready to be looked for."""

    cover: Cover
    rules: tuple[Rule, ...]
    only_with: tuple[Rule, ...]
    undone_by: tuple[Rule, ...]

    def counts(self, found: Occurrences) -> bool:
        """Whether what else the text says lets it hide anything."""
        meant = not self.only_with or any_holds(self.only_with, found)
        return meant and not any_holds(self.undone_by, found)


@dataclass(frozen=True)
class CompiledContext:
    """What puts a message into a context and out of it."""

    context: Context
    language: str
    rules: tuple[Rule, ...]
    undone_by: tuple[Rule, ...]

    def holds(self, found: Occurrences) -> bool:
        """Whether the text is in this context."""
        return any_holds(self.rules, found) and not any_holds(self.undone_by, found)

    def puts_in_doubt(self, entry: LexiconEntry, found: Occurrences, dangerous: int) -> bool:
        """Whether a find of `entry` in a text of this context is in doubt.

        Args:
            dangerous: the words of the find, a bit mask. What is told counts beside them only: the
                "no" of "no puedo respirar" denies nothing.
        """
        if self.context is not Context.TOLD:
            return self.context in entry.not_in
        beside = covered_by(self.rules, found) & ~dangerous
        return self.language == entry.language and beside != 0


@dataclass(frozen=True)
class CompiledLexicon:
    """The whole lexicon, the gravest entry first, with an index of the rules of each kind."""

    entries: tuple[CompiledEntry, ...]
    entry_rules: RuleIndex
    covers: tuple[CompiledCover, ...]
    cover_rules: RuleIndex
    undone_by: tuple[Rule, ...]
    contexts: tuple[CompiledContext, ...]
    speakers: dict[str, SpeakerRules]

    def patterns(self) -> Iterator[Pattern]:
        """Every pattern there is."""
        rules = [*self.undone_by]
        for entry in self.entries:
            rules += [*entry.rules, *entry.unless]
        for cover in self.covers:
            rules += [*cover.rules, *cover.only_with, *cover.undone_by]
        for context in self.contexts:
            rules += [*context.rules, *context.undone_by]
        for rule in rules:
            yield from rule.patterns
        for speakers in self.speakers.values():
            yield from speakers.someone_else
            yield from speakers.myself


def gravity(entry: LexiconEntry) -> tuple[bool, bool, bool, int, int, bool]:
    """Sorts the gravest entry first: self-harm by level, then other danger by urgency.

    A child that swallowed something comes before both: it is not taken for an attempt. A bare cry
    for help comes last: whatever else is told says more.
    """
    urgency = list(type(entry.tier)).index(entry.tier)
    child = entry.topic is DangerTopic.POISONING and entry.about is About.SOMEONE_ELSE
    bare = entry.topic is DangerTopic.URGENT_HELP
    crisis = entry.kind is SafetyKind.CRISIS
    crisis_now = crisis and (entry.level is not None or entry.tier is Tier.CALL_911)
    return (bare, not child, not crisis_now, -(entry.level or 0), urgency, not crisis)


def compile_lexicon(lexicon: Lexicon, spelling: Spelling) -> CompiledLexicon:
    """Read every pattern of `lexicon`.

    Raises:
        PatternError: a pattern cannot be read.
    """
    read = PatternReader(lexicon.words)
    # Text-speak and contractions are folded in every text, so also in phrases.
    folder = Folder(spelling.copy(update={"fuzzy": ()}), frozenset(), lambda _: False)
    entries = []
    for entry in sorted(lexicon.entries, key=gravity):
        plain = tuple(
            read.in_a_row(words)
            for phrase in entry.phrases
            for words in dict.fromkeys((plain_phrase(phrase), folder.fold(phrase).words))
        )
        together = tuple(Rule.of(read.patterns(rule.all), rule.within) for rule in entry.together)
        found_by = (*plain, *read.rules(entry.patterns), *together)
        entries.append(CompiledEntry(entry, found_by, read.rules(entry.unless)))
    covers = [
        CompiledCover(
            cover,
            read.rules(cover.patterns),
            only_with=read.rules(cover.only_with),
            undone_by=read.rules(cover.undone_by),
        )
        for cover in lexicon.covers.covers
    ]
    return CompiledLexicon(
        entries=tuple(entries),
        entry_rules=RuleIndex([entry.rules for entry in entries]),
        covers=tuple(covers),
        cover_rules=RuleIndex([cover.rules for cover in covers]),
        undone_by=read.rules(lexicon.covers.undone_by),
        contexts=tuple(
            CompiledContext(c.context, c.language, read.rules(c.patterns), read.rules(c.undone_by))
            for c in lexicon.covers.contexts
        ),
        speakers={
            language: SpeakerRules(
                someone_else=read.patterns(speakers.someone_else),
                myself=read.patterns(speakers.myself),
            )
            for language, speakers in lexicon.speakers
        },
    )
