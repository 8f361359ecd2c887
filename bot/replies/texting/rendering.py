"""A turn as one text message: the words, the choices in it, and the buttons of WhatsApp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.configuration.clinic import Clinic
from bot.content.segments import measure
from bot.content.text_messages import (
    AllTextMessages,
    TextNotice,
    Wordings,
    load_text_messages,
)
from bot.content.text_rules import TextRules, load_text_rules
from bot.content.texts import DEFAULT_LANGUAGE
from bot.replies.channel import Channel
from bot.replies.composer import ReplyComposer
from bot.replies.texting.answer_links import AnswerLinks
from bot.replies.texting.choices import Choice
from bot.replies.texting.fitting import Part, Wording, fitted, joined
from bot.replies.texting.quick_reply import QuickReply
from bot.replies.texting.short_forms import ShortForms, TextSources
from bot.replies.texting.text_limit import text_limit
from bot.replies.texting.turn_parts import Spoken, TurnParts
from bot.replies.texting.whatsapp import quick_replies
from bot.safety.replies import load_safety_replies
from bot.safety.short_replies import load_short_replies


@dataclass(frozen=True)
class RenderedText:
    """One text message.

    `choices` are what `ChoiceReader` is given with the next text of this thread; `quick_replies`
    are empty but on WhatsApp, and `list_button` opens them where they are a list. `introduced`: the
    introduction is in it (`introduced_at` may be set). `whole`: it says what the turn says; else it
    sends to the telephone, which `content check` does not let happen.
    """

    text: str = field(repr=False)
    choices: tuple[Choice, ...] = field(default=(), repr=False)
    quick_replies: tuple[QuickReply, ...] = field(default=(), repr=False)
    list_button: str = ""
    introduced: bool = False
    segments: int = 1
    whole: bool = True


class TextTooLongError(ValueError):
    """What a person wrote takes more than one text may. `segments`, `most`: how many."""

    def __init__(self, segments: int, most: int) -> None:
        super().__init__(f"takes {segments} segments, at most {most}")
        self.segments = segments
        self.most = most


class TextRenderer:
    """Makes the one text that answers a turn. Pure: the same turn gives the same text."""

    def __init__(self, sources: TextSources, rules: TextRules) -> None:
        self._messages: AllTextMessages = sources.messages
        self._rules = rules
        self._forms = ShortForms(sources)
        self._turns = TurnParts(self._forms, sources.messages)

    @classmethod
    def shipped(cls, composer: ReplyComposer, clinic: Clinic, public_url: str) -> TextRenderer:
        """The renderer over the shipped texts and rules.

        Args:
            public_url: where patients reach the gateway, for the links to full answers.

        Raises:
            ContentError: a file is missing or breaks its schema.
        """
        rules = load_text_rules()
        sources = TextSources(
            messages=load_text_messages(),
            safety=load_safety_replies(),
            short_safety=load_short_replies(),
            composer=composer,
            clinic=clinic,
            links=AnswerLinks(public_url, composer.library.topics()),
            echo=rules.echo,
        )
        return cls(sources, rules)

    def render(
        self,
        messages: Sequence[Spoken],
        *,
        channel: Channel,
        introduce: bool = False,
        language: str = DEFAULT_LANGUAGE,
    ) -> RenderedText:
        """The text that says all replies of a turn.

        Args:
            messages: the answer of a turn, in order; not empty.
            introduce: this number has not been told yet who writes. Who is in danger is told so
                with the next reply (`RenderedText.introduced`).
            language: what the thread speaks (ISO 639-1), for words that belong to no reply.
        """
        said_in = next((m.reply.language for m in messages if m.reply.language), language)
        parts = self._turns.parts(messages, language, room=channel is not Channel.SMS)
        in_danger = any(message.reply.is_safety for message in messages)
        words = self._turns.words(messages, language)
        return self._text(parts, words, channel, said_in, introduce=introduce and not in_danger)

    def notice(
        self,
        notice: TextNotice,
        *,
        channel: Channel,
        introduce: bool = False,
        language: str = DEFAULT_LANGUAGE,
    ) -> RenderedText:
        """A fixed text, such as the answer to HELP or to a picture."""
        wordings = self._messages.in_language(language).notices[notice]
        part = Part.of(self._filled(wordings, language))
        return self._text([part], (), channel, language, introduce=introduce)

    def staff(
        self, name: str, text: str, *, channel: Channel, language: str = DEFAULT_LANGUAGE
    ) -> RenderedText:
        """What a person of the clinic wrote, with their name and the clinic's before it.

        Raises:
            TextTooLongError: it takes more segments than a text of staff may.
        """
        line = self._messages.in_language(language).lines.staff
        message = " ".join(text.split())
        whole = self._forms.filled(line, language, name=name, message=message)
        limit = text_limit(self._rules, channel, language)
        spelled = limit.spelled(whole)
        took, most = measure(spelled).segments, self._rules.segments.staff
        if (took > most) if channel is Channel.SMS else not limit.fits(whole):
            raise TextTooLongError(took, most)
        return RenderedText(spelled, segments=took)

    def _text(
        self,
        parts: Sequence[Part],
        words: tuple[Choice, ...],
        channel: Channel,
        language: str,
        *,
        introduce: bool,
    ) -> RenderedText:
        limit = text_limit(self._rules, channel, language)
        found = fitted(parts, limit.fits)
        said = found or self._cannot_show(language)
        first = self._introduction(joined(said), channel, language) if introduce else None
        if first:
            said = (first, *said)
        text = limit.spelled(joined(said))
        shown = tuple(choice for wording in said for choice in wording.choices)
        known = {choice.button_id for choice in shown}
        choices = (*shown, *(word for word in words if word.button_id not in known))
        whatsapp = channel is Channel.WHATSAPP
        buttons = quick_replies(choices, self._rules.whatsapp) if whatsapp else ()
        is_list = any(button.description for button in buttons)
        return RenderedText(
            text=text,
            choices=choices,
            quick_replies=buttons,
            list_button=self._messages.in_language(language).lines.list_button if is_list else "",
            introduced=first is not None,
            segments=measure(text).segments,
            whole=found is not None,
        )

    def _introduction(self, text: str, channel: Channel, language: str) -> Wording | None:
        """Who writes, in a segment of its own budget; None if even that has no room."""
        wordings = self._messages.in_language(language).introduction
        more = self._rules.segments.introduction
        limit = text_limit(self._rules, channel, language, more)
        parts = [Part.of(self._filled(wordings, language)), Part.of([text])]
        found = fitted(parts, limit.fits)
        return found[0] if found else None

    def _cannot_show(self, language: str) -> tuple[Wording, ...]:
        text = self._messages.in_language(language).cannot_show
        return (Wording(self._forms.filled(text, language)),)

    def _filled(self, wordings: Wordings, language: str) -> list[str]:
        return [self._forms.filled(text, language) for text in wordings]
