"""The shape of a reply."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.replies.intake_draft import Choice
from bot.replies.reply import KINDS_WITH_DISCLAIMER, Button, Reply, ReplyKind
from tests.replies.forms import ALL_ANSWERS, fill, started
from tests.replies.strategies import replies


def test_the_kinds_are_those_of_the_design() -> None:
    assert {kind.value for kind in ReplyKind} == {
        *("answer", "emergency", "crisis", "personal_advice", "human_handoff", "intake"),
        *("not_covered", "out_of_scope", "chitchat", "clarify", "notice", "error"),
    }
    assert {kind.value for kind in KINDS_WITH_DISCLAIMER} == {
        *("answer", "personal_advice", "not_covered", "clarify"),
    }


def test_a_reply_that_was_stored_before_replies_asked_is_read() -> None:
    reply = Reply.parse_raw('{"kind": "chitchat", "text": "Hello."}')

    assert (reply.asks, reply.problem) == (None, False)


@settings(deadline=None, max_examples=50)
@given(reply=replies(st.none() | st.text(max_size=20)))
def test_a_reply_survives_the_way_through_json(reply: Reply) -> None:
    assert Reply.parse_obj(json.loads(json.dumps(reply.as_json()))) == reply


def test_a_request_goes_through_json_and_stays_out_of_logs() -> None:
    request = fill(started(), *ALL_ANSWERS, Choice.SEND).request()
    reply = Reply(kind=ReplyKind.INTAKE, text="x", request=request)

    assert Reply.parse_obj(json.loads(json.dumps(reply.as_json()))) == reply
    assert "2125550147" not in repr(reply)
    assert "Ana" not in repr(reply)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": ""},
        {"kind": "sermon"},
        {"text": None},
        {"advice": "take two"},
        {"buttons": [{"title": "", "payload": "/deny"}]},
        {"buttons": [{"title": "No", "payload": "deny"}]},
        {"buttons": [{"title": "x" * 61, "payload": "/deny"}]},
        {"source": {"section": "One"}},
        {"asks": "weight"},
        {"problem": "yes and no"},
        {"danger": {"topic": "boredom"}},
        {"danger": {"topic": "suicide", "words": "of a patient"}},
    ],
    ids=str,
)
def test_what_is_no_reply_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Reply.parse_obj({"kind": "chitchat", "text": "No."} | changes)


def test_a_reply_cannot_be_changed_on_its_way() -> None:
    reply = Reply(kind=ReplyKind.CHITCHAT, text="Hello.")

    with pytest.raises(TypeError):
        reply.text = "Take two."
    with pytest.raises(TypeError):
        Button(title="No", payload="/deny").payload = "/affirm"
