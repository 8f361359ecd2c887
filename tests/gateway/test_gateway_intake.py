"""A finished form is stored before the patient reads so, once, whatever fails meanwhile."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

import pytest

from bot.intake.promise import in_words
from bot.intake.records import Origin, RecordState, Urgency
from bot.replies.composer import ReplyComposer
from tests.databases import CLINIC
from tests.gateway.alerts import impatient_limits
from tests.gateway.fake_rasa import FakeRasa, chat, echo
from tests.gateway.harness import (
    CRISIS_TEXT,
    EMERGENCY_TEXT,
    Chat,
    RunningGateway,
    StartGateway,
    only,
    until,
)
from tests.gateway.requests import (
    UNTOLD,
    Lock,
    entries,
    handing_over,
    noticed,
    opened,
    records,
    told,
)
from tests.intake.records import EMAIL, PHONE, WORDS, asked

BOTH_SINKS = [("email", "request_received"), ("webhook", "request_received")]


@pytest.fixture
def own(start: StartGateway, rasa: FakeRasa) -> RunningGateway:
    """A gateway with a database of its own, where every message finishes a form."""
    rasa.answer = lambda said: handing_over(asked(language="en"))
    return start(impatient_limits())


@pytest.fixture
def lock(own: RunningGateway) -> Iterator[Lock]:
    held = Lock(own)
    yield held
    held.close()


def receipt(composer: ReplyComposer, record: Any, *, appended: bool = False) -> str:
    """What the patient reads of a record."""
    promise = in_words(record.due_at, CLINIC, "en")
    return composer.intake.request_received(record.reference, promise, appended=appended).text


def not_stored(composer: ReplyComposer) -> str:
    return composer.intake.request_not_stored().text


def test_the_patient_reads_the_reference_of_what_is_stored(
    own: RunningGateway, composer: ReplyComposer
) -> None:
    conversation = own.chat()
    message = only(conversation.say("send"))
    (record,) = records(own)
    assert message["text"] == receipt(composer, record)
    assert record.reference in message["text"]
    assert (record.contact, record.name) == (PHONE, "Rosalind")
    assert (record.state, record.urgency) == (RecordState.NEW, Urgency.ROUTINE)
    assert record.origin is Origin.REQUEST
    assert record.id == conversation.history()[1]["id"]
    assert record.due_at > datetime.now(timezone.utc)
    assert noticed(own) == BOTH_SINKS
    assert told(own) == [("patient", "record_created")]
    assert own.metric('assistant_intake_requests_total{stored="true"}') == 1


def test_the_history_holds_the_receipt_and_no_request(own: RunningGateway) -> None:
    conversation = own.chat()
    message = only(conversation.say("send"))
    assert conversation.history()[-1] == {**message, "role": "assistant"}
    assert UNTOLD not in str(conversation.history())
    assert not any(word in str(conversation.history()) for word in WORDS)
    assert "request" not in message


def test_the_same_key_again_reads_the_same_and_stores_nothing(
    own: RunningGateway, rasa: FakeRasa
) -> None:
    conversation = own.chat()
    rasa.hold()
    with ThreadPoolExecutor(3) as pool:
        sent = [pool.submit(conversation.say, "send", "key-1234") for _ in range(3)]
        rasa.wait_for_messages(1)
        rasa.release()
        answers = [only(each.result()) for each in sent]
    answers.append(only(conversation.say("send", "key-1234")))
    assert all(answer == answers[0] for answer in answers)
    assert len(rasa.seen) == 1
    assert len(records(own)) == 1
    assert noticed(own) == BOTH_SINKS


def test_sent_twice_with_two_keys_is_one_record(
    own: RunningGateway, composer: ReplyComposer
) -> None:
    conversation = own.chat()
    with ThreadPoolExecutor(2) as pool:
        texts = [only(answer)["text"] for answer in pool.map(conversation.say, ["send", "send"])]
    (record,) = records(own)
    expected = [receipt(composer, record), receipt(composer, record, appended=True)]
    assert sorted(texts) == sorted(expected)
    assert len(entries(own, record)) == 1


def test_a_second_request_of_the_same_person_is_added_to_the_first(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    own.chat().say("send")
    rasa.answer = lambda said: handing_over(asked(language="en", reason="and my jaw"))
    second = only(own.chat().say("send"))
    (record,) = records(own)
    (entry,) = entries(own, record)
    assert "and my jaw" in entry.text
    assert entry.reference
    assert second["text"] == receipt(composer, record).replace(record.reference, entry.reference)
    assert [action for _, action in told(own)] == ["record_created", "record_appended"]
    assert noticed(own) == sorted(
        [*BOTH_SINKS, ("email", "request_appended"), ("webhook", "request_appended")]
    )


def test_another_person_gets_a_record_of_their_own(own: RunningGateway, rasa: FakeRasa) -> None:
    own.chat().say("send")
    rasa.answer = lambda said: handing_over(asked(contact=EMAIL))
    own.chat().say("send")
    assert {record.contact for record in records(own)} == {PHONE, EMAIL}


def test_the_receipt_is_in_the_language_of_the_form(own: RunningGateway, rasa: FakeRasa) -> None:
    rasa.answer = lambda said: handing_over(asked(language="es"))
    assert "Alguien le contactar\u00e1" in only(own.chat().say("enviar"))["text"]
    (record,) = records(own)
    assert record.language == "es"


def test_a_danger_before_makes_it_urgent(own: RunningGateway) -> None:
    conversation = own.chat()
    conversation.say(CRISIS_TEXT)
    until(lambda: len(records(own)) == 1, what="the alert's record")
    conversation.say("send")
    (record,) = records(own)
    assert (record.urgency, record.contact) == (Urgency.CRISIS_SHOWN, PHONE)


def test_a_danger_afterwards_makes_it_urgent(own: RunningGateway) -> None:
    conversation = own.chat()
    conversation.say("send")
    conversation.say(EMERGENCY_TEXT)

    def urgency() -> list[Urgency]:
        return [record.urgency for record in records(own) if record.contact]

    # Where the database was slow, the alert came before its conversation was known.
    until(lambda: urgency() == [Urgency.URGENT], what="the alert")


def test_what_stands_beside_the_receipt_is_shown_too(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    answer = handing_over(asked(language="en"))
    rasa.answer = lambda said: {**answer, "replies": [chat("Before."), *answer["replies"]]}
    messages = own.chat().say("send").json()["messages"]
    (record,) = records(own)
    assert [message["text"] for message in messages] == ["Before.", receipt(composer, record)]


def test_a_faulty_reply_beside_it_does_not_take_the_request_along(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    answer = handing_over(asked(language="en"))
    faulty = {"kind": "answer", "text": "Without a source."}
    rasa.answer = lambda said: {**answer, "replies": [faulty, *answer["replies"]]}
    messages = own.chat().say("send").json()["messages"]
    (record,) = records(own)
    assert [message["text"] for message in messages] == [
        composer.unavailable().text,
        receipt(composer, record),
    ]


def test_locked_while_sending_the_patient_is_told_and_it_is_stored_later(
    own: RunningGateway, rasa: FakeRasa, lock: Lock, composer: ReplyComposer
) -> None:
    conversation = own.chat()
    rasa.answer = lock.before(rasa.answer)
    began = time.monotonic()
    message = only(conversation.say("send"))
    assert time.monotonic() - began < 2
    assert (message["text"], message["buttons"]) == (not_stored(composer), None)
    assert CLINIC.phone in message["text"]
    assert own.metric('assistant_intake_requests_total{stored="false"}') == 1
    time.sleep(0.5)  # Several attempts of upkeep.
    assert conversation.history()[-1]["role"] == "patient"
    assert records(own) == ()
    lock.let_go()
    until(lambda: len(records(own)) == 1, what="storing")
    until(lambda: conversation.history()[-1]["role"] == "assistant", what="the answer")
    assert conversation.history()[-1]["text"] == receipt(composer, records(own)[0])
    assert noticed(own) == BOTH_SINKS
    assert len(rasa.seen) == 1
    assert own.metric('assistant_intake_requests_total{stored="false"}') == 1
    assert own.metric('assistant_intake_requests_total{stored="true"}') == 1


def test_the_same_key_again_once_the_database_works(
    own: RunningGateway, rasa: FakeRasa, lock: Lock, composer: ReplyComposer
) -> None:
    conversation = own.chat()
    rasa.answer = lock.before(rasa.answer)
    assert only(conversation.say("send", "key-1234"))["text"] == not_stored(composer)
    lock.let_go()
    message = only(conversation.say("send", "key-1234"))
    (record,) = records(own)
    assert message["text"] == receipt(composer, record)
    assert noticed(own) == BOTH_SINKS
    assert len(rasa.seen) == 1


def test_while_it_waits_the_next_message_is_answered(
    own: RunningGateway, rasa: FakeRasa, lock: Lock
) -> None:
    conversation = own.chat()
    finish = rasa.answer
    rasa.answer = lock.before(finish)
    conversation.say("send")
    lock.let_go()
    rasa.answer = echo
    assert only(conversation.say("and a question"))["text"] == "You said: and a question"
    until(lambda: len(records(own)) == 1, what="storing")


def test_a_fault_of_ours_is_told_and_tried_again(
    own: RunningGateway, composer: ReplyComposer, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = own.chat()
    with monkeypatch.context() as broken:
        broken.setattr("bot.gateway.request_book.add_request", _fail)
        assert only(conversation.say("send"))["text"] == not_stored(composer)
        assert records(own) == ()
        assert told(own) == []
    until(lambda: len(records(own)) == 1, what="storing")
    assert noticed(own) == BOTH_SINKS


def test_after_a_restart_rasa_is_asked_for_the_same_message_again(
    own: RunningGateway, rasa: FakeRasa, lock: Lock, start: StartGateway
) -> None:
    conversation = own.chat()
    finish = rasa.answer
    rasa.answer = lock.before(finish)
    conversation.say("send", "key-1234")
    own.stop()
    lock.let_go()
    rasa.answer = finish
    again = start(impatient_limits(), port=own.settings.port)
    until(lambda: len(records(again)) == 1, what="storing")
    first, second = rasa.seen
    assert second == {**first, "again": True}
    assert noticed(again) == BOTH_SINKS


def test_what_is_deleted_meanwhile_is_never_stored(
    own: RunningGateway, rasa: FakeRasa, lock: Lock
) -> None:
    conversation = own.chat()
    rasa.answer = lock.before(rasa.answer)
    conversation.say("send")
    lock.let_go()
    assert conversation.delete().status_code == 204
    time.sleep(0.5)  # Several rounds of upkeep.
    stored = records(own)
    # Upkeep may have been faster than the patient; then the clinic has it, without the chat.
    assert len(stored) <= 1
    assert all(record.conversation_id is None for record in stored)
    assert own.http.get("/health/live").status_code == 200


def test_a_request_that_cannot_be_read_is_no_request(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    answer = handing_over(asked())
    answer["replies"][0]["request"]["contact"]["kind"] = "pigeon"
    rasa.answer = lambda said: answer
    assert only(own.chat().say("send"))["text"] == composer.unavailable().text
    assert records(own) == ()


def test_nothing_of_it_is_logged_or_measured(
    own: RunningGateway, lock: Lock, rasa: FakeRasa, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    conversation = own.chat()
    conversation.say("send")
    rasa.answer = lock.before(rasa.answer)
    conversation.say("send")
    lock.let_go()
    (record,) = records(own)
    until(lambda: len(entries(own, record)) == 1, what="storing")
    written = caplog.text + json.dumps([str(vars(line)) for line in caplog.records])
    written += own.http.get("/metrics").text
    for word in (*WORDS, record.reference, conversation.token):
        assert word not in written
    assert {"request_stored", "request_not_stored"} <= {line.msg for line in caplog.records}


def test_the_database_file_holds_nothing_of_it_in_the_clear(own: RunningGateway) -> None:
    own.chat().say("my left eye throbs")
    assert len(records(own)) == 1
    with opened(own) as database, database.writing() as connection:
        assert connection  # So that the write-ahead log is closed properly below.
    own.stop()
    folder = own.settings.var
    written = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert b"SQLite format 3" in written
    for word in (*WORDS, "left eye"):
        assert word.encode() not in written


def _fail(*args: object, **kwargs: object) -> None:
    raise RuntimeError("a fault of ours")


def test_a_deleted_conversation_leaves_the_record_to_the_clinic(own: RunningGateway) -> None:
    conversation: Chat = own.chat()
    conversation.say("send")
    assert conversation.delete().status_code == 204
    (record,) = records(own)
    assert (record.contact, record.conversation_id) == (PHONE, None)
