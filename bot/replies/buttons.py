"""What is offered with a reply: questions, more of an answer, and the way to a person."""

from __future__ import annotations

from collections.abc import Iterable

from bot.content.library import Library, Topic
from bot.content.page import FollowUpKind
from bot.content.texts import Texts
from bot.replies.payloads import PERSON_PAYLOAD, payload_of
from bot.replies.reply import Button
from bot.replies.understanding import Intent, Label

Buttons = tuple[Button, ...]

#: How many questions are offered when a message was not understood, or an answer did not help.
_CLOSEST_QUESTIONS = 3


class ButtonMaker:
    """Makes buttons of labels, with the titles of the content."""

    def __init__(self, library: Library, texts: Texts) -> None:
        self._library = library
        self._texts = texts

    def question(self, label: Label) -> str:
        """What `label` means, in the words a button shows.

        Raises:
            ValueError: it is neither an answer nor a follow-up, nor a question without answer.
        """
        if label.topic:
            return self._library.answer(label.topic).question
        if label.intent is Intent.FOLLOW_UP and label.leaf:
            return self._texts.follow_up_titles[FollowUpKind(label.leaf)]
        if label.intent is Intent.NOT_COVERED:
            return self._texts.several.other_question
        raise ValueError("only what was asked is offered as questions")

    def choice(self, label: Label) -> Button:
        """One question."""
        return Button(title=self.question(label), payload=payload_of(label))

    def choices(self, labels: Iterable[Label]) -> Buttons:
        """Questions, and the way to a person."""
        return (*map(self.choice, labels), *self.person())

    def closest(self, labels: Iterable[Label], *, person_first: bool) -> Buttons:
        """The first of `labels`, filled up with starters, and the way to a person."""
        questions = list(dict.fromkeys([*labels, *self.starters()]))[:_CLOSEST_QUESTIONS]
        return self.with_person(tuple(map(self.choice, questions)), first=person_first)

    def of_answer(self, topic: Topic, *, more: bool) -> Buttons:
        """What stands below an answer; `more`: it can be said in full."""
        return (*(self._more() if more else ()), *self.choices(self.related(topic)))

    def related(self, topic: Topic) -> tuple[Label, ...]:
        """The answers that the content names beside `topic`."""
        others = (Topic(topic.page, answer) for answer in self._library.answer(topic).related)
        return tuple(Label(Intent.FAQ, str(each)) for each in others)

    def starters(self) -> tuple[Label, ...]:
        """What somebody who does not know what to ask is offered."""
        page = self._library.default_page
        return tuple(Label(Intent.FAQ, str(Topic(page.id, answer))) for answer in page.starters)

    def with_person(self, others: Buttons, *, first: bool) -> Buttons:
        """`others`, and the way to a person before or behind them."""
        return (*self.person(), *others) if first else (*others, *self.person())

    def person(self) -> Buttons:
        """The way to a person."""
        return (Button(title=self._texts.buttons.person, payload=PERSON_PAYLOAD),)

    def _more(self) -> Buttons:
        label = Label(Intent.FOLLOW_UP, FollowUpKind.MORE.value)
        return (Button(title=self._texts.buttons.more, payload=payload_of(label)),)
