"""What a review says: the questions of a period in groups of like ones, redacted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.content.library import Library, Topic, load_library
from bot.content.training_examples import plain_words, read_utterances
from bot.nlu.sentence_encoder import SentenceEncoder
from bot.review.grouping import group, members
from bot.review.limits import ReviewLimits
from bot.review.listed import Outcome
from bot.review.nearest import NearestAnswers
from bot.review.period import Period
from bot.review.questions import Findings, Question
from bot.review.redaction import ReviewRedactor
from bot.review.vectors import configured_encoder


@dataclass(frozen=True)
class NearestAnswer:
    """The answer that comes nearest to a group.

    `likeness` is a mean cosine, 1 the same; `shown` counts the questions in reply to which it was
    given, or offered as a button.
    """

    topic: Topic
    question: str
    likeness: float
    shown: int


@dataclass(frozen=True)
class Group:
    """Questions that are alike. `share` is of all questions of the period, from 0 to 1."""

    count: int
    people: int
    share: float
    outcomes: dict[Outcome, int]
    first: date
    last: date
    nearest: NearestAnswer
    examples: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Report:
    """The groups, the largest first.

    `asked` counts all questions of the period, `listed` those in groups that are shown, `left_out`
    those of groups with fewer than `fewest_people`, `unreadable` those that no key opens.
    """

    period: Period
    groups: tuple[Group, ...]
    asked: int
    listed: int
    left_out: int
    unreadable: int
    fewest_people: int


class Reviewer:
    """Makes reports."""

    def __init__(
        self,
        redact: Callable[[str], str],
        encoder: SentenceEncoder,
        nearest: NearestAnswers,
        library: Library,
        limits: ReviewLimits,
    ) -> None:
        self._redact = redact
        self._encoder = encoder
        self._nearest = nearest
        self._library = library
        self._limits = limits

    @classmethod
    def shipped(cls, limits: ReviewLimits) -> Reviewer:
        """With the content, training utterances and encoder of this program.

        Raises:
            ContentError: a file of content cannot be used.
            EncoderFileError: a file of the encoder or tagger is missing, or has another hash.
        """
        library, utterances = load_library(), read_utterances()
        encoder = configured_encoder()
        nearest = NearestAnswers(library, utterances, encoder)
        redact = ReviewRedactor.shipped(library, utterances).redact
        return cls(redact, encoder, nearest, library, limits)

    def report(self, period: Period, findings: Findings, fewest_people: int = 1) -> Report:
        """The report on what was found in a period.

        Args:
            fewest_people: groups of fewer people are left out.
        """
        groups = self._groups(findings)
        kept = [each for each in groups if each.people >= fewest_people]
        kept.sort(key=lambda each: (-each.count, -each.people, -each.last.toordinal()))
        listed = sum(each.count for each in kept)
        return Report(
            period=period,
            groups=tuple(kept),
            asked=findings.asked,
            listed=listed,
            left_out=len(findings.questions) - listed,
            unreadable=findings.unreadable,
            fewest_people=fewest_people,
        )

    def _groups(self, findings: Findings) -> list[Group]:
        redacted = [self._redact(question.text) for question in findings.questions]
        # The same words are compared once, those that were said most often first.
        said: dict[str, list[int]] = {}
        for place, text in enumerate(redacted):
            said.setdefault(plain_words(text), []).append(place)
        places = sorted(said.values(), key=len, reverse=True)
        vectors = self._encoder.encode_many([redacted[same[0]] for same in places])
        labels = group(
            vectors,
            linked_at=self._limits.linked_at,
            most_compared=self._limits.most_compared,
        )
        total = max(findings.asked, len(findings.questions))
        groups = []
        for of_group in members(labels):
            same = [place for number in of_group for place in places[number]]
            near = self._nearest.nearest(vectors[of_group])
            questions = [findings.questions[place] for place in same]
            nearest = NearestAnswer(
                near.topic,
                self._library.answer(near.topic).question,
                near.likeness,
                sum(near.topic in question.shown for question in questions),
            )
            examples = [redacted[places[number][0]] for number in of_group]
            groups.append(self._group(questions, examples, nearest, total))
        return groups

    def _group(
        self,
        questions: Sequence[Question],
        examples: Sequence[str],
        nearest: NearestAnswer,
        total: int,
    ) -> Group:
        days = [question.day for question in questions]
        return Group(
            count=len(questions),
            people=len({question.person for question in questions}),
            share=len(questions) / total,
            outcomes=dict(Counter(question.outcome for question in questions)),
            first=min(days),
            last=max(days),
            nearest=nearest,
            examples=tuple([self._cut(text) for text in examples[: self._limits.examples]]),
        )

    def _cut(self, text: str) -> str:
        most = self._limits.example_characters
        return text if len(text) <= most else f"{text[: most - 1]}…"
