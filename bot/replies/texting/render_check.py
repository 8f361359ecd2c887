"""Whether every text message keeps within its limit, for `content check`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from bot.configuration.clinic import Clinic
from bot.content.library import PAGES_FOLDER
from bot.content.limits import load_limits
from bot.content.text_messages import TEXT_MESSAGES_FILE, TextNotice, load_text_messages
from bot.content.yaml_source import Fault, YamlSource, read_yaml
from bot.replies.channel import Channel
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Button, Reply
from bot.replies.texting.answer_links import AnswerLinks, code_of
from bot.replies.texting.every_turn import EveryTurn, topic_named
from bot.replies.texting.rendering import TextRenderer

#: A clinic's name may have so many characters (`bot.configuration.clinic`).
_LONGEST_NAME = 40
#: "More: " and "/a/" with a code: what stands in a link's line besides the gateway's own address.
_LINK_WITHOUT_ADDRESS = len("More: /a/abcdef")
_WAY_TO_A_PERSON = len("\nOr text PERSON")


@dataclass(frozen=True)
class _Button:
    id: str
    title: str


@dataclass(frozen=True)
class _Message:
    reply: Reply
    buttons: tuple[_Button, ...]


def spoken(*replies: Reply) -> tuple[_Message, ...]:
    """The replies of a turn with an id for every button."""
    return tuple(
        _Message(reply, tuple(_buttons(reply.buttons, place)))
        for place, reply in enumerate(replies)
    )


def _buttons(buttons: tuple[Button, ...], place: int) -> Iterator[_Button]:
    for number, button in enumerate(buttons):
        yield _Button(f"{place}-{number}", button.title)


def rendering_faults(clinic: Clinic) -> Iterator[Fault]:
    """A fault for each turn and notice that no text message can carry.

    They are rendered with this clinic's facts, and with the longest name that a clinic may have.

    Raises:
        ContentError: a file is missing or breaks its schema.
    """
    faults: dict[tuple[str, str], Fault] = {}
    for each in (clinic, clinic.copy(update={"name": "W" * _LONGEST_NAME})):
        for name, problem in _problems(each):
            if (name, problem) not in faults:
                faults[name, problem] = _fault(name, problem)
    yield from faults.values()


def longest_public_url() -> int:
    """How many characters the gateway's address may have so that each answer carries its link."""
    return load_limits().link_characters - _LINK_WITHOUT_ADDRESS - _WAY_TO_A_PERSON


def _problems(clinic: Clinic) -> Iterator[tuple[str, str]]:
    composer = ReplyComposer.shipped(clinic)
    address = "https://".ljust(longest_public_url(), "x")
    renderer = TextRenderer.shipped(composer, clinic, address)
    languages = load_text_messages().languages()
    links = AnswerLinks(address, composer.library.topics())
    turns = EveryTurn(composer, languages)
    for name, turn in turns.named():
        text = renderer.render(spoken(*turn), channel=Channel.SMS, introduce=True)
        if not (text.whole and (text.introduced or any(one.is_safety for one in turn))):
            yield name, "does not fit a text message"
    for name, reply in turns.answers():
        text = renderer.render(spoken(reply), channel=Channel.SMS)
        if topic_named(name) and name.count(" ") == 0 and address not in text.text:
            yield name, "leaves no room for the link to the full answer"
    for topic in composer.library.topics():
        if links.topic(code_of(topic)) != topic:
            yield str(topic), "shares its link with another answer: give it another id"
    for language in languages:
        for notice in TextNotice:
            show = partial(renderer.notice, notice, channel=Channel.SMS, language=language)
            if not all(text.whole for text in (show(), show(introduce=True))):
                yield f"{language}.notices.{notice.value}", "does not fit a text message"


@lru_cache(maxsize=64)
def _source(file: Path) -> YamlSource:
    return read_yaml(file)


def _fault(name: str, problem: str) -> Fault:
    """The fault, where the words stand that it is about."""
    said = name.split(" ")[0].rstrip(",")
    topic = topic_named(name)
    page = PAGES_FOLDER / f"{topic.page}.yml" if topic else None
    if topic and page and page.exists():
        source = _source(page)
        ids = [answer["id"] for answer in source.values["answers"]]
        if topic.answer in ids:
            place = ids.index(topic.answer)
            return source.fault(f"{name} {problem}", "answers", place, "short")
    source = _source(TEXT_MESSAGES_FILE)
    for language, messages in source.values.items():
        for template in (said, said.removesuffix(f".{language}")):
            if template in messages["replies"]:
                return source.fault(f"{name} {problem}", language, "replies", template)
    return source.fault(f"{name} {problem}", *said.split("."))
