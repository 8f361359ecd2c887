"""Where an answer comes from: the section of its page, who reviewed that, and publications."""

from __future__ import annotations

from bot.configuration.clinic import Clinic
from bot.content.library import Library, Topic
from bot.replies.reply import Reference, Source
from bot.replies.wording import in_a_sentence, in_words


class AnswerSources:
    """Knows the source of every answer; `line` is the sentence that names one."""

    def __init__(self, library: Library, clinic: Clinic, line: str) -> None:
        self._library = library
        self._clinic = clinic
        self._line = line

    def of(self, topic: Topic) -> Source:
        """The source of the answer to `topic`."""
        page = self._library.page(topic.page)
        return Source(
            section=self._library.answer(topic).section,
            url=f"{self._clinic.site}{page.url_path}",
            reviewed_by=page.reviewer,
            reviewed_on=page.reviewed_on,
            references=tuple(
                Reference(citation=citation.citation, pmid=citation.pmid)
                for citation in self._library.citations(topic)
            ),
        )

    def line(self, source: Source, page_id: str) -> str:
        """The sentence that says what an answer is based on."""
        return self._line.format(
            page=in_a_sentence(self._library.page(page_id).title),
            section=source.section,
            reviewer=source.reviewed_by,
            date=in_words(source.reviewed_on),
        )
