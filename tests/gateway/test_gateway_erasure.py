"""`privacy erase` and the purge beside a running gateway, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.commands.command_line import main
from bot.configuration.secret_store import SECRET_NAMES
from bot.database.engine import Database
from bot.database.schema import conversations, forgettings, turns
from tests.databases import DATA_KEY, INDEX_KEY
from tests.gateway.fake_rasa import FakeRasa
from tests.gateway.harness import PATIENT, Chat, RunningGateway, StartGateway, limits_with, until
from tests.intake.held_rows import ids
from tests.intake.records import PHONE, add

ERASE = ["privacy", "erase", "--contact", PHONE.value, "--yes"]


@pytest.fixture
def running(start: StartGateway, url: str, monkeypatch: pytest.MonkeyPatch) -> RunningGateway:
    """A gateway on the test's database, whose settings the command line has too."""
    limits = limits_with(upkeep={"retry_seconds": 0.05}, alerts=PATIENT)
    gateway = start(limits, database_url=url)
    for name in SECRET_NAMES:
        monkeypatch.delenv(name, raising=False)
    var = gateway.settings.var
    monkeypatch.setenv("BOT_VAR", str(var))
    monkeypatch.setenv("DATABASE_URL", url)
    var.mkdir(mode=0o700, exist_ok=True)
    secrets: Path = gateway.settings.secrets_file
    secrets.write_text(f"LOOPBACK_SECRET=x\nDATA_KEYS={DATA_KEY}\nINDEX_KEY={INDEX_KEY}\n")
    secrets.chmod(0o600)
    return gateway


def asked_for_a_person(gateway: RunningGateway, database: Database) -> tuple[Chat, str]:
    """A conversation in which somebody asked for a person; its id."""
    chat = gateway.chat()
    assert chat.say("my zebrafinch").status_code == 200
    (conversation_id,) = ids(database, conversations)
    add(database, conversation_id=conversation_id)
    return chat, conversation_id


def test_rasa_forgets_what_is_erased_and_the_gateway_goes_on(
    running: RunningGateway, rasa: FakeRasa, database: Database
) -> None:
    chat, conversation_id = asked_for_a_person(running, database)
    assert main(ERASE) == 0
    until(lambda: rasa.forgotten == [conversation_id], what="forgetting")
    until(lambda: not forgettings_in(database), what="noting it")
    assert chat.say("are you there?").status_code == 401
    assert running.chat().say("hello").json()["messages"][0]["text"] == "You said: hello"


def test_it_is_tried_until_rasa_has_forgotten(
    running: RunningGateway, rasa: FakeRasa, database: Database
) -> None:
    _, conversation_id = asked_for_a_person(running, database)
    rasa.forget_status = 500
    assert main(ERASE) == 0
    assert forgettings_in(database) == [conversation_id]
    rasa.forget_status = 200
    until(lambda: not forgettings_in(database), what="forgetting")
    assert conversation_id in rasa.forgotten


def test_erasing_while_an_answer_is_on_its_way(
    running: RunningGateway, rasa: FakeRasa, database: Database
) -> None:
    """Rasa is made to forget only after it has answered, or it would remember the answer."""
    chat, conversation_id = asked_for_a_person(running, database)
    rasa.hold()
    codes: list[int] = []
    waiting = threading.Thread(target=lambda: codes.append(chat.say("and now?").status_code))
    waiting.start()
    rasa.wait_for_messages(2)
    assert main(ERASE) == 0
    assert rasa.forgotten == []
    rasa.release()
    waiting.join(20)
    assert codes == [401]
    until(lambda: rasa.forgotten == [conversation_id], what="forgetting")
    assert ids(database, turns) == set()


def test_rasa_is_asked_again_where_a_message_was_still_waiting(
    running: RunningGateway, rasa: FakeRasa, database: Database
) -> None:
    """One that waits behind the deletion could tell Rasa of the conversation once more."""
    chat, conversation_id = asked_for_a_person(running, database)
    rasa.hold()
    waiting = [threading.Thread(target=chat.say, args=(text,)) for text in ("one", "two")]
    for each in waiting:
        each.start()
    rasa.wait_for_messages(2)
    assert main(ERASE) == 0
    rasa.release()
    for each in waiting:
        each.join(20)
    until(lambda: not forgettings_in(database), what="forgetting")
    # Whatever Rasa was told, it was asked to forget behind it.
    assert rasa.forgotten[-1] == conversation_id


def test_a_gateway_purges_when_it_starts(
    start: StartGateway, rasa: FakeRasa, database: Database, url: str
) -> None:
    gateway = start(database_url=url)
    chat = gateway.chat()
    chat.say("my zebrafinch")
    (conversation_id,) = ids(database, conversations)
    gateway.stop()
    long_ago = datetime.now(timezone.utc) - timedelta(days=31)
    with database.writing() as connection:
        connection.execute(update(conversations).values(started_at=long_ago))
        connection.execute(update(turns).values(received_at=long_ago, answered_at=long_ago))
    start(limits_with(upkeep={"retry_seconds": 0.05}), database_url=url)
    until(lambda: rasa.forgotten == [conversation_id], what="forgetting")
    assert ids(database, conversations) == set()


def forgettings_in(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(forgettings.c.conversation_id)).scalars())
