"""What is kept of texts, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import func, insert, select, update

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import (
    audit,
    conversation_owners,
    conversations,
    inbound_texts,
    opt_outs,
    outbound_texts,
    sessions,
    text_threads,
)
from bot.database.vault import Vault
from bot.gateway.messaging.adapter import GatewayName, InboundKind, InboundMessage, OptOutType
from bot.gateway.messaging.inbound_store import InboundStore
from bot.gateway.messaging.inbound_texts import Answered, InboundText, Wish
from bot.gateway.messaging.outbound_texts import OutboundKind
from bot.gateway.messaging.threads import Talk
from bot.intake.actors import COMMAND_LINE
from bot.intake.erasure import erase
from bot.intake.holdings import held_about
from bot.intake.personal_export import export
from bot.intake.purge import Purge, PurgedKind, SessionLife
from bot.intake.retention import load_retention
from bot.replies.channel import Channel
from bot.replies.intake_request import Contact, ContactKind
from bot.replies.texting.choices import Choice
from bot.replies.texting.rendering import RenderedText
from tests.databases import DATA_KEY, VAULT
from tests.intake.people import person

IDLE = timedelta(minutes=120)
NUMBER = "+15005550006"
CHOICE = Choice(number=1, word="AURA", label="What is aura?", button_id="a" * 32)
DESK = SessionLife(idle=timedelta(minutes=15), absolute=timedelta(hours=8))


@pytest.fixture
def store(database: Database) -> InboundStore:
    return InboundStore(database, VAULT, IDLE)


def message(number: int = 1, **changes: object) -> InboundMessage:
    made = InboundMessage(
        gateway=GatewayName.TWILIO,
        provider_id=f"SM{number}",
        channel=Channel.SMS,
        sender=NUMBER,
        recipient="+15005550001",
        kind=InboundKind.TEXT,
        text=f"text {number}",
        opt_out=None,
        received_at=datetime.now(timezone.utc),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def received(store: InboundStore, number: int = 1, **changes: object) -> InboundText:
    thread_id = store.receive(message(number, **changes))
    assert thread_id
    return store.waiting(thread_id)[-1]


def reply(text: str = "Hello.", **changes: object) -> Answered:
    rendered = RenderedText(text=text, choices=(CHOICE,), introduced=True)
    return replace(Answered(rendered, language="en"), **changes)  # type: ignore[arg-type]


def talk(store: InboundStore, text: InboundText) -> Talk:
    found = store.talk(text)
    assert found
    return found


def count(database: Database, table: object) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def age(database: Database, days: float) -> None:
    """Everything is so much older."""
    moment = datetime.now(timezone.utc) - timedelta(days=days)
    with database.writing() as connection:
        connection.execute(update(conversations).values(started_at=moment))
        connection.execute(update(inbound_texts).values(received_at=moment))
        connection.execute(update(outbound_texts).values(settled_at=moment))
        connection.execute(update(text_threads).values(last_inbound_at=moment))


def test_what_came_in_waits_in_the_order_of_arrival(store: InboundStore) -> None:
    for number in (3, 1, 2):
        store.receive(message(number))
    (thread_id,) = store.waiting_threads()
    assert [text.text for text in store.waiting(thread_id)] == ["text 3", "text 1", "text 2"]


def test_the_same_again_is_known(store: InboundStore) -> None:
    assert store.receive(message())
    assert store.receive(message()) is None
    text = received(store, 2)
    assert store.finish(text, reply())
    assert store.receive(message(2)) is None


def test_many_at_once_get_one_order_and_one_thread(store: InboundStore, database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        # Each of them twice.
        list(pool.map(store.receive, [message(number) for number in range(20)] * 2))
    with database.reading() as connection:
        positions = connection.execute(select(inbound_texts.c.position)).scalars().all()
    assert sorted(positions) == list(range(1, 21))
    assert count(database, text_threads) == 1


def test_what_no_key_opens_is_left_until_its_key_is_back(
    store: InboundStore, database: Database
) -> None:
    stranger = Vault([DATA_KEY[::-1].replace("=", "") + "="], "x" * 40)
    other = InboundStore(database, stranger, IDLE)
    text = received(store)
    assert other.waiting(text.thread_id) == ()
    assert store.waiting(text.thread_id) == (text,)


def test_a_text_is_finished_once(store: InboundStore, database: Database) -> None:
    text = received(store, opt_out=OptOutType.HELP)
    assert text.opt_out is OptOutType.HELP
    assert store.finish(text, reply())
    assert not store.finish(text, reply("Another."))
    assert count(database, outbound_texts) == 1
    assert store.waiting_threads() == ()
    thread = store.thread(text.thread_id)
    assert thread and thread.introduced_at and thread.language == "en"
    assert store.open_choices(text.thread_id) == (CHOICE,)


def test_an_answer_without_choices_does_not_close_those_before_it(store: InboundStore) -> None:
    store.finish(received(store, 1), reply())
    text = received(store, 2)
    store.finish(text, replace(reply(), reply=RenderedText("No choices.")))
    assert store.open_choices(text.thread_id) == (CHOICE,)


@pytest.mark.parametrize(
    ("wish", "source"), [(Wish.STOP, "keyword"), (Wish.STOP_TOLD_BY_PROVIDER, "provider")]
)
def test_a_wish_for_no_texts_is_kept_and_taken_back(
    store: InboundStore, database: Database, wish: Wish, source: str
) -> None:
    text = received(store)
    store.finish(text, Answered(wish=wish))
    thread = store.thread(text.thread_id)
    assert thread and thread.opted_out
    with database.reading() as connection:
        assert connection.execute(select(opt_outs.c.source)).scalar_one() == source
    store.finish(received(store, 2), Answered(wish=wish))
    store.finish(received(store, 3), Answered(wish=Wish.START))
    thread = store.thread(text.thread_id)
    assert thread and not thread.opted_out


def test_a_conversation_goes_on_until_it_is_over(store: InboundStore, database: Database) -> None:
    first = talk(store, received(store, 1))
    assert talk(store, received(store, 2)) == first
    now = datetime.now(timezone.utc)
    with database.writing() as connection:
        connection.execute(update(sessions).values(expires_at=now))
    early = replace(received(store, 3), received_at=now - timedelta(seconds=1))
    late = replace(received(store, 4), received_at=now + timedelta(seconds=1))
    # It came before the end, and gets the session back.
    assert talk(store, early) == first
    with database.writing() as connection:
        connection.execute(update(sessions).values(expires_at=now))
    fresh = talk(store, late)
    assert fresh != first
    # The same text comes to the same conversation however often.
    assert talk(store, late) == fresh


def test_what_a_person_has_is_never_over(store: InboundStore, database: Database) -> None:
    text = received(store)
    first = talk(store, text)
    user = person(database, "dana")
    with database.writing() as connection:
        connection.execute(
            insert(conversation_owners).values(
                conversation_id=first.conversation_id,
                user_id=user.id,
                since=datetime.now(timezone.utc),
            )
        )
        connection.execute(update(sessions).values(expires_at=datetime.now(timezone.utc) - IDLE))
    assert talk(store, received(store, 2)) == first
    with database.reading() as connection:
        ends = connection.execute(select(sessions.c.expires_at)).scalar_one()
    assert ends > datetime.now(timezone.utc)


def test_an_erased_number_leaves_nothing_but_its_wish(
    store: InboundStore, database: Database
) -> None:
    text = received(store)
    conversation = talk(store, text)
    store.finish(text, reply(wish=Wish.STOP, kind=OutboundKind.CONFIRMATION))
    other = received(store, 2, sender="+15005550009", text="of somebody else")
    contact = Contact(kind=ContactKind.PHONE, value=NUMBER)
    with database.writing() as connection:
        audit_log.lock(connection)
        holdings = held_about(connection, VAULT, contact)
        assert holdings and holdings.conversation_ids == (conversation.conversation_id,)
        held = export(connection, VAULT, holdings)
        counts = erase(connection, holdings, actor=COMMAND_LINE, now=datetime.now(timezone.utc))
    (thread,) = held["threads"]
    assert thread["address"] == NUMBER
    assert thread["received"][0]["text"] == "text 1" and thread["sent"][0]["text"] == "Hello."
    assert thread["opted_out_since"]
    assert counts.texts == 2 and counts.conversations == 1
    assert count(database, opt_outs) == 1
    assert store.waiting(other.thread_id) == (other,)
    assert store.thread(text.thread_id) is None and store.talk(text) is None
    assert not store.finish(text, reply())
    with database.reading() as connection:
        told = connection.execute(select(audit)).all()
        assert not held_about(connection, VAULT, contact)
    assert [row.action for row in told] == [AuditAction.ERASED.value]
    # Who comes again has not to say again that they want no texts.
    again = received(store, 3)
    thread_again = store.thread(again.thread_id)
    assert thread_again and thread_again.opted_out


def test_texts_are_purged_with_conversations_and_their_thread_with_the_last_of_them(
    store: InboundStore, database: Database
) -> None:
    text = received(store)
    talk(store, text)
    store.finish(text, reply())
    purge = Purge(database, load_retention(), desk=DESK)
    now = datetime.now(timezone.utc)
    age(database, 29)
    assert purge.run(now).total == 0
    age(database, 31)
    assert purge.run(now).deleted == {
        PurgedKind.CONVERSATIONS: 1,
        PurgedKind.INBOUND_TEXTS: 1,
        PurgedKind.OUTBOUND_TEXTS: 1,
        PurgedKind.TEXT_THREADS: 1,
    }


def test_the_number_is_kept_while_staff_may_answer_by_it(
    store: InboundStore, database: Database
) -> None:
    from bot.intake.records import RecordState
    from tests.intake.held_rows import record

    text = received(store)
    conversation = talk(store, text)
    store.finish(text, reply())
    now = datetime.now(timezone.utc)
    record(database, RecordState.CLAIMED, now, conversation_id=conversation.conversation_id)
    age(database, 60)
    Purge(database, load_retention(), desk=DESK).run(now)
    assert count(database, text_threads) == 1 and count(database, conversations) == 1
