"""What the desk may say and when, and the transactions behind it on both databases."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import cast

import anyio
import pytest

from bot.database.engine import Database
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.handover import HandOver, HandOverError, HandOverRefusal
from bot.gateway.handover_store import HandOverStore, NotOwnerError
from bot.gateway.lanes import Lanes
from bot.gateway.limits import load_limits
from bot.gateway.records import Submission, digest
from bot.gateway.request_book import RequestBook
from bot.gateway.store import ConversationStore
from bot.gateway.store_queries import ConversationGoneError
from bot.gateway.turn_runner import TurnRunner
from bot.gateway.update_store import UpdateStore
from bot.intake.ownership import NoConversationError, OwnedError
from bot.intake.record_conversations import UnchosenConversationError
from bot.intake.staff import User
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Reply, ReplyKind
from tests.databases import CLINIC, VAULT
from tests.intake.people import person
from tests.intake.records import asked, audited, noticed, records_of

LIMITS = load_limits().handover
GREETING = Reply(kind=ReplyKind.CHITCHAT, text="Hello.")
LAST_WORD = Reply(kind=ReplyKind.INTAKE, text="Not to be read.", request=asked(language="en"))


class Place:
    """One database with everything that writes conversations."""

    def __init__(self, database: Database, composer: ReplyComposer) -> None:
        self.database = database
        self.conversations = ConversationStore(database, VAULT, CLINIC)
        self.requests = RequestBook(VAULT, CLINIC, composer.intake)
        self.store = HandOverStore(database, VAULT, composer.intake, timedelta(hours=2))
        self.updates = UpdateStore(database, VAULT, timedelta(seconds=10))
        self.token = uuid.uuid4().hex
        self.conversations.open_session(self.token, soon(), GREETING)
        self.conversation = self.conversations.conversation_of(self.token) or ""

    def say(self, text: str, *replies: Reply) -> tuple[str, ...]:
        """Send and answer one message; what the patient reads."""
        submission = Submission(self.token, digest(uuid.uuid4().hex), digest(text), text=text)
        accepted = self.conversations.accept(
            self.conversation, submission, expires_at=soon(), has_room=True
        )
        asks = self.requests if any(reply.request for reply in replies) else None
        done = self.conversations.complete(accepted.turn, replies, None, asks)
        return tuple(message.reply.text for message in done.messages)

    def request(self) -> str:
        """The reference of a request."""
        self.say("send", LAST_WORD)
        (record,) = records_of(self.database).queue()
        return record.reference


def soon() -> datetime:
    return datetime.now(timezone.utc) + timedelta(minutes=5)


@pytest.fixture
def place(database: Database, composer: ReplyComposer) -> Place:
    return Place(database, composer)


@pytest.fixture
def dana(database: Database) -> User:
    return person(database, "dana")


def test_request_and_answer_are_stored_together(place: Place, dana: User) -> None:
    (text,) = place.say("send", LAST_WORD)
    (record,) = records_of(place.database).queue(opened=True)
    assert record.reference in text
    assert record.conversation_id == place.conversation
    assert noticed(place.database) == [("request_received", "routine")]
    assert [entry.action.value for entry in audited(place.database)] == ["record_created"]


def test_a_failure_halfway_stores_neither(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("bot.gateway.store.add_messages", fail)
        with pytest.raises(RuntimeError):
            place.say("send", LAST_WORD)
    assert records_of(place.database).queue() == ()
    assert noticed(place.database) == []
    assert audited(place.database) == ()
    (left,) = place.conversations.unanswered()
    done = place.conversations.complete(left.turn, (LAST_WORD,), None, place.requests)
    again = place.conversations.complete(left.turn, (LAST_WORD,), None, place.requests)
    assert [each.public() for each in again.messages] == [each.public() for each in done.messages]
    assert len(records_of(place.database).queue()) == 1


def test_what_was_deleted_is_not_stored(place: Place) -> None:
    submission = Submission(place.token, digest("k"), digest("b"), text="send")
    accepted = place.conversations.accept(
        place.conversation, submission, expires_at=soon(), has_room=True
    )
    place.conversations.delete(place.conversation)
    with pytest.raises(ConversationGoneError):
        place.conversations.complete(accepted.turn, (LAST_WORD,), None, place.requests)
    assert records_of(place.database).queue() == ()


def test_a_course_of_a_hand_over(place: Place, dana: User) -> None:
    reference = place.request()
    assert place.updates.since(place.conversation, None).expecting
    assert place.store.take_over(reference, dana)
    message = place.store.write(reference, dana, "Hello", key="one")
    assert place.store.write(reference, dana, "Hello", key="one") == message
    assert (message.author, message.said_by) == ("Dana", "person")
    assert place.say("thank you") == ()
    news = place.updates.since(place.conversation, None)
    assert (news.person, len(news.messages)) == ("Dana", 2)
    assert place.updates.since(place.conversation, message.id).messages == ()
    assert place.store.hand_back(reference, dana)
    assert place.updates.since(place.conversation, message.id).person is None
    assert len(place.updates.since(place.conversation, message.id).messages) == 1


def test_everything_at_once_never_fails(place: Place, composer: ReplyComposer) -> None:
    """Patients, requests, people of staff and deletion, on one database."""
    # All of them typed the same number: they share a record.
    places = [place, *(Place(place.database, composer) for _ in range(3))]
    people = [person(place.database, f"person{number}") for number in range(2)]
    references = []
    for each in places:
        each.say("send", LAST_WORD)
        (record,) = records_of(place.database).queue()
        references.append(record.reference)
    failures: list[BaseException] = []

    def try_to(act: Callable[[], object]) -> None:
        try:
            act()
        except (OwnedError, NotOwnerError, NoConversationError, ConversationGoneError):
            return
        except BaseException as error:
            failures.append(error)

    acts: list[Callable[[], object]] = []
    for _ in range(5):
        for each, reference in zip(places, references, strict=True):
            there = {"conversation_id": each.conversation}
            acts += [
                lambda each=each: each.say("hello", GREETING),
                lambda each=each: each.say("send", LAST_WORD),
            ]
            for user in people:
                acts += [
                    lambda r=reference, user=user, there=there: place.store.take_over(
                        r, user, **there
                    ),
                    lambda r=reference, user=user, there=there: place.store.write(
                        r, user, "Hello", **there
                    ),
                    lambda r=reference, user=user, there=there: place.store.hand_back(
                        r, user, **there
                    ),
                ]
    acts.insert(len(acts) // 2, lambda: places[-1].conversations.delete(places[-1].conversation))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(try_to, acts))
    assert failures == []
    audited(place.database)
    assert len(records_of(place.database).queue()) == 1


def said_in(place: Place) -> list[str]:
    """What the patient of a place got to read without asking."""
    return [each.reply.text for each in place.updates.since(place.conversation, None).messages]


def test_each_conversation_of_a_record_is_acted_on_alone(
    place: Place, composer: ReplyComposer, dana: User
) -> None:
    """Somebody else typed the same number: nobody writes to them by mistake."""
    stranger = Place(place.database, composer)
    reference = place.request()
    stranger.say("send", LAST_WORD)
    (record,) = records_of(place.database).queue()
    assert record.reference == reference
    for act in (place.store.take_over, place.store.hand_back):
        with pytest.raises(UnchosenConversationError):
            act(reference, dana)
    assert place.store.take_over(reference, dana, conversation_id=stranger.conversation)
    assert said_in(place) == []
    with pytest.raises(NotOwnerError):
        place.store.write(reference, dana, "Hello", conversation_id=place.conversation)
    place.store.write(reference, dana, "Hello", conversation_id=stranger.conversation)
    assert said_in(stranger)[-1] == "Hello"
    assert said_in(place) == []
    assert place.updates.since(place.conversation, None).person is None
    assert place.store.hand_back(reference, dana, conversation_id=stranger.conversation)


def test_only_a_conversation_of_the_record_is_acted_on(
    place: Place, composer: ReplyComposer, dana: User
) -> None:
    reference, other = place.request(), Place(place.database, composer)
    with pytest.raises(NoConversationError):
        place.store.take_over(reference, dana, conversation_id=other.conversation)
    assert said_in(other) == []


def test_a_page_asks_as_often_whether_its_request_made_a_record_or_not(
    place: Place, composer: ReplyComposer
) -> None:
    place.request()
    stranger, nobody = Place(place.database, composer), Place(place.database, composer)
    stranger.say("send", LAST_WORD)
    assert stranger.updates.since(stranger.conversation, None).expecting
    assert not nobody.updates.since(nobody.conversation, None).expecting


def test_a_receipt_reads_the_same_whether_the_number_is_known_or_not(
    place: Place, composer: ReplyComposer
) -> None:
    """Two records, or one: nothing but the reference differs."""
    stranger = Place(place.database, composer)
    texts = [each.say("send", LAST_WORD)[0] for each in (place, stranger)]
    references = [re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", text) for text in texts]
    plain = {text.replace(known[0], "X") for text, known in zip(texts, references, strict=True)}
    assert len(plain) == 1
    assert references[0] != references[1]


def test_an_admin_takes_a_conversation_from_its_owner(place: Place, dana: User) -> None:
    reference, root = place.request(), person(place.database, "root")
    assert place.store.take_over(reference, dana)
    assert place.store.take_from_owner(reference, root)
    assert place.updates.since(place.conversation, None).person == "Root"
    joined, left, joined_too = said_in(place)
    assert ("Dana" in joined, "Dana" in left, "Root" in joined_too) == (True, True, True)
    actions = [(row.actor, row.action.value) for row in audited(place.database, reference)]
    assert actions[-2:] == [("user:root", "handed_back"), ("user:root", "took_over")]
    with pytest.raises(OwnedError):
        place.store.write(reference, dana, "still here")
    assert not place.store.take_from_owner(reference, root)


class FakeRunner:
    """The lanes of the turn runner."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.hurried: list[str] = []

    def hurry(self, conversation_id: str) -> None:
        self.hurried.append(conversation_id)

    @asynccontextmanager
    async def alone_with(self, conversation_id: str) -> AsyncIterator[None]:
        async with self.lanes.hold(conversation_id):
            yield


def hand_over_of(place: Place, runner: FakeRunner, **limits: float) -> HandOver:
    return HandOver(
        place.store,
        DatabaseThreads(2),
        cast(TurnRunner, runner),
        LIMITS.copy(update=limits),
    )


def run(call: Callable[[], Awaitable[None]]) -> None:
    anyio.run(call)


def test_who_joins_waits_for_the_answer_that_is_being_given(place: Place, dana: User) -> None:
    reference, runner = place.request(), FakeRunner()
    hand_over = hand_over_of(place, runner)

    async def scenario() -> None:
        async with anyio.create_task_group() as tasks, runner.alone_with(place.conversation):
            tasks.start_soon(hand_over.take_over, reference, dana)
            await anyio.sleep(0.2)
            assert place.updates.since(place.conversation, None).person is None
        assert place.updates.since(place.conversation, None).person == "Dana"
        assert runner.hurried == [place.conversation]

    run(scenario)


def test_but_not_for_ever(place: Place, dana: User) -> None:
    reference, runner = place.request(), FakeRunner()
    hand_over = hand_over_of(place, runner, wait_seconds=0.1)

    async def scenario() -> None:
        done = anyio.Event()

        async def take_over() -> None:
            await hand_over.take_over(reference, dana)
            done.set()

        async with anyio.create_task_group() as tasks, runner.alone_with(place.conversation):
            tasks.start_soon(take_over)
            with anyio.fail_after(5):
                await done.wait()
            assert place.updates.since(place.conversation, None).person == "Dana"
        assert runner.lanes.users(place.conversation) == 0

    run(scenario)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", HandOverRefusal.TEXT_EMPTY),
        (" \n\t\u200b\n", HandOverRefusal.TEXT_EMPTY),
        ("x" * 2001, HandOverRefusal.TEXT_TOO_LONG),
        ("x" * 1001 + "\n" + "x" * 1000, HandOverRefusal.TEXT_TOO_LONG),
    ],
    ids=["nothing", "blank", "long", "long lines"],
)
def test_what_cannot_be_sent_is_refused_clearly(
    place: Place, dana: User, text: str, refusal: HandOverRefusal
) -> None:
    reference = place.request()
    hand_over = hand_over_of(place, FakeRunner())

    async def scenario() -> None:
        await hand_over.take_over(reference, dana)
        with pytest.raises(HandOverError) as refused:
            await hand_over.write(reference, dana, text)
        assert refused.value.refusal is refusal
        await hand_over.hand_back(reference, dana)
        with pytest.raises(NotOwnerError):
            await hand_over.write(reference, dana, "Hello")

    run(scenario)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hello,\r\nhow are you?\n", "Hello,\nhow are you?"),
        ("a \u202e b\x00\nc", "a b\nc"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("x" * 2000, "x" * 2000),
    ],
)
def test_lines_are_kept_and_what_cannot_be_seen_is_not(
    place: Place, dana: User, text: str, kept: str
) -> None:
    reference = place.request()
    hand_over = hand_over_of(place, FakeRunner())

    async def scenario() -> None:
        await hand_over.take_over(reference, dana)
        assert (await hand_over.write(reference, dana, text)).reply.text == kept

    run(scenario)
