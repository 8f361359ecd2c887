"""The last look at a reply: whatever is not right is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.library import Topic
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Reply, ReplyKind
from bot.replies.reply_check import ReplyFault, fault_in
from tests.replies.strategies import replies

_CURATED = "General education. A physician decides."
_DISCLAIMERS = st.sampled_from(
    [None, "", " ", _CURATED, f"{_CURATED} ", _CURATED.upper(), _CURATED[:-1], "Other."]
)

#: DESIGN §6, written out again so that a kind dropped from the code's own list is seen.
_CLINICAL = {"answer", "personal_advice", "not_covered", "clarify"}


@pytest.fixture
def answer(composer: ReplyComposer) -> Reply:
    return composer.answer(Topic("migraine", "botox"))


def checked(reply: Reply, composer: ReplyComposer, **changes: Any) -> ReplyFault | None:
    return fault_in(Reply.parse_obj(reply.dict() | changes), composer.disclaimers)


def test_a_whole_answer_may_be_shown(answer: Reply, composer: ReplyComposer) -> None:
    assert checked(answer, composer) is None


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"text": " \n\t"}, ReplyFault.NO_TEXT),
        ({"disclaimer": None}, ReplyFault.NO_DISCLAIMER),
        ({"disclaimer": ""}, ReplyFault.NO_DISCLAIMER),
        ({"disclaimer": "This is medical advice."}, ReplyFault.UNKNOWN_DISCLAIMER),
        ({"page": None}, ReplyFault.NO_TOPIC),
        ({"topic": None}, ReplyFault.NO_TOPIC),
        ({"topic": ""}, ReplyFault.NO_TOPIC),
        ({"source": None}, ReplyFault.NO_SOURCE),
    ],
    ids=str,
)
def test_an_answer_that_lacks_a_part_is_refused(
    answer: Reply, composer: ReplyComposer, changes: dict[str, Any], fault: ReplyFault
) -> None:
    assert checked(answer, composer, **changes) is fault


def test_an_answer_without_references_is_refused(answer: Reply, composer: ReplyComposer) -> None:
    assert answer.source
    bare = answer.source.copy(update={"references": ()})

    assert fault_in(answer.copy(update={"source": bare}), composer.disclaimers) is (
        ReplyFault.NO_SOURCE
    )


@pytest.mark.parametrize("kind", sorted(_CLINICAL))
def test_every_clinical_kind_needs_the_disclaimer(kind: str) -> None:
    assert fault_in(Reply(kind=kind, text="Rest."), {_CURATED}) is ReplyFault.NO_DISCLAIMER


@pytest.mark.parametrize("kind", sorted({kind.value for kind in ReplyKind} - _CLINICAL))
def test_other_kinds_do_not(kind: str) -> None:
    assert fault_in(Reply(kind=kind, text="Call us."), {_CURATED}) is None


@settings(deadline=None, max_examples=300)
@given(reply=replies(_DISCLAIMERS))
def test_whatever_passes_has_all_that_its_kind_needs(reply: Reply) -> None:
    fault = fault_in(reply, frozenset({_CURATED}))

    clinical = reply.kind.value in _CLINICAL
    sourced = bool(reply.page and reply.topic and reply.source and reply.source.references)
    whole = (
        bool(reply.text.strip())
        and (not clinical or reply.disclaimer == _CURATED)
        and (reply.kind is not ReplyKind.ANSWER or sourced)
    )
    assert (fault is None) == whole


@settings(deadline=None, max_examples=100)
@given(reply=replies(_DISCLAIMERS))
def test_with_no_curated_disclaimer_nothing_clinical_passes(reply: Reply) -> None:
    assert reply.kind.value not in _CLINICAL or fault_in(reply, frozenset()) is not None
