"""Splits a message into its questions. Pure: by rules, without a model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.content.question_rules import QuestionRules
from bot.nlu.asides import Asides
from bot.nlu.word_patterns import any_of

_LIST_MARKER = re.compile(r"(?:^|(?<=\s))(?:\d{1,2}[.)]|[-*\u2022])(?=\s)")
#: What stands before it introduces a list.
_COLON = re.compile(r":\s")
_EDGES = " \t,:;.?!-\u2013\u2014"


@dataclass(frozen=True)
class Question:
    """One question of a message.

    `background` was said just before it and asks nothing. `pieces`, if any, two at least: what the
    question is made of if it is a list of several.
    """

    text: str
    background: str = ""
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sentence:
    """A sentence of a message. `asks`: its marks say that it is a question."""

    text: str
    asks: bool


class QuestionSplitter:
    """Finds the questions of a message."""

    def __init__(self, rules: QuestionRules) -> None:
        self._rules, self._asides = rules, Asides(rules)
        joiners, lead_ins = any_of(rules.joiners), any_of(rules.lead_ins)
        opener = any_of([*rules.openers, *rules.unmarked_openers])
        before = rf"(?:(?:{joiners}|{lead_ins}|{any_of(rules.fillers)})(?!\w)[,:]?\s+){{0,4}}"
        next_one = rf"(?={before}(?:{opener})(?!\w)|(?:{lead_ins})(?!\w))"
        # Only if a space or nothing follows, so that "0.5" stays whole.
        shortened = "".join(rf"(?<!\b{re.escape(word)})" for word in rules.abbreviations)
        self._sentence_end = re.compile(
            rf"{shortened}\.+(?=\s|$)|[.?!]*[?!]+[.?!]*(?=\s|$)|\n+", re.IGNORECASE
        )
        alternatives = any_of(rules.alternatives)
        self._says_nothing = re.compile(rf"^{before}$", re.IGNORECASE)
        self._begins = re.compile(
            rf"^(?:{alternatives}\s+)?{before}(?:{opener})(?!\w)", re.IGNORECASE
        )
        self._boundary = re.compile(
            rf"[,;]?\s+(?:{joiners})\s+{next_one}|[,;]\s*{next_one}", re.IGNORECASE
        )
        self._unmarked = re.compile(
            rf"\s+(?=(?:{any_of(rules.unmarked_openers)})(?!\w))", re.IGNORECASE
        )
        listing = any_of(rules.list_joiners)
        self._listed = re.compile(
            rf"[,;](?!\s*{alternatives}\s)\s*(?:(?:{listing})\s+)?", re.IGNORECASE
        )
        self._bare_question = re.compile(rf"^{any_of(rules.bare_question_words)}$", re.IGNORECASE)
        self._goes_on = re.compile(rf"(?<!\w)(?:{any_of(rules.goes_on_after)})$", re.IGNORECASE)
        self._lead_in = re.compile(rf"^(?:{joiners}|{lead_ins})(?!\w)[,:]?\s*", re.IGNORECASE)
        self._before_opener = re.compile(rf"^{before}(?=(?:{opener})(?!\w))", re.IGNORECASE)
        self._leaning = re.compile(rf"(?<!\w){any_of(rules.leaning_words)}(?!\w)", re.IGNORECASE)
        self._named = re.compile(rf"^(?:and\s+)?(?:{lead_ins})(?!\w)", re.IGNORECASE)

    def split(self, text: str) -> tuple[Question, ...]:
        """The questions of `text` in order.

        Empty if it is nothing but one that is made of no pieces.
        """
        sentences = self._sentences(text)
        found: dict[str, Question] = {}
        background = ""
        for sentence in sentences:
            groups = self._questions(sentence)
            for atoms in groups:
                question = Question(self._bare(", ".join(atoms)), background, self._listing(atoms))
                if question.text and (background or not self._asides.is_aside(question.text)):
                    found.setdefault(question.text, question)
                background = ""
            background = "" if groups else sentence.text
        if not found:
            pieces = self._listing([sentence.text for sentence in sentences])
            found[text] = Question(text, "", pieces)
        questions = tuple(found.values())[: self._rules.most_questions]
        is_more = len(questions) > 1 or questions[0].pieces or questions[0].background
        return questions if is_more else ()

    def leans(self, question: str) -> bool:
        """Whether a question has a word in it that stands for what was named before."""
        return bool(self._leaning.search(question))

    def _sentences(self, text: str) -> list[_Sentence]:
        """The sentences, lines and list items of `text`."""
        sentences = []
        for item in _items(text):
            start = 0
            for end in self._sentence_end.finditer(item.text):
                asks = item.asks or "?" in end.group()
                sentences.append(_Sentence(item.text[start : end.start()].strip(), asks))
                start = end.end()
            sentences.append(_Sentence(item.text[start:].strip(), item.asks))
        return [sentence for sentence in sentences if sentence.text]

    def _questions(self, sentence: _Sentence) -> list[list[str]]:
        """The questions of one sentence. What asks nothing itself belongs to what follows it."""
        questions: list[list[str]] = []
        waiting: list[str] = []
        for atom in self._atoms(sentence.text):
            waiting.append(atom)
            begins = self._begins.match(atom) or self._named.match(atom)
            if begins and not self._bare_question.match(self._bare(atom)):
                questions.append(waiting)
                waiting = []
        if waiting and questions:
            questions[-1].extend(waiting)
        elif waiting and sentence.asks:
            questions.append(waiting)
        return questions

    def _atoms(self, sentence: str) -> list[str]:
        marked, start = [], 0
        for boundary in self._boundary.finditer(sentence):
            marked.append(sentence[start : boundary.start()])
            start = boundary.end()
        marked.append(sentence[start:])
        atoms = [atom.strip() for part in marked for atom in self._cut_unmarked(part)]
        return [atom for atom in atoms if not self._says_nothing.match(f"{atom} ")]

    def _cut_unmarked(self, part: str) -> list[str]:
        """Two questions with nothing between them, if the first is one and does not go on."""
        if not self._begins.match(part.strip()):
            return [part]
        pieces, start = [], 0
        for boundary in self._unmarked.finditer(part):
            before = part[start : boundary.start()].strip()
            enough = len(before.split()) > self._rules.fewest_words
            if enough and not self._goes_on.search(before):
                pieces.append(before)
                start = boundary.end()
        return [*pieces, part[start:]]

    def _listing(self, atoms: list[str]) -> tuple[str, ...]:
        """What a list names; empty if it is none.

        Only one piece is none, nor are so many that it is prose, nor what leads up to a question.
        """
        cut = [piece for atom in atoms for piece in self._listed.split(_COLON.split(atom)[-1])]
        named = dict.fromkeys(filter(None, map(self._bare, cut)))
        pieces = tuple(piece for piece in named if not self._asides.is_aside(piece))
        if pieces and self._begins.match(pieces[0]):
            first, *others = pieces
            pieces = (first, *(piece for piece in others if not self._asides.is_proposed(piece)))
        is_list = 1 < len(pieces) <= self._rules.most_questions and self._may_be_listed(pieces)
        return pieces if is_list else ()

    def _may_be_listed(self, pieces: tuple[str, ...]) -> bool:
        """Nothing leads up to a question or goes on about one, and a list without any is terse."""
        if any(self._bare_question.match(piece) for piece in pieces):
            return False
        asks = [bool(self._begins.match(piece)) for piece in pieces]
        if not any(asks):
            most = self._rules.most_listed_words
            return all(len(piece.split()) <= most and not self.leans(piece) for piece in pieces)
        others = [piece for piece, asked in zip(pieces, asks, strict=True) if not asked]
        return asks[0] and not any(map(self.leans, others))

    def _bare(self, question: str) -> str:
        """Without what only joins it to the one before."""
        bare = question.strip(_EDGES)
        while True:
            shorter = self._lead_in.sub("", bare, count=1)
            if shorter == bare or not shorter:
                return self._before_opener.sub("", bare, count=1)
            bare = shorter


def _items(text: str) -> list[_Sentence]:
    markers = list(_LIST_MARKER.finditer(text))
    if len(markers) < 2:
        return [_Sentence(text, False)]
    starts = [marker.end() for marker in markers]
    ends = [*(marker.start() for marker in markers[1:]), len(text)]
    items = [_Sentence(text[start:end], True) for start, end in zip(starts, ends, strict=True)]
    return [_Sentence(text[: markers[0].start()], False), *items]
