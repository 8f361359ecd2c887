"""The lexicon made ready for matching."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.safety.danger import About, DangerTopic, SafetyKind, Tier
from bot.safety.folding import Folder, Spelling, plain_phrase
from bot.safety.letters import plain_letters
from bot.safety.lexicon import Context, Cover, Lexicon, LexiconEntry, Together, WordLists
from bot.safety.occurrences import Occurrences
from bot.safety.pattern import Pattern, PatternParser
from bot.safety.remote import CompiledRemote
from bot.safety.rules import Rule, RuleIndex, any_holds, covered_by
from bot.safety.speaker import SpeakerRules


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

    def together(self, texts: Iterable[Together | str], *, hint: bool = False) -> tuple[Rule, ...]:
        """One rule for each; a `hint` leaves in doubt what it finds. Raises PatternError."""
        read = (one if isinstance(one, Together) else Together(all=(one,)) for one in texts)
        return tuple(Rule.of(self.patterns(one.all), one.within, hint=hint) for one in read)

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
    remote: CompiledRemote
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
        rules += self.remote.rules()
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
        found_by = (
            *plain,
            *read.rules(entry.patterns),
            *read.together(entry.together),
            *read.together(entry.hints, hint=True),
        )
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
        remote=CompiledRemote.of(lexicon.remote, read.rules),
        speakers={
            language: SpeakerRules(
                someone_else=read.patterns(speakers.someone_else),
                myself=read.patterns(speakers.myself),
            )
            for language, speakers in lexicon.speakers
        },
    )
