"""Whatever is said in whatever order, the reply is valid."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.texts import ChitchatKind
from bot.replies.composer import ReplyComposer
from bot.replies.danger_before import DangerBefore
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState, Offer, Turn
from bot.replies.plain_text import as_plain_text
from bot.replies.reply import Reply, ReplyKind
from bot.replies.reply_check import fault_in
from bot.replies.understanding import Intent, Label, Understanding
from bot.safety.replies import load_safety_replies
from tests.replies.strategies import GONE, TOPICS, understandings

#: docs/architecture.md: what asks nothing new after a danger is about the danger.
_ASKS_NOTHING = {
    *(Intent.FOLLOW_UP, Intent.AFFIRM, Intent.DENY, Intent.CHITCHAT, Intent.OUT_OF_SCOPE),
    Intent.FALLBACK,
}
_DANGERS = {Intent.EMERGENCY, Intent.CRISIS}


def assert_valid_turns(
    dialogue: Dialogue, said: list[Understanding], state: DialogueState
) -> DialogueState:
    """Say it all, as the gateway would have it said; every reply must be fit to be shown."""
    composer: ReplyComposer = dialogue._composer
    replies: list[Reply] = []
    for heard in said:
        told = DangerBefore.of(replies)
        state = replace(state, danger=told.danger, safety_replies=told.safety_replies)
        turn = dialogue.respond(heard, state)
        assert 1 <= len(turn.replies) <= 3
        for reply in turn.replies:
            assert fault_in(reply, composer.disclaimers) is None
            assert reply.kind is not ReplyKind.ERROR
            assert as_plain_text(reply, composer).startswith(reply.text)
        assert all(reply.danger is None and not reply.buttons for reply in turn.earlier)
        if state.by_text:
            assert not turn.earlier
        assert_right_about_danger(composer, heard, told, turn.reply)
        assert_misses(composer, heard, state, turn)
        if turn.reply.kind is ReplyKind.ANSWER:
            topic = turn.state.topic
            assert topic
            assert (turn.reply.page, turn.reply.topic) == (topic.page, topic.answer)
        replies.extend(turn.replies)
        state = replace(turn.state, by_text=state.by_text)
    return state


def assert_right_about_danger(
    composer: ReplyComposer, heard: Understanding, told: DangerBefore, reply: Reply
) -> None:
    """A safety reply where danger is told of or still the matter; else the door is kept open."""
    intent = heard.label.intent
    still = told.danger if intent in _ASKS_NOTHING else None
    if intent in _DANGERS or still:
        danger = still or heard.danger or reply.danger
        assert danger
        assert reply == composer.danger(danger, told.safety_replies)
        assert reply.kind.value == (danger.kind.value if still else intent.value)
        return
    assert reply.danger is None
    assert reply.kind not in (ReplyKind.CRISIS, ReplyKind.EMERGENCY)
    lines = [line for line in door_open_lines() if reply.text.endswith(f" {line}")]
    if told.danger is None:
        assert lines == []
    else:
        replies = load_safety_replies()
        assert lines == [replies.door_open_line(told.danger.kind, told.danger.language)]
        assert reply.text.count(lines[0]) == 1


def assert_misses(
    composer: ReplyComposer, heard: Understanding, before: DialogueState, turn: Turn
) -> None:
    """A miss is counted; whatever is understood, if only as one of two, ends the count."""
    known = [label for label in heard.choices if label.topic in composer.library]
    if heard.questions and not turn.reply.danger:
        assert turn.state.misses == 0
        return
    two = len(known) == len(heard.choices) == 2
    unsure = heard.label.intent is Intent.FALLBACK and not two
    beside = unsure or heard.label.intent is Intent.OUT_OF_SCOPE or heard.label == _UNHELPFUL
    missed = beside and not turn.reply.danger
    assert turn.state.misses == (before.misses + 1 if missed else 0)


_UNHELPFUL = Label(Intent.CHITCHAT, ChitchatKind.UNHELPFUL.value)


@lru_cache(maxsize=1)
def door_open_lines() -> list[str]:
    """Every line that keeps the door open."""
    lines = load_safety_replies().door_open
    return [line.text for line in (*lines.crisis, *lines.emergency)]


@settings(deadline=None, max_examples=150)
@given(said=st.lists(understandings(), min_size=1, max_size=8))
def test_every_conversation_gets_valid_replies(
    dialogue: Dialogue, said: list[Understanding]
) -> None:
    assert_valid_turns(dialogue, said, DialogueState())


@settings(deadline=None, max_examples=100)
@given(
    said=st.lists(understandings(also_gone=True), min_size=1, max_size=4),
    state=st.builds(
        DialogueState,
        topic=st.sampled_from([None, GONE, *TOPICS]),
        offer=st.sampled_from([None, *Offer]),
        misses=st.integers(0, 5),
        told_in_full=st.booleans(),
        by_text=st.booleans(),
    ),
)
def test_even_when_answers_were_taken_off_the_page_in_the_middle_of_it(
    dialogue: Dialogue, said: list[Understanding], state: DialogueState
) -> None:
    assert_valid_turns(dialogue, said, state)


@settings(deadline=None, max_examples=60)
@given(said=st.lists(understandings(), min_size=1, max_size=6))
def test_the_same_words_get_the_same_replies(dialogue: Dialogue, said: list[Understanding]) -> None:
    ends = [assert_valid_turns(dialogue, said, replace(DialogueState())) for _ in range(2)]

    assert ends[0] == ends[1]
