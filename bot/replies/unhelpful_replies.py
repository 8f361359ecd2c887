"""What is said to somebody whom an answer did not help."""

from __future__ import annotations

from collections.abc import Mapping

from bot.configuration.clinic import Clinic
from bot.content.library import Library, Topic
from bot.content.texts import DEFAULT_LANGUAGE, UnhelpfulTexts
from bot.replies.buttons import ButtonMaker
from bot.replies.reply import Reply, ReplyKind, Template
from bot.replies.wording import fill_in


class UnhelpfulReplies:
    """Apologises, says which question was answered, and offers others and a person."""

    def __init__(
        self,
        texts: Mapping[str, UnhelpfulTexts],
        buttons: ButtonMaker,
        clinic: Clinic,
        library: Library,
    ) -> None:
        self._texts = texts
        self._buttons = buttons
        self._clinic = clinic
        self._library = library

    def is_translated(self, language: str) -> bool:
        """Whether it can be said in `language`, which is not that of the pages."""
        return language in self._texts and language != DEFAULT_LANGUAGE

    def reply(self, about: Topic | None, language: str, *, again: bool) -> Reply:
        """The reply, in `language` if there is a text in it.

        Args:
            about: what was answered; without it only what needs no question is said: that it did
                not help again, or the words in another language.
            again: it is not the first time: a person is offered first.
        """
        if self.is_translated(language):
            return self._in_their_words(language, again)
        question = self._library.answer(about).question if about else ""
        others = self._buttons.related(about) if about else ()
        page = self._library.page(about.page) if about else self._library.default_page
        return Reply(
            kind=ReplyKind.CLARIFY,
            text=self._fill(DEFAULT_LANGUAGE, again, question),
            page=about.page if about else None,
            topic=about.answer if about else None,
            disclaimer=page.disclaimer,
            buttons=self._buttons.closest(others, person_first=again),
            template=_template(again),
        )

    def _in_their_words(self, language: str, again: bool) -> Reply:
        """Without questions to choose from: the page is in English."""
        return Reply(
            kind=ReplyKind.HUMAN_HANDOFF,
            text=self._fill(language, again),
            buttons=self._buttons.person(),
            language=language,
            template=_template(again),
        )

    def _fill(self, language: str, again: bool, question: str = "") -> str:
        texts = self._texts[language]
        text = texts.again if again else texts.once
        hours = self._clinic.opening_hours_in(language)
        return fill_in(text, self._clinic, self._library, question=question, hours=hours)


def _template(again: bool) -> Template:
    return Template.of(f"unhelpful.{'again' if again else 'once'}")
