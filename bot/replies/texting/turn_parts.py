"""The parts of the one text that says all replies of a turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.content.text_messages import AllTextMessages, TextMessages
from bot.replies.payloads import label_of
from bot.replies.reply import Reply, ReplyKind
from bot.replies.texting.choices import Choice
from bot.replies.texting.fitting import Part, Wording
from bot.replies.texting.short_forms import ShortForms, topic_of
from bot.replies.understanding import Intent

#: Whose best wording goes first. What has no rank has one wording only.
_BODY, _CHOICES, _LINK, _PERSON, _RELATED = 1, 2, 3, 4, 5

_MORE = "more"
_PERSON_KEY = Intent.HUMAN_HANDOFF.value
_CANCEL = "cancel"
_CONSENT = "intake.consent"

#: Behind which replies a link to the full answer stands, and under which line.
_LINK_LINES = {
    "answer.short": "link",
    "answer.understood": "link",
    "answer.simpler": "link",
    "answer.source": "link",
    "personal_advice": "general",
}


class Offered(Protocol):
    """A button as a device may know it (`bot.gateway.records.OfferedButton`)."""

    @property
    def id(self) -> str:
        """By which it is pressed."""

    @property
    def title(self) -> str:
        """What stands on it."""


class Spoken(Protocol):
    """A reply with the ids of its buttons, in their order (`bot.gateway.records.Message`).

    Without ids (nothing could be stored) the text offers no choices.
    """

    @property
    def reply(self) -> Reply:
        """What is said."""

    @property
    def buttons(self) -> Sequence[Offered]:
        """What is offered with it."""


@dataclass(frozen=True)
class _Option:
    """A button: `key` is its leaf in the form, or what it asks for."""

    key: str
    label: str
    word: str | None
    button_id: str

    def choice(self, number: int | None = None) -> Choice:
        return Choice(number, self.word, self.label, self.button_id)


class TurnParts:
    """Takes a turn apart. What is said first comes first, and the form's open question last."""

    def __init__(self, forms: ShortForms, messages: AllTextMessages) -> None:
        self._forms = forms
        self._messages = messages

    def parts(self, messages: Sequence[Spoken], language: str, *, room: bool) -> list[Part]:
        """The parts of the text, from its first line to its last.

        Args:
            language: of the lines that belong to no reply (ISO 639-1).
            room: the channel has room for the website's words.
        """
        *before, last = _without_handoff(messages)
        spoken = self._messages.in_language(last.reply.language or language)
        if not _asks_the_form(last):
            return [
                *self._said([*before, last], room=room),
                *self._offered([*before, last], spoken),
            ]
        question = self._said([last], room=room)
        return [*self._said(before, room=room), *question, self._form_choices(last, before, spoken)]

    def words(self, messages: Sequence[Spoken], language: str) -> tuple[Choice, ...]:
        """The choices that are known by a word, shown or not."""
        found = {}
        for message in messages:
            spoken = self._messages.in_language(message.reply.language or language)
            for option in _options(message, spoken):
                if option.word:
                    found[option.word] = option.choice()
        return tuple(found.values())

    def _said(self, messages: Sequence[Spoken], *, room: bool) -> list[Part]:
        replies = [message.reply for message in messages]
        bodies = [Part.of(self._forms.wordings(reply, room=room), _BODY) for reply in replies]
        doors = [line for line in map(self._forms.door_line, replies) if line]
        disclaimers = dict.fromkeys(reply.disclaimer for reply in replies if reply.disclaimer)
        return [*bodies, *(Part.of([line]) for line in dict.fromkeys([*doors, *disclaimers]))]

    def _offered(self, messages: Sequence[Spoken], spoken: TextMessages) -> list[Part]:
        links = [self._link(message.reply, spoken) for message in messages]
        questions = [
            self._questions(message, spoken) for message in messages if not message.reply.is_safety
        ]
        person = self._person(messages, spoken)
        return [part for part in (*links, *questions[-1:], person) if part]

    def _link(self, reply: Reply, spoken: TextMessages) -> Part | None:
        line = _LINK_LINES.get(reply.template.name) if reply.template else None
        topic = topic_of(reply)
        if not line or not topic:
            return None
        link = self._forms.link(topic)
        texts: tuple[str, ...] = getattr(spoken.lines, line)
        return Part.of([text.format(link=link) for text in texts], _LINK)

    def _questions(self, message: Spoken, spoken: TextMessages) -> Part | None:
        """The questions that are offered, as many as there is room for."""
        options = [each for each in _options(message, spoken) if not each.word]
        if not options:
            return None
        template = message.reply.template
        if template and template.left_open:
            return _left_open(options, spoken, may_hide=template.after is not None)
        asks = message.reply.kind is ReplyKind.CLARIFY
        least = min(len(options), 2) if asks else 0
        wordings = [
            _numbered(options[:count], "\n", spoken) for count in range(len(options), least - 1, -1)
        ]
        return Part(tuple(wordings), _CHOICES if asks else _RELATED)

    def _form_choices(self, last: Spoken, before: Sequence[Spoken], spoken: TextMessages) -> Part:
        """The form's choices: all of them, but behind another reply only where there is room."""
        options = _options(last, spoken)
        shown = _numbered(options, ", ", spoken)
        hidden = Wording("", tuple(option.choice() for option in options))
        return Part((shown, hidden) if before else (shown,), _CHOICES)

    def _person(self, messages: Sequence[Spoken], spoken: TextMessages) -> Part | None:
        offers = [
            message
            for message in messages
            if any(option.key == _PERSON_KEY for option in _options(message, spoken))
        ]
        if not offers:
            return None
        reply = offers[-1].reply
        lines = spoken.lines.person
        if reply.kind is ReplyKind.ANSWER:
            return Part.of(lines, _PERSON)
        # These name the clinic's telephone themselves.
        named = reply.is_safety or reply.kind in (ReplyKind.INTAKE, ReplyKind.ERROR)
        return Part.of((lines[-1], "") if named else lines[-1:], _PERSON)


def _without_handoff(messages: Sequence[Spoken]) -> Sequence[Spoken]:
    """Without how to reach a person, where the form's consent says that in the same turn."""
    if any(_template(message) == _CONSENT for message in messages):
        kept = [each for each in messages if each.reply.kind is not ReplyKind.HUMAN_HANDOFF]
        return kept or messages
    return messages


def _template(message: Spoken) -> str | None:
    return message.reply.template.name if message.reply.template else None


def _asks_the_form(message: Spoken) -> bool:
    """Whether it is an open question of the form: one can always leave it."""
    return any(_key(button.payload) == _CANCEL for button in message.reply.buttons)


def _options(message: Spoken, spoken: TextMessages) -> list[_Option]:
    options = []
    for button, offered in zip(message.reply.buttons, message.buttons, strict=False):
        key = _key(button.payload)
        label = spoken.labels.get(key, button.title)
        options.append(_Option(key, label, spoken.words.get(key), offered.id))
    return options


def _key(payload: str) -> str:
    """What a button is called by in `text_messages.yml`; empty for a question."""
    try:
        label = label_of(payload)
    except ValueError:
        return ""
    if label.intent is Intent.HUMAN_HANDOFF:
        return _PERSON_KEY
    known = label.intent is Intent.INTAKE or label.leaf == _MORE
    return label.leaf or "" if known else ""


def _left_open(options: Sequence[_Option], spoken: TextMessages, *, may_hide: bool) -> Part:
    """Questions that were asked and are not answered yet: named, or only counted.

    Args:
        may_hide: another line leaves no room; they may still be chosen.
    """
    named = _numbered(options, "\n", spoken)
    lines = spoken.lines
    counted = lines.other_question if len(options) == 1 else lines.other_questions
    wordings = [named, Wording(counted, named.choices)]
    return Part((*wordings, Wording("", named.choices)) if may_hide else (*wordings,), _CHOICES)


def _numbered(options: Sequence[_Option], between: str, spoken: TextMessages) -> Wording:
    choices = tuple(option.choice(number) for number, option in enumerate(options, 1))
    listed = between.join(f"{choice.number}: {choice.label}" for choice in choices)
    return Wording(spoken.lines.choices.format(choices=listed) if choices else "", choices)
