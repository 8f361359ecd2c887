"""Whatever is said in whatever order, the reply is valid."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replies.composer import ReplyComposer
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState, Offer
from bot.replies.plain_text import as_plain_text
from bot.replies.reply import ReplyKind
from bot.replies.reply_check import fault_in
from bot.replies.understanding import Intent, Understanding
from tests.replies.strategies import GONE, TOPICS, understandings

_KIND_OF_DANGER = {Intent.EMERGENCY: ReplyKind.EMERGENCY, Intent.CRISIS: ReplyKind.CRISIS}


def assert_valid_turns(
    dialogue: Dialogue, said: list[Understanding], state: DialogueState
) -> DialogueState:
    """Say it all; every reply must be fit to be shown."""
    composer: ReplyComposer = dialogue._composer
    for heard in said:
        before = state
        reply, state = (turn := dialogue.respond(heard, state)).reply, turn.state
        assert fault_in(reply, composer.disclaimers) is None
        assert reply.kind is not ReplyKind.ERROR
        assert as_plain_text(reply, composer).startswith(reply.text)
        intent = heard.label.intent
        assert reply.kind is _KIND_OF_DANGER.get(intent, reply.kind)
        assert (reply.kind in _KIND_OF_DANGER.values()) == (intent in _KIND_OF_DANGER)
        # A miss is counted; whatever is understood, if only as one of two, ends the count.
        known = [label for label in heard.choices if label.topic in composer.library]
        two = len(known) == len(heard.choices) == 2
        unsure = intent is Intent.FALLBACK and not two
        missed = unsure or intent is Intent.OUT_OF_SCOPE
        assert state.misses == (before.misses + 1 if missed else 0)
        if reply.kind is ReplyKind.ANSWER:
            assert state.topic
            assert (reply.page, reply.topic) == (state.topic.page, state.topic.answer)
    return state


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
