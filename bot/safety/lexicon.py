"""What the safety screen looks for: the records of `lexicon/`, one file a family of dangers."""

from __future__ import annotations

import hashlib
from enum import Enum
from pathlib import Path

from pydantic import Field, root_validator

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import ContentError, read_yaml
from bot.safety.danger import ENGLISH, About, DangerTopic, SafetyKind, Tier
from bot.safety.folding import SPELLING_FILE

LEXICON_FOLDER = Path(__file__).parent / "lexicon"
WORDS_FILE = "words.yml"
COVERS_FILE = "covers.yml"
SPEAKER_FILE = "speaker.yml"
REMOTE_FILE = "remote.yml"


class Context(str, Enum):
    """What a message speaks of so that danger in it is in doubt.

    TOLD puts the entries of its language in doubt, the others those that say so (`not_in`).
    """

    ACADEMIC = "academic"
    PAST = "past"
    NEWS = "news"
    TOLD = "told"


class Together(StrictRecord):
    """All of some patterns, in any order, in one message or within so many words of each other."""

    all: tuple[str, ...]
    within: int | None = Field(default=None, ge=1, le=60)


class LexiconEntry(StrictRecord):
    """One kind of danger: how it is said, with examples that must and must not be found.

    `phrases` are plain words in any language, `patterns` and `together` are written in the language
    of bot/safety/pattern.py, `unless` are patterns of harmless wording: words that one of them
    covers are not read. `hints` find it too, but leave it in doubt: ordinary people say the same.
    `level` is the C-SSRS level, 1 to 6. `source` names where the clinical fact comes from.
    """

    id: str
    topic: DangerTopic
    tier: Tier = Tier.CALL_911
    level: int | None = Field(default=None, ge=1, le=6)
    about: About | None = None
    language: str = ENGLISH
    source: str
    phrases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    together: tuple[Together, ...] = ()
    hints: tuple[Together | str, ...] = ()
    unless: tuple[str, ...] = ()
    not_in: tuple[Context, ...] = ()
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...] = ()

    @property
    def kind(self) -> SafetyKind:
        """Physical danger, or a crisis."""
        return self.topic.kind

    @root_validator(skip_on_failure=True)
    def _looks_for_something(cls, values: dict[str, object]) -> dict[str, object]:
        if not (values["phrases"] or values["patterns"] or values["together"]):
            raise ValueError("has no phrases, patterns or together")
        return values


class Cover(StrictRecord):
    """Harmless wording that hides the words it is made of from every entry of some kinds.

    `denial`: it only counts in a message in which nothing takes the denial back (the `undone_by` of
    all covers). `only_with`: it only counts in a message in which one of these stands as well.
    `undone_by`: nor does it count in a message in which one of these stands.
    """

    id: str
    kinds: tuple[SafetyKind, ...]
    denial: bool = False
    patterns: tuple[str, ...]
    only_with: tuple[str, ...] = ()
    undone_by: tuple[str, ...] = ()
    examples: tuple[str, ...]


class ContextRule(StrictRecord):
    """Wording that puts a whole message into a context, and wording that takes it out again.

    `language` is that of the entries which TOLD concerns.
    """

    context: Context
    language: str = ENGLISH
    patterns: tuple[str, ...]
    undone_by: tuple[str, ...] = ()


class Covers(StrictRecord):
    """`covers.yml`: everything that makes dangerous words harmless."""

    covers: tuple[Cover, ...] = ()
    undone_by: tuple[str, ...] = ()
    contexts: tuple[ContextRule, ...] = ()


class RemoteRule(StrictRecord):
    """Wording that puts a danger of some kinds, told in `language`, far away or long ago.

    It concerns entries that its `context` may put in doubt, within so many words of what `told`
    finds, in the same sentence. It only counts in a message in which one of `only_with` stands, if
    there are any, and none of `undone_by`, other than in words of `despite`. `whenever`: whether
    something goes on does not matter.
    """

    id: str
    language: str = ENGLISH
    kinds: tuple[SafetyKind, ...]
    context: Context
    told: tuple[str, ...]
    within: int = Field(ge=1, le=15)
    only_with: tuple[str, ...] = ()
    undone_by: tuple[str, ...] = ()
    despite: tuple[str, ...] = ()
    whenever: bool = False
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]

    def concerns(self, entry: LexiconEntry) -> bool:
        """Whether it may make a find of `entry` remote."""
        mine = entry.language == self.language and entry.kind in self.kinds
        return mine and self.context in entry.not_in


class Remote(StrictRecord):
    """`remote.yml`: what tells a danger that is far away or long over from one of now.

    `going_on`: in such a message nothing is remote. `present`: nor is a danger beside these words.
    `over`: words of the kind of both that say the opposite. `personal`: beside these words nothing
    is left out of a danger that is told in part only as remote.
    """

    rules: tuple[RemoteRule, ...] = ()
    over: tuple[str, ...] = ()
    going_on: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()


class WordLists(StrictRecord):
    """`words.yml`: the word lists that patterns name in braces.

    `courtesies` are said around anything: the edge of a text may lie before or behind them.
    """

    lists: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    courtesies: tuple[str, ...] = ()


class Speakers(StrictRecord):
    """One language in `speaker.yml`: patterns of somebody else, and of who speaks of themselves."""

    someone_else: tuple[str, ...] = ()
    myself: tuple[str, ...] = ()


class SpeakerFile(StrictRecord):
    """`speaker.yml`: the languages in which it is told who is in danger."""

    en: Speakers = Speakers()
    es: Speakers = Speakers()


class EntryFile(StrictRecord):
    """One family of dangers."""

    entries: tuple[LexiconEntry, ...]


class Lexicon(StrictRecord):
    """Everything that the screen looks for, and what makes it harmless."""

    entries: tuple[LexiconEntry, ...]
    words: WordLists = WordLists()
    covers: Covers = Covers()
    remote: Remote = Remote()
    speakers: SpeakerFile = SpeakerFile()


def load_lexicon(folder: Path = LEXICON_FOLDER) -> Lexicon:
    """Read the lexicon.

    Raises:
        ContentError: a file is missing or breaks its schema, or two entries have one id.
    """
    words: WordLists = read_yaml(folder / WORDS_FILE).parse(WordLists)
    covers: Covers = read_yaml(folder / COVERS_FILE).parse(Covers)
    remote: Remote = read_yaml(folder / REMOTE_FILE).parse(Remote)
    speakers: SpeakerFile = read_yaml(folder / SPEAKER_FILE).parse(SpeakerFile)
    entries: dict[str, LexiconEntry] = {}
    for file in entry_files(folder):
        source = read_yaml(file)
        family: EntryFile = source.parse(EntryFile)
        for place, entry in enumerate(family.entries):
            if entry.id in entries:
                raise ContentError([source.fault(f"{entry.id} stands twice", "entries", place)])
            entries[entry.id] = entry
    return Lexicon(
        entries=tuple(entries.values()),
        words=words,
        covers=covers,
        remote=remote,
        speakers=speakers,
    )


def entry_files(folder: Path = LEXICON_FOLDER) -> list[Path]:
    """The files that hold entries."""
    return [
        file
        for file in sorted(folder.glob("*.yml"))
        if file.name not in (WORDS_FILE, COVERS_FILE, SPEAKER_FILE, REMOTE_FILE)
    ]


def lexicon_fingerprint(folder: Path = LEXICON_FOLDER, spelling: Path = SPELLING_FILE) -> str:
    """A hash that changes whenever a lexicon file or the spelling table does."""
    files = [*sorted(folder.glob("*.yml")), spelling]
    contents = [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files]
    return hashlib.sha256("\n".join(contents).encode()).hexdigest()
