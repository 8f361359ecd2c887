"""By text message the other questions of a message are offered in the room that is left."""

from __future__ import annotations

from itertools import permutations

import pytest

from bot.configuration.clinic import load_clinic
from bot.content.text_rules import load_text_rules
from bot.replies.channel import Channel
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Reply
from bot.replies.texting.choices import ChoiceReader
from bot.replies.texting.render_check import longest_public_url, spoken
from bot.replies.texting.rendering import RenderedText, TextRenderer
from bot.replies.understanding import Intent, Label
from bot.safety.danger import Danger, DangerTopic

COMPOSER = ReplyComposer.shipped(load_clinic())
RENDERER = TextRenderer.shipped(
    COMPOSER, load_clinic(), "https://".ljust(longest_public_url(), "x")
)
TOPICS = tuple(COMPOSER.library.topics())
LABELS = [Label(Intent.FAQ, str(topic)) for topic in TOPICS]
LONGEST = sorted(LABELS, key=lambda label: -len(COMPOSER.question(label)))[:2]


def render(reply: Reply) -> RenderedText:
    return RENDERER.render(spoken(reply), channel=Channel.SMS)


@pytest.mark.parametrize("topic", TOPICS, ids=str)
@pytest.mark.parametrize("count", [1, 2])
def test_each_answer_leaves_room_for_the_longest_questions(topic: object, count: int) -> None:
    reply = COMPOSER.several.first(COMPOSER.answer(topic), LONGEST[:count])  # type: ignore[arg-type]

    text = render(reply)

    assert text.whole
    assert text.segments <= 2
    assert "Reply 1" in text.text
    assert reply.disclaimer and reply.disclaimer in text.text
    assert [choice.number for choice in text.choices if choice.number] == [1, 2][:count]


def test_a_number_chooses_the_question_that_was_left() -> None:
    left = [LABELS[5], Label(Intent.NOT_COVERED)]
    text = render(COMPOSER.several.first(COMPOSER.answer(TOPICS[0]), left))

    chosen = ChoiceReader(load_text_rules()).read("2", text.choices)

    assert chosen == next(each.button_id for each in text.choices if each.number == 2)


@pytest.mark.parametrize("refused", [True, False])
def test_what_is_declined_or_not_on_the_page_leaves_room_too(refused: bool) -> None:
    for topic, other in list(permutations(TOPICS, 2))[:40]:
        reply = COMPOSER.personal_advice(topic) if refused else COMPOSER.not_covered()
        left = [Label(Intent.FAQ, str(other)), LONGEST[0]]

        text = render(COMPOSER.several.first(reply, left))

        assert text.whole
        assert "Reply 1" in text.text


@pytest.mark.parametrize("topic", TOPICS, ids=str)
def test_after_a_danger_the_line_comes_before_the_other_questions(topic: object) -> None:
    reply = COMPOSER.several.first(COMPOSER.answer(topic), LONGEST)  # type: ignore[arg-type]
    after = COMPOSER.with_door_open(reply, Danger(topic=DangerTopic.SUICIDE))

    text = render(after)

    assert text.whole
    assert "988" in text.text
    assert [choice.number for choice in text.choices if choice.number] == [1, 2]
