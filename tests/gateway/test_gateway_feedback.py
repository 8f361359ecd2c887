"""Whether an answer helped: kept with what was answered, redacted, sealed; never past safety."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.engine import Row

from bot.database.engine import Database
from bot.database.schema import conversations, feedback
from bot.replies.composer import ReplyComposer
from bot.replies.understanding import DANGER_BEFORE_KEY, DANGER_KEY
from tests.databases import VAULT
from tests.gateway.alerts import (
    NOBODY,
    alerts_of,
    impatient_limits,
    is_crisis,
    locked,
    until_alerts,
)
from tests.gateway.fake_rasa import Answer, FakeRasa, Said, chat
from tests.gateway.harness import (
    CRISIS,
    CRISIS_TEXT,
    PATIENT,
    Chat,
    RunningGateway,
    StartGateway,
    limits_with,
    only,
)
from tests.gateway.requests import opened
from tests.gateway.test_gateway_failures import answer_with

LINE = 'assistant_feedback_total{{helpful="{}"}}'
ANSWER = answer_with()["replies"][0]


@pytest.fixture
def rasa(rasa: FakeRasa) -> FakeRasa:
    """Answers with an answer of the page."""
    rasa.answer = lambda said: answer_with()
    return rasa


@pytest.fixture
def own(start: StartGateway, rasa: FakeRasa) -> RunningGateway:
    """A gateway whose database nobody else writes to."""
    return start()


def answered(gateway: RunningGateway) -> tuple[Chat, str]:
    """A conversation with one answer, and that answer's id."""
    conversation = gateway.chat()
    return conversation, only(conversation.say("what helps?"))["id"]


def give(conversation: Chat, message_id: Any, helpful: Any = True, **more: Any) -> httpx.Response:
    body = {"message_id": message_id, "helpful": helpful, **more}
    return conversation.http.post("/api/feedback", json=body, headers=conversation.headers)


def kept(gateway: RunningGateway) -> list[Row]:
    with opened(gateway) as database, database.reading() as connection:
        return connection.execute(select(feedback)).all()


def comment_in(row: Row) -> str | None:
    return None if row.sealed_comment is None else VAULT.open(row.sealed_comment)


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize("helpful", [True, False])
def test_it_is_kept_with_what_was_answered(own: RunningGateway, helpful: bool) -> None:
    conversation, answer = answered(own)
    with (
        own.counts(LINE.format(str(helpful).lower())),
        own.counts(LINE.format(str(not helpful).lower()), by=0),
    ):
        response = give(conversation, answer, helpful)
    assert (response.status_code, response.content) == (204, b"")
    (row,) = kept(own)
    assert (row.page, row.topic, row.helpful) == ("cramp", "relief", helpful)
    assert row.message_id == answer
    assert row.sealed_comment is None
    assert row.content_version == hashlib.sha256(ANSWER["text"].encode()).hexdigest()[:12]


def test_what_is_said_again_takes_the_place_of_the_first(own: RunningGateway) -> None:
    conversation, answer = answered(own)
    with own.counts(LINE.format("true")), own.counts(LINE.format("false"), by=0):
        give(conversation, answer, True)
        assert give(conversation, answer, False, comment="too short").status_code == 204
        assert give(conversation, answer, False, comment="far too short").status_code == 204
    (row,) = kept(own)
    assert (row.helpful, comment_in(row)) == (False, "far too short")
    give(conversation, answer, True, comment=None)
    (row,) = kept(own)
    assert (row.helpful, comment_in(row)) == (True, None)


def test_a_history_tells_what_was_said_of_each_answer(own: RunningGateway) -> None:
    conversation, first = answered(own)
    second = only(conversation.say("what else helps?"))["id"]
    for helpful in (True, False):
        give(conversation, first, helpful, comment="too short")
        history = conversation.history()
        told = {entry["id"]: entry.get("helpful") for entry in history}
        assert (told[first], told[second]) == (helpful, None)
        assert "too short" not in str(history)


def test_a_comment_is_redacted_then_sealed(own: RunningGateway) -> None:
    conversation, answer = answered(own)
    give(conversation, answer, False, comment="My name is Ana, call 212-555-0147. Too short!")
    (row,) = kept(own)
    assert comment_in(row) == "My name is [name], call [phone]. Too short!"
    assert "short" not in row.sealed_comment


@pytest.mark.parametrize("comment", [None, "", "  \n "])
def test_no_comment_is_none(own: RunningGateway, comment: str | None) -> None:
    conversation, answer = answered(own)
    assert give(conversation, answer, comment=comment).status_code == 204
    assert comment_in(kept(own)[0]) is None


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"helpful": True},
        {"message_id": "0" * 32},
        {"message_id": 3, "helpful": True},
        {"message_id": "0" * 32, "helpful": "yes"},
        {"message_id": "0" * 32, "helpful": 1},
        {"message_id": "0" * 32, "helpful": None},
        {"message_id": "0" * 32, "helpful": True, "comment": 3},
        {"message_id": "0" * 32, "helpful": True, "stars": 5},
    ],
    ids=json.dumps,
)
def test_bodies_of_another_shape_are_refused(gateway: RunningGateway, body: Any) -> None:
    conversation = gateway.chat()
    response = gateway.http.post("/api/feedback", json=body, headers=conversation.headers)
    assert code(response) == (422, "wrong_shape")


@pytest.mark.parametrize("message_id", ["0" * 32, "", "x", "\x00", "../" * 9])
def test_only_a_message_that_is_there_can_be_judged(
    gateway: RunningGateway, message_id: str
) -> None:
    conversation, _ = answered(gateway)
    assert code(give(conversation, message_id)) == (404, "not_found")


def test_another_conversations_answer_is_not_found(own: RunningGateway) -> None:
    _, answer = answered(own)
    assert code(give(own.chat(), answer)) == (404, "not_found")
    assert kept(own) == []


def test_only_answers_are_judged(own: RunningGateway, rasa: FakeRasa) -> None:
    conversation = own.chat()
    rasa.answer = lambda said: {"replies": [chat("Hello.")], "intent": None}
    for message in (conversation.opened["messages"][0], only(conversation.say("hello"))):
        assert code(give(conversation, message["id"])) == (422, "wrong_shape")
    assert kept(own) == []


def test_who_has_no_session_gives_none(gateway: RunningGateway) -> None:
    body = {"message_id": "0" * 32, "helpful": True}
    for headers in ({}, NOBODY):
        response = gateway.http.post("/api/feedback", json=body, headers=headers)
        assert code(response) == (401, "session_over")


def test_a_comment_may_be_so_long_and_no_longer(own: RunningGateway) -> None:
    conversation, answer = answered(own)
    assert code(give(conversation, answer, comment="x" * 501)) == (422, "text_too_long")
    assert kept(own) == []
    assert give(conversation, answer, comment="x" * 500).status_code == 204


def test_there_is_a_limit_over_time(start: StartGateway, rasa: FakeRasa) -> None:
    gateway = start(limits_with(rates={"messages_per_session": ["3 per minute"]}, alerts=PATIENT))
    conversation, answer = answered(gateway)
    assert give(conversation, answer).status_code == 204
    assert give(conversation, answer).status_code == 204
    refused = give(conversation, answer, False)
    assert code(refused) == (429, "too_many")
    assert int(refused.headers["Retry-After"]) > 0
    assert kept(gateway)[0].helpful is True
    # Nobody in danger is kept waiting.
    assert "crisis" in give(conversation, answer, False, comment=CRISIS_TEXT).text


def test_a_danger_in_a_comment_is_answered_and_told(
    own: RunningGateway, composer: ReplyComposer, rasa: FakeRasa
) -> None:
    conversation, answer = answered(own)
    response = give(conversation, answer, False, comment=CRISIS_TEXT)
    assert is_crisis(response, composer)
    (alert,) = until_alerts(own, 1)
    assert alert.danger == CRISIS
    assert alert.conversation_id is not None
    # It is a message, so that staff can read it and the next one is understood.
    said = [(each["role"], each["text"]) for each in conversation.history()[-2:]]
    assert said == [("patient", CRISIS_TEXT), ("assistant", composer.danger(CRISIS).text)]
    assert kept(own) == []
    conversation.say("what helps?")
    assert rasa.seen[-1][DANGER_BEFORE_KEY]["safety_replies"] == 1


def test_the_same_comment_sent_again_is_the_same_message(own: RunningGateway) -> None:
    conversation, answer = answered(own)
    first = give(conversation, answer, False, comment=CRISIS_TEXT)
    again = give(conversation, answer, False, comment=CRISIS_TEXT)
    assert first.json() == again.json()
    until_alerts(own, 1)


def test_a_danger_that_only_rasa_finds_is_answered_too(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    conversation, answer = answered(own)
    reply = json.loads(composer.danger(CRISIS).json(exclude={"request"}))
    told = {"intent": "crisis", DANGER_KEY: CRISIS.dict()}
    rasa.understand = lambda text: told

    def crisis(said: Said) -> Answer:
        return {"replies": [reply], **told}

    rasa.answer = crisis
    assert is_crisis(give(conversation, answer, False, comment="i see no way on"), composer)
    (alert,) = until_alerts(own, 1)
    assert alert.found_by.value == "classifier"


@pytest.mark.parametrize("broken", ["down", "slow"])
def test_without_rasa_a_comment_is_kept_all_the_same(
    start: StartGateway, rasa: FakeRasa, broken: str
) -> None:
    gateway = start(limits_with(turn={"doubt_seconds": 0.2}, alerts=PATIENT))
    conversation, answer = answered(gateway)
    rasa.hold() if broken == "slow" else setattr(rasa, "status", 500)
    assert give(conversation, answer, False, comment="too short").status_code == 204
    assert comment_in(kept(gateway)[0]) == "too short"
    rasa.release()


def test_a_danger_is_answered_though_nothing_else_is_right(
    own: RunningGateway, composer: ReplyComposer
) -> None:
    conversation = own.chat()
    assert is_crisis(give(conversation, "0" * 32, False, comment=CRISIS_TEXT), composer)
    too_long = CRISIS_TEXT + "." * 600
    assert is_crisis(give(conversation, "0" * 32, False, comment=too_long), composer, 1)
    body = {"message_id": "0" * 32, "helpful": False, "comment": CRISIS_TEXT}
    assert is_crisis(own.http.post("/api/feedback", json=body, headers=NOBODY), composer)
    until_alerts(own, 3)


def test_with_the_database_locked_the_patient_is_told_and_a_danger_is_not_lost(
    start: StartGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    gateway = start(impatient_limits())
    conversation, answer = answered(gateway)
    with locked(gateway):
        assert code(give(conversation, answer, False, comment="too short")) == (503, "unavailable")
        assert is_crisis(give(conversation, answer, False, comment=CRISIS_TEXT), composer)
        assert alerts_of(gateway) == ()
    until_alerts(gateway, 1)
    assert kept(gateway) == []


def test_a_deleted_conversation_takes_its_comments_with_it(own: RunningGateway) -> None:
    conversation, answer = answered(own)
    give(conversation, answer, False, comment="too short")
    conversation.delete()
    (row,) = kept(own)
    assert (row.helpful, row.topic) == (False, "relief")
    assert (row.conversation_id, row.sealed_comment) == (None, None)


def test_nothing_of_it_is_logged_or_counted_by_its_words(
    own: RunningGateway, capfd: pytest.CaptureFixture[str]
) -> None:
    conversation, answer = answered(own)
    give(conversation, answer, False, comment="a zebrafinch, my name is Heliotrope")
    give(conversation, answer, False, comment=f"{CRISIS_TEXT} zebrafinch")
    found = "".join(capfd.readouterr()) + own.http.get("/metrics").text
    for secret in ("zebrafinch", "Heliotrope", answer):
        assert secret not in found


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_two_databases_do_the_same(
    start: StartGateway, rasa: FakeRasa, database: Database, url: str
) -> None:
    gateway = start(database_url=url)
    conversation, answer = answered(gateway)
    for comment in ("one", "two"):
        assert give(conversation, answer, comment=comment).status_code == 204
    with database.reading() as connection:
        (row,) = connection.execute(select(feedback)).all()
        held = connection.execute(select(conversations.c.id)).scalars().all()
    assert (comment_in(row), [row.conversation_id]) == ("two", held)
