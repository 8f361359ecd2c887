"""What a text message says in place of a reply of the website: the words, and no choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bot.configuration.clinic import Clinic
from bot.content.gsm7 import is_gsm7, with_plain_letters
from bot.content.library import Topic
from bot.content.text_messages import AllTextMessages, TextMessages
from bot.content.text_rules import EchoLimits
from bot.content.texts import DEFAULT_LANGUAGE
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Reply, ReplyKind
from bot.replies.texting.answer_links import AnswerLinks
from bot.replies.wording import fill_in, in_a_sentence, in_words
from bot.safety.danger import Danger, DangerTopic
from bot.safety.replies import SafetyReplies
from bot.safety.short_replies import ShortSafetyReplies

#: Said in the words of text messages on every channel: the wording that is agreed to, no echo of a
#: patient's words that is longer than needed, and no word that a provider takes for an opt-out.
_ALWAYS_SHORT = "intake."


@dataclass(frozen=True)
class TextSources:
    """Where the words of text messages come from."""

    messages: AllTextMessages
    safety: SafetyReplies
    short_safety: ShortSafetyReplies
    composer: ReplyComposer
    clinic: Clinic
    links: AnswerLinks
    echo: EchoLimits


class ShortForms:
    """The wordings of a reply's text, the best first and the shortest last."""

    def __init__(self, sources: TextSources) -> None:
        self._from = sources
        self._hours = cache(sources.clinic.opening_hours_in)

    def wordings(self, reply: Reply, *, room: bool) -> tuple[str, ...]:
        """What may be said for `reply`, without disclaimer, choices and the line after a danger.

        Args:
            room: the channel has room for the website's words; then they come first.
        """
        if reply.is_safety:
            safety = self._safety(reply)
            return (reply.text, safety) if room else (safety,)
        text = self._without_door_line(reply)
        short = self._short(reply)
        if not short:
            return (text,)
        always = reply.template and reply.template.name.startswith(_ALWAYS_SHORT)
        known = (reply.language or DEFAULT_LANGUAGE) in self._from.messages.languages()
        return (text, *short) if not known or (room and not always) else short

    def door_line(self, reply: Reply) -> str | None:
        """The line that keeps the door open, if `reply` comes after a danger."""
        danger = reply.template and reply.template.after
        if not danger:
            return None
        return self._from.short_safety.door_open_line(danger.kind, danger.language)

    def link(self, topic: Topic) -> str:
        """The address of the full answer to `topic`."""
        return self._from.links.link(topic)

    def filled(self, text: str, language: str, **more: str) -> str:
        """`text` with the clinic's facts, and `more`, in the places that it names."""
        hours = self._hours(language)
        library = self._from.composer.library
        return fill_in(text, self._from.clinic, library, **{"hours": hours, **more})

    def _safety(self, reply: Reply) -> str:
        topic = DangerTopic.SUICIDE if reply.kind is ReplyKind.CRISIS else DangerTopic.BODY
        danger = reply.danger or Danger(topic=topic, language=reply.language or DEFAULT_LANGUAGE)
        return self._from.short_safety.text_for(danger, self._from.clinic, self._from.safety)

    def _without_door_line(self, reply: Reply) -> str:
        danger = reply.template and reply.template.after
        if not danger:
            return reply.text
        return reply.text.removesuffix(f" {self._from.composer.door_open_line(danger)}")

    def _short(self, reply: Reply) -> tuple[str, ...]:
        if not reply.template:
            return ()
        language = reply.language or DEFAULT_LANGUAGE
        messages = self._from.messages.in_language(language)
        values = {**self._values(reply), **_echoed(reply, messages, self._from.echo)}
        wordings = messages.replies.get(reply.template.name, ())
        return tuple(self.filled(text, language, **values) for text in wordings)

    def _values(self, reply: Reply) -> Mapping[str, str]:
        """What the page says of an answer."""
        library, values = self._from.composer.library, {}
        if reply.source:
            values["section"] = reply.source.section
            values["reviewer"] = reply.source.reviewed_by
            values["date"] = in_words(reply.source.reviewed_on)
            values["pmids"] = ", ".join(each.pmid for each in reply.source.references)
        topic = topic_of(reply)
        if topic:
            values["link"] = self._from.links.link(topic)
        if topic and topic in library:
            values["page"] = in_a_sentence(library.page(topic.page).title)
            values["question"] = library.answer(topic).question
            values["answer"] = library.answer(topic).short
        return values


def topic_of(reply: Reply) -> Topic | None:
    """The answer that a reply is about, if it names one."""
    return Topic(reply.page, reply.topic) if reply.page and reply.topic else None


def _echoed(reply: Reply, messages: TextMessages, most: EchoLimits) -> dict[str, str]:
    """What was filled in, and of a patient's own words no more than they need to know them by."""
    assert reply.template
    values, lines = dict(reply.template.values), messages.lines
    if "reason" in values:
        values["reason"] = lines.as_written if values["reason"] else lines.left_out
        values["time"] = values["time"] or lines.left_out
    for name, characters in (("name", most.name_characters), ("contact", most.contact_characters)):
        if name in values:
            value = values[name] or lines.left_out
            plain = is_gsm7(with_plain_letters(value))
            values[name] = (
                _capped(value, characters, lines.shortened) if plain else lines.as_written
            )
    return values


def _capped(value: str, most: int, mark: str) -> str:
    if len(with_plain_letters(value)) <= most:
        return value
    return f"{value[: max(1, most - len(mark) - 4)]}... {mark}"
