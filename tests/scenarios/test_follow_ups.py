"""Follow-ups after every answer of the page lead where the content says, or are not guessed."""

from __future__ import annotations

import pytest

from tests.conftest import OpenConversation
from tests.scenarios.conversation import Message
from tests.scenarios.curated import PAGES, page_of, record, text_of
from tests.scenarios.expectations import check_message

_TOPICS = [f"{page['id']}.{answer['id']}" for page in PAGES.values() for answer in page["answers"]]

#: What a patient says, and the name that the content's follow-up maps give it.
_FOLLOW_UPS = {
    "how long does it last?": "duration",
    "and to prevent them?": "prevention",
    "is that safe?": "safety",
}


@pytest.mark.parametrize("topic", _TOPICS)
def test_after_an_answer(topic: str, converse: OpenConversation) -> None:
    conversation = converse()
    question = text_of(f"question of {topic}")
    for said, kind in _FOLLOW_UPS.items():
        assert _topic(conversation.ask(question)) == topic
        message = conversation.ask(said)
        check_message(message)
        target = _leads_to(topic, kind)
        expected = (
            ("answer", target, text_of(f"short of {target}"))
            if target
            else ("not_covered", topic, text_of(f"no word on {topic}"))
        )
        assert (message["kind"], _topic(message), message["text"]) == expected, said


@pytest.mark.parametrize("topic", _TOPICS)
def test_the_source_and_then_the_rest_of_an_answer(topic: str, converse: OpenConversation) -> None:
    conversation = converse()
    assert _topic(conversation.ask(text_of(f"question of {topic}"))) == topic
    for said, reference in (("what's the source?", "source of"), ("tell me more", "full of")):
        message = conversation.ask(said)
        check_message(message)
        assert (message["kind"], _topic(message)) == ("answer", topic), said
        assert message["text"] == text_of(f"{reference} {topic}")


def _topic(message: Message) -> str | None:
    return f"{message['page']}.{message['topic']}" if message["topic"] else None


def _leads_to(topic: str, kind: str) -> str | None:
    """The answer that a follow-up leads to; None where the page does not say."""
    page = page_of(topic)
    own = record(topic).get("follow_ups", {})
    answer = own.get(kind, page["follow_ups"].get(kind, "none"))
    return None if answer == "none" else f"{page['id']}.{answer}"
