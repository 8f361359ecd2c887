"""What somebody sees who opens the assistant for the first time, and the issue's own question."""

from __future__ import annotations

from datetime import datetime, timezone

from tests.conftest import OpenConversation
from tests.scenarios.conversation import titles
from tests.scenarios.curated import PAGES, PHONE, text_of
from tests.scenarios.expectations import check_message
from tests.scenarios.running_product import RunningProduct


def test_the_start_says_when_each_part_is_ready_and_where_to_go(product: RunningProduct) -> None:
    said = product.output.read_text(encoding="utf-8")
    for name in ("gateway", "rasa", "actions"):
        assert f"{name} is ready" in said
    assert product.url in said.partition("all ready")[2]


def test_the_greeting_says_what_it_is_and_offers_four_questions(converse: OpenConversation) -> None:
    (greeting,) = converse().opened["messages"]
    check_message(greeting)
    assert greeting["kind"] == "chitchat"
    assert greeting["text"] == text_of("texts chitchat.greet")
    for said in ("automated assistant", "answer general questions", "not for emergencies", "911"):
        assert said in greeting["text"]
    starters = PAGES["migraine"]["starters"]
    assert len(starters) == 4
    assert titles(greeting) == [
        *(text_of(f"question of migraine.{starter}") for starter in starters),
        text_of("texts buttons.person"),
    ]


def test_a_session_is_a_long_token_that_ends(converse: OpenConversation) -> None:
    first, second = converse(), converse()
    assert set(first.opened) == {"token", "expires_at", "messages"}
    assert first.token != second.token
    assert len(first.token) >= 43  # 256 bits
    assert datetime.fromisoformat(first.opened["expires_at"]) > datetime.now(timezone.utc)


def test_can_ketamine_treat_my_migraines(converse: OpenConversation) -> None:
    message = converse().ask("Can ketamine treat my migraines?")
    check_message(message)
    assert (message["kind"], message["topic"]) == ("answer", "ketamine_for_migraine")
    assert message["text"] == text_of("short of migraine.ketamine_for_migraine")
    assert message["source"]["reviewed_by"] == "Dr. Ben Soffer, DO"
    assert message["source"]["reviewed_on"] == "2026-05-31"
    assert [reference["pmid"] for reference in message["source"]["references"]] == ["28025837"]
    assert "not a substitute for clinical evaluation" in message["disclaimer"]
    assert len(titles(message)) == 5


def test_one_conversation_knows_nothing_of_another(converse: OpenConversation) -> None:
    one, other = converse(), converse()
    one.ask("What is migraine aura?")
    message = other.ask("tell me more")
    assert (message["kind"], message["text"]) == (
        "clarify",
        text_of("texts clarify.nothing_to_follow"),
    )
    assert [entry["role"] for entry in other.history()] == ["assistant", "patient", "assistant"]


def test_a_person_can_be_reached_from_the_greeting(converse: OpenConversation) -> None:
    message = converse().press(text_of("texts buttons.person"))
    assert (message["kind"], message["text"]) == ("human_handoff", text_of("texts human_handoff"))
    assert PHONE in message["text"]
