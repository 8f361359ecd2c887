"""People of the clinic and those who text: requests by text, taking over, handing back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, update

from bot.database.schema import conversation_owners, intake_records, sessions
from bot.replies.channel import Channel
from bot.replies.intake_draft import KNOWN_PHONE
from bot.replies.intake_request import Contact, ContactKind
from bot.replies.reply import Reply, ReplyKind
from tests.databases import VAULT
from tests.gateway.alerts import alerts_of
from tests.gateway.fake_rasa import Answer, FakeRasa, echo
from tests.gateway.harness import CRISIS_TEXT, StartGateway, limits_with
from tests.gateway.requests import entries, records
from tests.gateway.texting import PATIENT, Texting, texting_with
from tests.intake.people import person
from tests.intake.records import asked

EMAIL = Contact(kind=ContactKind.EMAIL, value="pat@example.com")


@pytest.fixture
def texting(start: StartGateway) -> Iterator[Texting]:
    with texting_with(start) as one:
        yield one


def requesting(contact: Contact, language: str = "en") -> Answer:
    """Rasa's answer to the last word of a form."""
    request = asked(language=language).copy(update={"contact": contact})
    reply = Reply(kind=ReplyKind.INTAKE, text="Not to be read.", request=request)
    return {"replies": [json.loads(reply.json())], "intent": "intake"}


def requested(texting: Texting, rasa: FakeRasa, contact: Contact = KNOWN_PHONE) -> str:
    """A request by text; its reference."""
    rasa.answer = lambda said: requesting(contact)
    texting.replies_to("send")
    rasa.answer = echo
    (record,) = records(texting.gateway)
    return record.reference


def take(texting: Texting, reference: str) -> None:
    """A person has the conversation of this record."""
    user = person(texting.kept.database, "dana")
    with texting.kept.database.writing() as connection:
        conversation_id = connection.execute(
            select(intake_records.c.conversation_id).where(intake_records.c.reference == reference)
        ).scalar_one()
        connection.execute(
            insert(conversation_owners).values(
                conversation_id=conversation_id,
                user_id=user.id,
                since=datetime.now(timezone.utc),
            )
        )


def test_the_number_that_somebody_texts_from_is_their_contact(
    texting: Texting, rasa: FakeRasa
) -> None:
    reference = requested(texting, rasa)
    (record,) = records(texting.gateway)
    assert record.channel is Channel.SMS
    assert record.contact == Contact(kind=ContactKind.PHONE, value=PATIENT)
    assert reference in texting.kept.replies()[-1]


def test_another_contact_is_taken_as_it_is(texting: Texting, rasa: FakeRasa) -> None:
    requested(texting, rasa, EMAIL)
    (record,) = records(texting.gateway)
    assert record.contact == EMAIL


def test_a_portal_has_no_known_number(texting: Texting, rasa: FakeRasa) -> None:
    rasa.answer = lambda said: requesting(KNOWN_PHONE)
    texting.post_json({"id": "m1", "from": "user-17", "text": "send"})
    texting.kept.until_done(1)
    assert records(texting.gateway) == ()
    assert texting.kept.replies("user-17")


def test_a_request_after_a_danger_joins_its_record_with_name_and_reason(
    texting: Texting, rasa: FakeRasa
) -> None:
    texting.replies_to(CRISIS_TEXT)
    requested(texting, rasa)
    (record,) = records(texting.gateway)
    assert record.name == asked().name and record.reason == asked().reason
    assert record.contact == Contact(kind=ContactKind.PHONE, value=PATIENT)
    assert len(entries(texting.gateway, record)) == 2


def test_a_spanish_form_is_answered_in_spanish(texting: Texting, rasa: FakeRasa) -> None:
    rasa.answer = lambda said: requesting(KNOWN_PHONE, "es")
    texting.replies_to("enviar")
    (thread,) = texting.kept.threads()
    assert thread.language == "es"


def test_while_a_person_has_the_conversation_the_assistant_is_silent(
    texting: Texting, rasa: FakeRasa
) -> None:
    take(texting, requested(texting, rasa))
    before = len(texting.kept.replies())
    assert len(texting.replies_to("are you there?")) == before
    assert "are you there?" in rasa.overheard
    assert "988" in texting.replies_to(CRISIS_TEXT)[-1]
    assert len(alerts_of(texting.gateway)) == 1


def test_a_person_reads_everything_however_much_it_is(start: StartGateway, rasa: FakeRasa) -> None:
    limits = limits_with(inbound_texts={"most_of_one_number": 1})
    with texting_with(start, limits=limits) as texting:
        take(texting, requested(texting, rasa))
        before = len(texting.kept.replies())
        assert len(texting.replies_to("one", "two", "three")) == before
        assert rasa.overheard == ["one", "two", "three"]


def test_a_text_after_hours_still_reaches_the_person_who_has_the_conversation(
    texting: Texting, rasa: FakeRasa
) -> None:
    take(texting, requested(texting, rasa))
    past = datetime.now(timezone.utc) - timedelta(hours=30)
    with texting.kept.database.writing() as connection:
        connection.execute(update(sessions).values(expires_at=past))
    before = len(texting.kept.replies())
    assert len(texting.replies_to("here is my answer")) == before
    assert rasa.texts() == ["send"]


def test_a_person_who_takes_an_earlier_conversation_gets_the_next_text(
    texting: Texting, rasa: FakeRasa
) -> None:
    reference = requested(texting, rasa)
    past = datetime.now(timezone.utc) - timedelta(hours=30)
    with texting.kept.database.writing() as connection:
        connection.execute(update(sessions).values(expires_at=past))
    texting.replies_to("something new")
    take(texting, reference)
    before = len(texting.kept.replies())
    assert len(texting.replies_to("to the person")) == before
    assert [said.get("text") for said in rasa.seen] == ["send", "something new"]


def test_what_staff_see_is_all_that_was_texted(texting: Texting, rasa: FakeRasa) -> None:
    take(texting, requested(texting, rasa))
    texting.replies_to("my bullfinch is ill")
    from bot.database.schema import turns

    with texting.kept.database.reading() as connection:
        said = connection.execute(select(turns.c.text).order_by(turns.c.position)).scalars().all()
    assert [VAULT.open(one) for one in said if one] == ["send", "my bullfinch is ill"]
