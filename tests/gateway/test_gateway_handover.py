"""A person of the clinic writes in a conversation, and the assistant is silent meanwhile."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from bot.database.engine import Database
from bot.database.schema import conversation_owners, sessions
from bot.gateway.handover_store import HandOverStore, NotOwnerError
from bot.intake.ownership import NoConversationError, OwnedError
from bot.intake.safety_alerts import AlertSource
from bot.intake.staff import User
from bot.replies.composer import ReplyComposer
from bot.replies.payloads import PERSON_PAYLOAD
from bot.safety.danger import Danger, DangerTopic
from tests.databases import VAULT
from tests.gateway.alerts import impatient_limits, locked, until_alerts
from tests.gateway.fake_rasa import FakeRasa, echo
from tests.gateway.harness import (
    CRISIS,
    CRISIS_TEXT,
    Chat,
    RunningGateway,
    StartGateway,
    limits_with,
    until,
)
from tests.gateway.requests import handing_over, opened, records, told
from tests.intake.people import disable, person
from tests.intake.records import asked

POISON = Danger(topic=DangerTopic.POISONING)


@dataclass
class Desk:
    """What the desk does, on the gateway's database."""

    database: Database
    store: HandOverStore
    dana: User
    omar: User


@pytest.fixture
def own(start: StartGateway) -> RunningGateway:
    """A gateway with a database of its own."""
    return start(limits_with(alerts={"database_seconds": 5}, upkeep={"intake_seconds": 0.2}))


@pytest.fixture
def desk(own: RunningGateway, composer: ReplyComposer) -> Iterator[Desk]:
    with opened(own) as database:
        store = HandOverStore(database, VAULT, composer.intake, timedelta(minutes=120))
        yield Desk(database, store, person(database, "dana"), person(database, "omar"))


@pytest.fixture
def patient(own: RunningGateway, rasa: FakeRasa) -> Chat:
    """Somebody who has asked for a person."""
    conversation = own.chat()
    rasa.answer = lambda said: handing_over(asked(language="en"))
    conversation.say("send")
    rasa.answer, rasa.seen = echo, []
    return conversation


@pytest.fixture
def reference(own: RunningGateway, patient: Chat) -> str:
    (record,) = records(own)
    return record.reference


def news(chat: Chat, after: str | None = None) -> dict[str, Any]:
    response = chat.http.get(
        "/api/updates", params={"after": after} if after else None, headers=chat.headers
    )
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    assert list(found) == ["messages", "person", "again_seconds"]
    return found


def texts(chat: Chat) -> list[tuple[str, str]]:
    return [(entry["role"], entry["text"]) for entry in chat.history()]


def messages(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["messages"]
    return found


def test_the_patient_reads_who_joins_what_they_write_and_that_they_leave(
    desk: Desk, patient: Chat, reference: str, composer: ReplyComposer
) -> None:
    receipt = patient.history()[-1]["id"]
    assert news(patient, receipt) == {"messages": [], "person": None, "again_seconds": 4}

    assert desk.store.take_over(reference, desk.dana)
    (joined,) = news(patient, receipt)["messages"]
    assert joined["text"] == composer.intake.person_joined("Dana").text
    assert (joined["kind"], joined["from"], joined["name"]) == ("notice", "assistant", None)
    assert news(patient, receipt)["person"] == {"name": "Dana"}

    written = desk.store.write(reference, desk.dana, "Hello,\nhow can I help?")
    (message,) = news(patient, joined["id"])["messages"]
    assert message == {
        **dict.fromkeys(("page", "topic", "disclaimer", "source", "buttons", "asks")),
        **dict.fromkeys(("language", "helpful")),
        "problem": False,
        "language": None,
        "id": written.id,
        "kind": "human_handoff",
        "text": "Hello,\nhow can I help?",
        "from": "person",
        "name": "Dana",
    }

    assert desk.store.hand_back(reference, desk.dana)
    (left,) = news(patient, message["id"])["messages"]
    assert left["text"] == composer.intake.person_left("Dana").text
    assert (left["kind"], left["from"]) == ("notice", "assistant")
    assert news(patient, left["id"]) == {"messages": [], "person": None, "again_seconds": 4}
    assert [entry["role"] for entry in patient.history()] == [
        *("assistant", "patient", "assistant"),
        *("assistant", "person", "assistant"),
    ]
    assert [entry["id"] for entry in patient.history()[3:]] == [
        joined["id"],
        message["id"],
        left["id"],
    ]


def test_while_a_person_has_it_rasa_is_not_asked_to_reply(
    own: RunningGateway, desk: Desk, patient: Chat, reference: str, rasa: FakeRasa
) -> None:
    desk.store.take_over(reference, desk.dana)
    assert messages(patient.say("my head hurts")) == []
    assert rasa.seen == []
    assert rasa.overheard == ["my head hurts"]
    entry = patient.history()[-1]
    assert (entry["role"], entry["text"], entry["answered"]) == ("patient", "my head hurts", True)
    # Asked again with the same key, and after a restart, it stays so.
    assert messages(patient.say("again", "key-1234")) == []
    assert messages(patient.say("again", "key-1234")) == []
    time.sleep(0.3)
    assert rasa.seen == []

    desk.store.hand_back(reference, desk.dana)
    assert messages(patient.say("hello"))[0]["text"] == "You said: hello"
    assert rasa.texts() == ["hello"]


def test_a_button_says_nothing_either(
    own: RunningGateway, desk: Desk, patient: Chat, reference: str, rasa: FakeRasa
) -> None:
    (button,) = patient.history()[-1]["buttons"]
    desk.store.take_over(reference, desk.dana)
    assert messages(patient.press(button["id"])) == []
    assert (rasa.seen, rasa.overheard) == ([], [])
    assert patient.history()[-1]["text"] == button["title"]


def test_the_screen_answers_danger_all_the_same(
    own: RunningGateway, desk: Desk, patient: Chat, reference: str, composer: ReplyComposer
) -> None:
    desk.store.take_over(reference, desk.dana)
    (message,) = messages(patient.say(CRISIS_TEXT))
    assert message["text"] == composer.danger(CRISIS).text
    assert message["from"] == "assistant"
    (alert,) = until_alerts(own, 1)
    assert alert.found_by is AlertSource.SCREEN


def test_what_only_the_classifier_finds_is_answered_all_the_same(
    own: RunningGateway,
    desk: Desk,
    patient: Chat,
    reference: str,
    rasa: FakeRasa,
    composer: ReplyComposer,
) -> None:
    desk.store.take_over(reference, desk.dana)
    rasa.understand = lambda text: {"intent": "emergency", "danger": json.loads(POISON.json())}
    (message,) = messages(patient.say("I swallowed it all"))
    assert message["text"] == composer.danger(POISON).text
    (alert,) = until_alerts(own, 1)
    assert (alert.danger, alert.found_by) == (POISON, AlertSource.CLASSIFIER)
    assert alert.conversation_id is not None
    assert rasa.seen == []
    # The person still has the conversation.
    assert news(patient)["person"] == {"name": "Dana"}
    assert messages(patient.say("hello")) != []


@pytest.mark.parametrize("broken", ["status", "body", "down", "slow"])
def test_with_rasa_down_the_person_still_gets_the_message(
    start: StartGateway, composer: ReplyComposer, rasa: FakeRasa, broken: str
) -> None:
    own = start(limits_with(turn={"answer_seconds": 1}))
    conversation = own.chat()
    rasa.answer = lambda said: handing_over(asked())
    conversation.say("send")
    rasa.answer = echo
    with opened(own) as database:
        store = HandOverStore(database, VAULT, composer.intake, timedelta(minutes=120))
        (record,) = records(own)
        store.take_over(record.reference, person(database, "dana"))
    if broken == "status":
        rasa.status = 502
    elif broken == "body":
        rasa.raw = b"<html>"
    elif broken == "down":
        rasa.stop()
    else:
        rasa.hold()
    assert messages(conversation.say("are you there?")) == []
    assert conversation.history()[-1]["text"] == "are you there?"
    (message,) = messages(conversation.say(CRISIS_TEXT))
    assert message["text"] == composer.danger(CRISIS).text


def test_doing_it_again_says_nothing_twice(desk: Desk, patient: Chat, reference: str) -> None:
    assert desk.store.take_over(reference, desk.dana)
    assert not desk.store.take_over(reference, desk.dana)
    first = desk.store.write(reference, desk.dana, "Hello", key="form-1")
    assert desk.store.write(reference, desk.dana, "Hello", key="form-1") == first
    other = desk.store.write(reference, desk.dana, "Hello", key="form-2")
    assert other.id != first.id
    assert desk.store.hand_back(reference, desk.dana)
    assert not desk.store.hand_back(reference, desk.dana)
    assert len(patient.history()) == 3 + 4


def test_only_the_owner_writes_and_hands_back(desk: Desk, patient: Chat, reference: str) -> None:
    with pytest.raises(NotOwnerError):
        desk.store.write(reference, desk.dana, "Hello")
    desk.store.take_over(reference, desk.dana)
    for refused in (
        lambda: desk.store.take_over(reference, desk.omar),
        lambda: desk.store.write(reference, desk.omar, "Hello"),
        lambda: desk.store.hand_back(reference, desk.omar),
    ):
        with pytest.raises(OwnedError):
            refused()
    assert len(patient.history()) == 3 + 1
    assert news(patient)["person"] == {"name": "Dana"}


def test_a_deleted_conversation_can_be_neither_taken_nor_written_in(
    own: RunningGateway, desk: Desk, patient: Chat, reference: str
) -> None:
    desk.store.take_over(reference, desk.dana)
    assert patient.delete().status_code == 204
    for refused in (
        lambda: desk.store.take_over(reference, desk.dana),
        lambda: desk.store.write(reference, desk.dana, "Hello"),
        lambda: desk.store.hand_back(reference, desk.dana),
        lambda: desk.store.conversation_of(reference),
        lambda: desk.store.take_over("nothing", desk.dana),
    ):
        with pytest.raises(NoConversationError):
            refused()


def test_the_audit_tells_who_did_what(own: RunningGateway, desk: Desk, reference: str) -> None:
    desk.store.take_over(reference, desk.dana)
    desk.store.write(reference, desk.dana, "Hello", key="form-1")
    desk.store.write(reference, desk.dana, "Hello", key="form-1")
    desk.store.hand_back(reference, desk.dana)
    assert told(own)[1:] == [
        ("user:dana", "took_over"),
        ("user:dana", "staff_message"),
        ("user:dana", "handed_back"),
    ]


def test_a_failure_halfway_leaves_neither_owner_nor_notice(
    desk: Desk, patient: Chat, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("bot.gateway.handover_store.add_messages", fail)
        with pytest.raises(RuntimeError):
            desk.store.take_over(reference, desk.dana)
    assert news(patient)["person"] is None
    assert len(patient.history()) == 3


def test_what_the_owner_leaves_alone_goes_back_to_the_assistant(
    desk: Desk, patient: Chat, reference: str, composer: ReplyComposer
) -> None:
    desk.store.take_over(reference, desk.dana)
    time.sleep(0.5)  # Several rounds of upkeep.
    assert news(patient)["person"] == {"name": "Dana"}
    with desk.database.writing() as connection:
        an_hour_ago = datetime.now(timezone.utc) - timedelta(hours=1)
        connection.execute(update(conversation_owners).values(since=an_hour_ago))
    until(lambda: news(patient)["person"] is None, what="handing back")
    assert news(patient)["messages"][-1]["text"] == composer.intake.person_left("Dana").text
    assert messages(patient.say("hello"))[0]["text"] == "You said: hello"


def test_who_is_disabled_answers_nobody(desk: Desk, patient: Chat, reference: str) -> None:
    desk.store.take_over(reference, desk.dana)
    disable(desk.database, desk.dana)
    until(lambda: news(patient)["person"] is None, what="handing back")


def test_what_was_offered_before_is_over_and_a_person_can_be_asked_for_again(
    desk: Desk, patient: Chat, reference: str, rasa: FakeRasa
) -> None:
    (before,) = patient.history()[-1]["buttons"]
    desk.store.take_over(reference, desk.dana)
    desk.store.write(reference, desk.dana, "Hello")
    desk.store.hand_back(reference, desk.dana)
    assert patient.press(before["id"]).json()["error"]["code"] == "button_over"
    (after,) = news(patient)["messages"][-1]["buttons"]
    assert patient.press(after["id"]).status_code == 200
    assert rasa.seen[-1]["payload"] == PERSON_PAYLOAD


def test_news_are_what_was_not_asked_for(
    desk: Desk, patient: Chat, reference: str, rasa: FakeRasa
) -> None:
    desk.store.take_over(reference, desk.dana)
    desk.store.write(reference, desk.dana, "One")
    patient.say("thanks")
    patient.say(CRISIS_TEXT)
    desk.store.write(reference, desk.dana, "Two")
    desk.store.hand_back(reference, desk.dana)
    patient.say("hello")
    found = news(patient)["messages"]
    assert [message["text"] for message in found][1:3] == ["One", "Two"]
    assert len(found) == 4
    assert news(patient, found[1]["id"])["messages"] == found[2:]
    assert news(patient, found[3]["id"])["messages"] == []
    # A device may know a message that could not be stored: it gets everything, and sorts it out.
    for unknown in ("f" * 32, "", "' or 1=1 --", "\x00"):
        assert news(patient, unknown)["messages"] == found


def test_news_belong_to_their_session(
    own: RunningGateway, desk: Desk, patient: Chat, reference: str
) -> None:
    desk.store.take_over(reference, desk.dana)
    message = desk.store.write(reference, desk.dana, "Only for you")
    other = own.chat()
    quiet = {"messages": [], "person": None, "again_seconds": 30}
    assert news(other) == quiet
    assert news(other, message.id) == quiet


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer " + "x" * 43}])
def test_without_a_session_there_are_no_news(
    gateway: RunningGateway, headers: dict[str, str]
) -> None:
    response = gateway.http.get("/api/updates", headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "session_over")


def test_asking_for_news_is_limited(start: StartGateway) -> None:
    own = start(limits_with(rates={"updates_per_session": ["2 per minute"]}))
    conversation, other = own.chat(), own.chat()
    answers = [own.http.get("/api/updates", headers=conversation.headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert news(other)["messages"] == []
    assert conversation.say("hello").status_code == 200


def test_without_a_database_news_are_unavailable(start: StartGateway) -> None:
    own = start(impatient_limits())
    conversation = own.chat()
    with locked(own):
        # Reading goes on while another writes.
        assert news(conversation)["messages"] == []


def test_what_a_person_writes_keeps_the_session(desk: Desk, patient: Chat, reference: str) -> None:
    def expiry() -> datetime:
        with desk.database.reading() as connection:
            found: datetime = connection.execute(sessions.select()).first().expires_at
            return found

    soon = datetime.now(timezone.utc) + timedelta(minutes=1)
    with desk.database.writing() as connection:
        connection.execute(update(sessions).values(expires_at=soon))
    desk.store.take_over(reference, desk.dana)
    assert expiry() > soon + timedelta(minutes=100)


def test_nobody_writes_to_a_session_that_has_ended(
    desk: Desk, patient: Chat, reference: str
) -> None:
    def end() -> None:
        past = datetime.now(timezone.utc) - timedelta(minutes=1)
        with desk.database.writing() as connection:
            connection.execute(update(sessions).values(expires_at=past))

    desk.store.take_over(reference, desk.dana)
    end()

    with pytest.raises(NoConversationError):
        desk.store.write(reference, desk.dana, "Hello?")
    with pytest.raises(NoConversationError):
        desk.store.take_over(reference, desk.dana)
    assert desk.store.hand_back(reference, desk.dana)


def test_what_is_written_is_sealed(own: RunningGateway, desk: Desk, reference: str) -> None:
    desk.store.take_over(reference, desk.dana)
    desk.store.write(reference, desk.dana, "zebrafinch")
    own.stop()
    desk.database.close()
    files = [file for file in own.settings.var.rglob("*") if file.is_file()]
    assert not any(b"zebrafinch" in file.read_bytes() for file in files)
