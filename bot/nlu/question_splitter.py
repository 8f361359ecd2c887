"""Splits a message into its questions. Pure: by rules, without a model."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.content.question_rules import QuestionRules

#: Ends a sentence if a space or nothing follows, so that "0.5" stays whole.
_SENTENCE_END = re.compile(r"[.?!;]+(?=\s|$)|\n+")
_LIST_MARKER = re.compile(r"(?:^|(?<=\s))(?:\d{1,2}[.)]|[-*\u2022])(?=\s)")
_EDGES = " \t,:;.?!-\u2013\u2014"


@dataclass(frozen=True)
class _Piece:
    """A piece of a message. `asks`: its marks say that it is a question."""

    text: str
    asks: bool


class QuestionSplitter:
    """Finds the questions of a message."""

    def __init__(self, rules: QuestionRules) -> None:
        self._rules = rules
        joiners, lead_ins = any_of(rules.joiners), any_of(rules.lead_ins)
        opener = any_of([*rules.openers, *rules.unmarked_openers])
        courtesies = rf"(?:(?:{joiners}|{lead_ins}|so|hi|hello|ok)\b[,:]?\s+)*"
        self._begins = re.compile(rf"^{courtesies}(?:{opener})(?!\w)", re.IGNORECASE)
        self._boundary = re.compile(
            rf",?\s+(?:{joiners})\s+(?=(?:{joiners}\s+)?(?:{opener})(?!\w))"
            rf"|,\s*(?=(?:{opener})(?!\w))"
            rf"|,\s*(?=(?:{lead_ins})(?!\w))",
            re.IGNORECASE,
        )
        self._unmarked = re.compile(
            rf"\s+(?=(?:{any_of(rules.unmarked_openers)})(?!\w))", re.IGNORECASE
        )
        self._goes_on = re.compile(rf"(?<!\w)(?:{any_of(rules.goes_on_after)})$", re.IGNORECASE)
        self._lead_in = re.compile(rf"^(?:{joiners}|{lead_ins})(?!\w)[,:]?\s*", re.IGNORECASE)
        self._leaning = re.compile(rf"(?<!\w){any_of(rules.leaning_words)}(?!\w)", re.IGNORECASE)
        self._named = re.compile(rf"^(?:and\s+)?(?:{lead_ins})(?!\w)", re.IGNORECASE)

    def split(self, text: str) -> tuple[str, ...]:
        """The questions of `text` in order; empty unless there are two at least."""
        found = []
        for sentence in _sentences(text):
            found.extend(self._questions(sentence))
        questions = filter(None, map(self._bare, found))
        different = tuple(dict.fromkeys(questions))[: self._rules.most_questions]
        return different if len(different) > 1 else ()

    def leans(self, question: str) -> bool:
        """Whether a question has a word in it that stands for what was named before."""
        return bool(self._leaning.search(question))

    def _questions(self, sentence: _Piece) -> list[str]:
        """The questions of one sentence. What asks nothing itself belongs to what follows it."""
        questions: list[str] = []
        waiting = ""
        for piece in self._pieces(sentence.text):
            whole = f"{waiting}, {piece}" if waiting else piece
            if self._begins.match(piece) or self._named.match(piece):
                questions.append(whole)
                waiting = ""
            else:
                waiting = whole
        if waiting and questions:
            questions[-1] = f"{questions[-1]} {waiting}"
        elif waiting and sentence.asks:
            questions.append(waiting)
        return questions

    def _pieces(self, sentence: str) -> list[str]:
        marked, start = [], 0
        for boundary in self._boundary.finditer(sentence):
            marked.append(sentence[start : boundary.start()])
            start = boundary.end()
        marked.append(sentence[start:])
        return [piece for part in marked for piece in self._cut_unmarked(part) if piece.strip()]

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

    def _bare(self, question: str) -> str:
        """Without what only joins it to the one before."""
        bare = question.strip(_EDGES)
        while True:
            shorter = self._lead_in.sub("", bare, count=1)
            if shorter == bare or not shorter:
                return bare
            bare = shorter


def _sentences(text: str) -> list[_Piece]:
    """The sentences, lines and list items of `text`."""
    pieces = []
    for item in _items(text):
        start = 0
        for end in _SENTENCE_END.finditer(item.text):
            asks = item.asks or "?" in end.group()
            pieces.append(_Piece(item.text[start : end.start()].strip(), asks))
            start = end.end()
        pieces.append(_Piece(item.text[start:].strip(), item.asks))
    return [piece for piece in pieces if piece.text]


def _items(text: str) -> list[_Piece]:
    markers = list(_LIST_MARKER.finditer(text))
    if len(markers) < 2:
        return [_Piece(text, False)]
    starts = [marker.end() for marker in markers]
    ends = [*(marker.start() for marker in markers[1:]), len(text)]
    items = [_Piece(text[start:end], True) for start, end in zip(starts, ends, strict=True)]
    return [_Piece(text[: markers[0].start()], False), *items]


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first, with or without apostrophes."""
    longest_first = sorted(set(words), key=lambda word: -len(word))
    return "(?:" + "|".join(_pattern(word) for word in longest_first) + ")"


def _pattern(word: str) -> str:
    return r"\s+".join("'?".join(re.escape(each) for each in part) for part in word.split())
