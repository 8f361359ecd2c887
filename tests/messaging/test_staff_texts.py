"""What staff write reaches who texts: in the same transaction, in order, and by day."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, update

from bot.database.engine import Database
from bot.database.schema import conversations
from bot.gateway.handover_store import HandOverStore
from bot.gateway.messaging.addresses import address_index
from bot.gateway.messaging.opt_outs import OptOutSource, opt_out
from bot.gateway.messaging.staff_texts import OptedOutError, StaffTexts
from bot.intake.ownership import NoConversationError
from bot.intake.records import Urgency
from bot.intake.requests import add_request
from bot.intake.staff import User
from bot.replies.channel import Channel
from bot.replies.composer import ReplyComposer
from bot.replies.texting.rendering import TextRenderer, TextTooLongError
from tests.databases import CLINIC, VAULT
from tests.intake.people import person
from tests.intake.records import asked
from tests.messaging.outgoing import NUMBER, Office, new_thread, rows

NOW = datetime.now(timezone.utc)


class Place:
    """A conversation by text with a request, hours after the patient wrote last."""

    def __init__(self, database: Database, composer: ReplyComposer) -> None:
        self.database = database
        renderer = TextRenderer.shipped(composer, CLINIC, "https://bot.clinic.test")
        self.store = HandOverStore(
            database, VAULT, composer.intake, timedelta(hours=2), StaffTexts(VAULT, renderer)
        )
        self.thread = new_thread(database, last_inbound_at=NOW)
        self.conversation = uuid.uuid4().hex
        with database.writing() as connection:
            connection.execute(
                insert(conversations).values(
                    id=self.conversation,
                    started_at=NOW,
                    channel=Channel.SMS.value,
                    thread_id=self.thread,
                )
            )
            self.reference = add_request(
                connection,
                VAULT,
                CLINIC,
                request=asked(language="en"),
                conversation_id=self.conversation,
                channel=Channel.SMS,
                urgency=Urgency.ROUTINE,
                request_id=uuid.uuid4().hex,
                now=NOW,
            ).reference

    @property
    def texts(self) -> list[tuple[str, str]]:
        return [(one.kind, VAULT.open(one.sealed_text)) for one in rows(self.database)]


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database, ReplyComposer.shipped(CLINIC))


@pytest.fixture
def dana(database: Database) -> User:
    return person(database, "dana")


def test_a_person_joins_writes_and_leaves_by_text(place: Place, dana: User) -> None:
    place.store.take_over(place.reference, dana)
    place.store.write(place.reference, dana, "Can I call you at 3?", key="one")
    place.store.write(place.reference, dana, "Can I call you at 3?", key="one")
    place.store.hand_back(place.reference, dana)

    kinds = [kind for kind, _ in place.texts]
    assert kinds == ["notice", "staff", "notice"]
    joined, wrote, left = (text for _, text in place.texts)
    assert dana.shown_name in joined
    assert dana.shown_name in wrote
    assert "Can I call you at 3?" in wrote
    assert left
    office = Office(place.database, now=datetime.now(timezone.utc) + timedelta(minutes=1))
    office.round()
    assert office.provider.texts == [joined, wrote, left]


def test_what_is_too_long_to_text_is_refused_and_not_stored(place: Place, dana: User) -> None:
    place.store.take_over(place.reference, dana)
    before = place.texts
    with pytest.raises(TextTooLongError):
        place.store.write(place.reference, dana, "word " * 300)
    assert place.texts == before


def test_nobody_writes_to_who_wants_no_texts(place: Place, dana: User) -> None:
    place.store.take_over(place.reference, dana)
    with place.database.writing() as connection:
        index = address_index(VAULT, Channel.SMS, NUMBER)
        opt_out(connection, index, OptOutSource.KEYWORD, NOW)
    with pytest.raises(OptedOutError):
        place.store.write(place.reference, dana, "Hello?")
    # But the conversation can be given back.
    assert place.store.hand_back(place.reference, dana)


def test_nobody_takes_over_from_who_wants_no_texts(place: Place, dana: User) -> None:
    with place.database.writing() as connection:
        index = address_index(VAULT, Channel.SMS, NUMBER)
        opt_out(connection, index, OptOutSource.KEYWORD, NOW)
    with pytest.raises(OptedOutError):
        place.store.take_over(place.reference, dana)
    assert place.texts == []


def test_on_the_website_nothing_is_texted(place: Place, dana: User) -> None:
    with place.database.writing() as connection:
        connection.execute(update(conversations).values(channel="web", thread_id=None))
    with pytest.raises(NoConversationError):
        place.store.take_over(place.reference, dana)
    assert place.texts == []
