"""What a text comes to: an answer in its turn, a fixed text, or silence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, update

from bot.database.schema import (
    conversations,
    inbound_texts,
    opt_outs,
    sessions,
    text_threads,
    turns,
)
from bot.gateway.messaging.adapter import InboundKind
from bot.replies.channel import Channel
from bot.replies.payloads import PERSON_PAYLOAD
from tests.databases import VAULT
from tests.gateway.alerts import alerts_of
from tests.gateway.fake_rasa import FakeRasa, chat
from tests.gateway.harness import CRISIS_TEXT, EMERGENCY_TEXT, StartGateway, limits_with, until
from tests.gateway.requests import entries, records
from tests.gateway.test_gateway_doubt import IN_DOUBT
from tests.gateway.texting import PATIENT, Texting, fields_of, texting_with

OTHER = "+15005550009"
DANGER = {"kind": "crisis", "topic": "suicide", "tier": "call_now"}


@pytest.fixture
def texting(start: StartGateway) -> Iterator[Texting]:
    with texting_with(start) as one:
        yield one


def is_opted_out(texting: Texting) -> bool:
    with texting.kept.database.reading() as connection:
        return connection.execute(select(opt_outs)).first() is not None


def over(texting: Texting) -> None:
    """Every session has ended a second ago."""
    past = datetime.now(timezone.utc) - timedelta(seconds=1)
    with texting.kept.database.writing() as connection:
        connection.execute(update(sessions).values(expires_at=past))


def asking_rasa(rasa: FakeRasa, *titles: str) -> None:
    """Rasa offers these with every answer."""
    buttons = [{"title": title, "payload": f"/{title.lower().split()[0]}"} for title in titles]
    rasa.answer = lambda said: {
        "replies": [chat(f"Heard {said.get('text') or said['payload']}.", buttons=buttons)]
    }


def test_the_first_answer_introduces_and_the_next_ones_do_not(texting: Texting) -> None:
    first, second = texting.replies_to("hello", "and again")
    for part in ("automated assistant", "911", "988", "STOP", "HELP"):
        assert part in first
    assert "You said: hello" in first
    assert second == "You said: and again" or "automated assistant" not in second
    (thread,) = texting.kept.threads()
    assert thread.introduced_at is not None


def test_who_writes_is_said_again_after_a_month(texting: Texting) -> None:
    texting.replies_to("hello")
    long_ago = datetime.now(timezone.utc) - timedelta(days=31)
    with texting.kept.database.writing() as connection:
        connection.execute(update(text_threads).values(introduced_at=long_ago))
    assert "automated assistant" in texting.replies_to("hello again")[-1]


def test_200_texts_of_50_numbers_are_answered_in_order_for_each(
    texting: Texting, rasa: FakeRasa
) -> None:
    numbers = [f"+1500555{n:04}" for n in range(50)]
    texters = [texting.texter(number) for number in numbers]
    posted: dict[str, list[str]] = {}

    def write(place: int) -> None:
        # Each number's own come one after the other, all numbers' at once, and some twice.
        texts = [f"question {place} {turn}" for turn in range(4)]
        posted[numbers[place]] = texts
        for text in texts:
            fields = fields_of(text, numbers[place])
            for _ in range(1 + (place % 3 == 0)):
                # On a slow disk a call can be turned away; its gateway's second address comes then.
                while (status := texters[place].post(fields).status_code) != 204:
                    assert status == 503

    with ThreadPoolExecutor(25) as pool:
        list(pool.map(write, range(50)))
    texting.kept.until_done(200, seconds=120)

    for number in numbers:
        replies = texting.kept.replies(number)
        assert len(replies) == 4
        for text, reply in zip(posted[number], replies, strict=True):
            assert f"You said: {text}" in reply
    for place, number in enumerate(numbers):
        seen = [text for text in rasa.texts() if text.startswith(f"question {place} ")]
        assert seen == posted[number]
    assert len(texting.kept.threads()) == 50


def test_who_writes_too_much_is_told_once_and_then_not_answered(
    start: StartGateway, rasa: FakeRasa
) -> None:
    limits = limits_with(inbound_texts={"most_of_one_number": 3})
    with texting_with(start, limits=limits) as texting:
        *answers, last = texting.replies_to(*[f"again {turn}" for turn in range(6)])
        assert len(answers) == 3
        assert "a lot at once" in last and "911" in last and "988" in last
        assert rasa.texts() == ["again 0", "again 1", "again 2"]
        # Danger, help and the wish to end it have no limit; nor have other numbers.
        assert "988" in texting.replies_to(CRISIS_TEXT)[-1]
        assert len(texting.replies_to("help")) == 6
        assert "You said: hello" in texting.replies_to("hello", number=OTHER)[-1]
        assert "no more texts" in texting.replies_to("stop")[-1]
        assert is_opted_out(texting)


def test_who_wrote_too_much_is_answered_again_later(start: StartGateway) -> None:
    limits = limits_with(inbound_texts={"most_of_one_number": 1})
    with texting_with(start, limits=limits) as texting:
        assert len(texting.replies_to("one", "two", "three")) == 2
        past = datetime.now(timezone.utc) - timedelta(minutes=11)
        with texting.kept.database.writing() as connection:
            connection.execute(update(inbound_texts).values(received_at=past))
        assert "You said: four" in texting.replies_to("four")[-1]


def test_one_number_is_one_thread_whatever_gateway_sends_it(texting: Texting) -> None:
    texting.replies_to("hello")
    data = {"id": "m1", "from": PATIENT, "to": "+15005550001", "channel": "sms", "text": "again"}
    texting.post_json(data)
    texting.kept.until_done(2)
    (thread,) = texting.kept.threads()
    assert thread.gateway == "signed_json"
    assert len(texting.kept.replies()) == 2


def test_whatsapp_is_a_thread_of_its_own_of_the_same_number(texting: Texting) -> None:
    texting.replies_to("hello")
    texting.texter("whatsapp:" + PATIENT).post(
        {**fields_of("hello"), "From": f"whatsapp:{PATIENT}", "To": "whatsapp:+15005550001"}
    )
    texting.kept.until_done(2)
    threads = texting.kept.threads()
    assert {thread.channel for thread in threads} == {"sms", "whatsapp"}
    assert len({thread.address_index for thread in threads}) == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"NumMedia": "1", "MediaUrl0": "https://api.twilio.test/x"}, "pictures"),
        ({"NumMedia": "1", "Body": "what is this on my arm?"}, "pictures"),
        ({"Latitude": "1", "Longitude": "2"}, "location"),
        ({"Body": ""}, "without words"),
        ({"Body": "\u200b\u2060"}, "without words"),
        ({"MessageType": "contacts"}, "this kind of message"),
        ({"Body": "word " * 600}, "too long"),
    ],
)
def test_what_is_no_question_gets_a_fixed_text(
    texting: Texting, rasa: FakeRasa, fields: dict[str, str], says: str
) -> None:
    (reply,) = texting.replies_to("", **fields)
    assert says in reply
    assert rasa.seen == []


@pytest.mark.parametrize("fields", [{"NumMedia": "1"}, {"Latitude": "1", "Longitude": "2"}])
def test_danger_in_the_words_beside_a_picture_is_answered(
    texting: Texting, fields: dict[str, str]
) -> None:
    assert "988" in texting.replies_to(CRISIS_TEXT, **fields)[-1]
    assert len(alerts_of(texting.gateway)) == 1


def test_danger_that_only_the_classifier_finds_beside_a_picture(
    texting: Texting, rasa: FakeRasa
) -> None:
    danger = {"topic": "suicide", "tier": "thoughts", "about": "self", "language": "en"}
    rasa.understand = lambda text: {"intent": "crisis", "danger": danger}
    rasa.answer = lambda said: {"replies": [], "intent": "crisis", "danger": danger}
    assert "988" in texting.replies_to("nothing matters", NumMedia="1")[-1]
    assert len(alerts_of(texting.gateway)) == 1


def test_the_staff_alert_of_a_text_has_the_number_to_call(texting: Texting) -> None:
    texting.replies_to(EMERGENCY_TEXT)
    (record,) = records(texting.gateway)
    assert record.channel is Channel.SMS
    assert record.contact and record.contact.value == PATIENT
    assert texting.kept.outbound()[0].kind == "safety"


def test_rasa_is_asked_once_about_a_text_in_doubt(texting: Texting, rasa: FakeRasa) -> None:
    (answer,) = texting.replies_to(IN_DOUBT)
    assert rasa.overheard == [IN_DOUBT]
    assert f"You said: {IN_DOUBT}" in answer
    assert alerts_of(texting.gateway) == ()


def test_somebody_in_danger_does_not_wait_behind_a_question(
    texting: Texting, rasa: FakeRasa
) -> None:
    rasa.hold()
    texting.texter().text("a question")
    rasa.wait_for_messages(1)
    texting.texter().text(CRISIS_TEXT)
    until(lambda: len(texting.kept.replies()) == 1, what="the safety reply")
    assert "988" in texting.kept.replies()[0]
    rasa.release()
    texting.kept.until_done(2)
    assert len(texting.kept.replies()) == 2


# Keywords.


@pytest.mark.parametrize(
    "word", ["STOP", "stop.", "Unsubscribe", "CANCEL", "end", "Quit", "revoke", "opt out"]
)
def test_stop_is_confirmed_once_and_then_there_is_silence(texting: Texting, word: str) -> None:
    texting.replies_to("hello", word, "hello?", word)
    _, stopped = texting.kept.outbound()
    assert stopped.kind == "confirmation"
    assert "no more texts" in VAULT.open(stopped.sealed_text)
    assert is_opted_out(texting)


def test_stop_counts_for_every_channel_of_a_number(texting: Texting) -> None:
    texting.replies_to("STOP")
    texting.texter().post(
        {**fields_of("hello"), "From": f"whatsapp:{PATIENT}", "To": "whatsapp:+15005550001"}
    )
    texting.kept.until_done(2)
    assert len(texting.kept.replies()) == 1


def test_another_number_is_not_stopped(texting: Texting) -> None:
    texting.replies_to("STOP")
    assert len(texting.replies_to("hello", number=OTHER)) == 1


@pytest.mark.parametrize("word", ["START", "unstop", "YES"])
def test_start_brings_the_texts_back(texting: Texting, word: str) -> None:
    replies = texting.replies_to("STOP", "hello", word, "hello")
    assert len(replies) == 3
    assert "again" in replies[1] and "You said: hello" in replies[2]
    assert not is_opted_out(texting)


def test_yes_is_an_answer_where_nothing_was_stopped(texting: Texting) -> None:
    assert "You said: YES" in texting.replies_to("YES")[-1]


@pytest.mark.parametrize(("told", "stopped"), [("STOP", True), ("START", False), ("HELP", False)])
def test_where_the_provider_has_answered_we_are_silent(
    texting: Texting, rasa: FakeRasa, told: str, stopped: bool
) -> None:
    assert texting.replies_to(told, OptOutType=told) == []
    assert is_opted_out(texting) is stopped
    assert rasa.seen == []


def test_the_providers_start_opens_again(texting: Texting) -> None:
    texting.replies_to("STOP")
    texting.replies_to("START", OptOutType="START")
    assert not is_opted_out(texting)


def test_help_names_the_clinic_a_telephone_and_emergency_numbers(texting: Texting) -> None:
    (reply,) = texting.replies_to("HELP")
    assert "555" in reply and "911" in reply and "988" in reply


@pytest.mark.parametrize("text", ["cancel my appointment", "how do I stop topiramate"])
def test_what_only_sounds_like_stop_is_asked(texting: Texting, text: str) -> None:
    assert f"You said: {text}" in texting.replies_to(text)[-1]
    assert not is_opted_out(texting)


def test_clear_wording_is_asked_about_once(texting: Texting) -> None:
    first, second = texting.replies_to("please stop texting me", "please stop texting me")
    assert "reply STOP" in first
    assert "You said" in second
    assert not is_opted_out(texting)


def test_a_portal_knows_no_stop(texting: Texting) -> None:
    texting.post_json({"id": "m1", "from": "user-17", "text": "stop"})
    texting.kept.until_done(1)
    assert "You said: stop" in texting.kept.replies("user-17")[-1]


def test_a_crisis_of_an_opted_out_number_alerts_staff(texting: Texting) -> None:
    texting.replies_to("STOP", CRISIS_TEXT)
    assert len(alerts_of(texting.gateway)) == 1
    (record,) = records(texting.gateway)
    assert record.contact and record.contact.value == PATIENT
    # What is meant for them is kept, and the sender leaves it out.
    confirmation, safety = texting.kept.outbound()
    assert (confirmation.kind, safety.kind) == ("confirmation", "safety")
    until(
        lambda: texting.kept.outbound()[1].state == "skipped",
        what="leaving it out",
    )


def test_a_crisis_of_an_opted_out_number_that_only_the_classifier_finds(
    texting: Texting, rasa: FakeRasa
) -> None:
    texting.replies_to("STOP")
    danger = {"topic": "suicide", "tier": "thoughts", "about": "self", "language": "en"}
    rasa.understand = lambda text: {"intent": "crisis", "danger": danger}
    rasa.answer = lambda said: {"replies": [], "intent": "crisis", "danger": danger}
    texting.replies_to("nothing matters")
    assert len(alerts_of(texting.gateway)) == 1


def test_an_opted_out_number_reaches_no_conversation(texting: Texting, rasa: FakeRasa) -> None:
    texting.replies_to("STOP", "my head hurts")
    assert rasa.seen == []


def test_a_crisis_comes_before_a_keyword(texting: Texting) -> None:
    (reply,) = texting.replies_to(f"{CRISIS_TEXT}. stop")
    assert "988" in reply and not is_opted_out(texting)


@pytest.mark.parametrize(
    ("word", "payload"),
    [
        ("MORE", '/follow_up{"leaf": "more"}'),
        ("sources", '/follow_up{"leaf": "source"}'),
        ("Person", PERSON_PAYLOAD),
    ],
)
def test_a_key_word_says_what_its_button_says(
    texting: Texting, rasa: FakeRasa, word: str, payload: str
) -> None:
    texting.replies_to(word)
    (said,) = rasa.seen
    assert said["payload"] == payload


# Choices.


@pytest.mark.parametrize("answer", ["1", "1.", "one", "Aura signs", "option 1"])
def test_a_choice_is_read_by_number_or_label(texting: Texting, rasa: FakeRasa, answer: str) -> None:
    asking_rasa(rasa, "Aura signs", "Triggers")
    replies = texting.replies_to("hello")
    assert re.search(r"\b1\b", replies[0]) and "Aura signs" in replies[0]
    texting.replies_to(answer)
    assert rasa.seen[-1]["payload"] == "/aura"


def test_the_words_of_a_choice_are_in_the_history(texting: Texting, rasa: FakeRasa) -> None:
    asking_rasa(rasa, "Aura signs", "Triggers")
    texting.replies_to("hello", "2")
    with texting.kept.database.reading() as connection:
        said = connection.execute(select(turns.c.text).order_by(turns.c.position)).scalars().all()
    assert [VAULT.open(one) for one in said if one] == ["hello", "Triggers"]


def test_a_number_that_chooses_nothing_any_more_is_told(texting: Texting, rasa: FakeRasa) -> None:
    asking_rasa(rasa, "Aura signs", "Triggers")
    texting.replies_to("hello")
    over(texting)
    # A fresh conversation has not offered it.
    assert "no longer open" in texting.replies_to("2")[-1]


def test_a_number_where_no_number_is_offered_is_no_question(
    texting: Texting, rasa: FakeRasa
) -> None:
    # Rasa takes it for a word of thanks.
    assert "no longer open" in texting.replies_to("2")[-1]
    assert rasa.texts() == []


def test_a_longer_number_is_what_somebody_wrote(texting: Texting) -> None:
    assert "You said: 415" in texting.replies_to("415")[-1]


# Conversations.


def test_what_follows_soon_is_the_same_conversation_and_later_a_fresh_one(
    texting: Texting, rasa: FakeRasa
) -> None:
    texting.replies_to("hello", "again")
    over(texting)
    texting.replies_to("somebody else now")
    ids = [said["conversation_id"] for said in rasa.seen]
    assert ids[0] == ids[1] != ids[2]
    with texting.kept.database.reading() as connection:
        kept = connection.execute(select(conversations)).all()
    assert {row.channel for row in kept} == {"sms"}
    assert len({row.thread_id for row in kept}) == 1


def test_a_text_that_came_in_time_belongs_to_its_conversation_however_late_it_is_dealt_with(
    texting: Texting, rasa: FakeRasa
) -> None:
    texting.replies_to("hello")
    rasa.hold()
    texting.texter().text("in time")
    rasa.wait_for_messages(2)
    rasa.release()
    texting.kept.until_done(2)
    assert len({said["conversation_id"] for said in rasa.seen}) == 1


def test_rasa_is_told_how_the_number_ends_and_nothing_more(
    texting: Texting, rasa: FakeRasa
) -> None:
    texting.replies_to("hello")
    (said,) = rasa.seen
    assert said["known_phone_ending"] == PATIENT[-4:]
    assert PATIENT not in json.dumps(said)
    texting.post_json({"id": "m1", "from": "user-17", "text": "hello"})
    texting.kept.until_done(2)
    assert "known_phone_ending" not in rasa.seen[-1]


def test_rasa_that_fails_is_no_silence(texting: Texting, rasa: FakeRasa) -> None:
    rasa.status = 500
    (reply,) = texting.replies_to("hello")
    assert "911" in reply


def test_a_fault_of_ours_is_no_silence(texting: Texting, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.gateway.messaging.receiving import TextAnswerer

    async def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(TextAnswerer, "answer", fail)
    (reply,) = texting.replies_to("hello")
    assert "cannot answer right now" in reply


def test_kinds_are_stored_as_they_came(texting: Texting) -> None:
    texting.replies_to("hello")
    texting.replies_to("", NumMedia="1")
    kinds = [InboundKind(row.kind) for row in texting.kept.inbound()]
    assert kinds == [InboundKind.TEXT, InboundKind.MEDIA]


def test_a_database_that_is_locked_for_a_while_loses_no_answer(
    start: StartGateway, rasa: FakeRasa
) -> None:
    from tests.gateway.alerts import locked

    limits = limits_with(
        database={"busy_seconds": 0.2},
        inbound_texts={"retry_seconds": 0.2},
        turn={"answer_seconds": 5},
    )
    with texting_with(start, limits=limits) as texting:
        rasa.hold()
        texting.texter().text("hello")
        rasa.wait_for_messages(1)
        with locked(texting.gateway):
            rasa.release()
            until(lambda: not rasa.active, what="Rasa's answer")
        texting.kept.until_done(1)
        (reply,) = texting.kept.replies()
        assert "You said: hello" in reply


def test_entries_of_a_second_danger_name_the_same_record(texting: Texting) -> None:
    texting.replies_to(EMERGENCY_TEXT, CRISIS_TEXT)
    (record,) = records(texting.gateway)
    assert len(entries(texting.gateway, record)) == 2
