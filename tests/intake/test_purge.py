"""What a purge deletes and what it leaves, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from bot.content.yaml_source import ContentError
from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.migrate import migrate
from bot.database.schema import (
    audit,
    conversations,
    desk_sessions,
    feedback,
    forgettings,
    intake_entries,
    intake_records,
    outbox,
    safety_alerts,
    turns,
)
from bot.intake.actors import COMMAND_LINE
from bot.intake.purge import Purge, PurgeCounts, PurgedKind, SessionLife
from bot.intake.records import CLOSED_STATES, RecordState
from bot.intake.retention import Retention, load_retention, retention_file
from tests.intake.held_rows import (
    NOW,
    add,
    ago,
    conversation,
    count,
    desk_session,
    ids,
    new_id,
    notice,
    opinion,
    record,
    safety_alert,
    user,
)
from tests.intake.records import add as asking

DESK = SessionLife(idle=timedelta(minutes=15), absolute=timedelta(hours=8))
SECOND = timedelta(seconds=1)
OPEN_STATES = sorted(set(RecordState) - CLOSED_STATES)


@pytest.fixture
def purge(database: Database) -> Purge:
    return Purge(database, load_retention(), desk=DESK)


def small_batches() -> Retention:
    values = load_retention().dict()
    values["purge"]["batch"] = 2
    retention: Retention = Retention.parse_obj(values)
    return retention


def test_nothing_is_purged_from_an_empty_database(database: Database, purge: Purge) -> None:
    assert purge.run(NOW) == PurgeCounts({})
    assert count(database, audit) == 0


def test_a_conversation_goes_thirty_days_after_its_last_message(
    database: Database, purge: Purge
) -> None:
    gone = conversation(database, ago(days=90), ago(days=30) - SECOND)
    silent = conversation(database, ago(days=30) - SECOND)
    kept = {
        conversation(database, ago(days=90), ago(days=30)),
        conversation(database, ago(days=30)),
        # Received long ago and answered only lately, as after a long failure.
        conversation(database, ago(days=90), ago(days=40), answered_at=ago(days=2)),
    }
    assert purge.run(NOW).deleted == {PurgedKind.CONVERSATIONS: 2}
    assert ids(database, conversations) == kept
    with database.reading() as connection:
        to_forget = connection.execute(select(forgettings.c.conversation_id)).scalars().all()
        left = connection.execute(select(turns.c.conversation_id)).scalars().all()
    assert set(to_forget) == {gone, silent}
    assert set(left) == kept


def test_a_turn_that_was_never_answered_keeps_nothing_for_ever(
    database: Database, purge: Purge
) -> None:
    conversation(database, ago(days=90), ago(days=31), state="received", answered_at=None)
    kept = conversation(database, ago(days=90), ago(days=29), state="received", answered_at=None)
    purge.run(NOW)
    assert ids(database, conversations) == {kept}


@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_conversation_stays_as_long_as_its_record_is_open(
    database: Database, purge: Purge, state: RecordState
) -> None:
    used, unused = (conversation(database, ago(days=90)) for _ in range(2))
    record(database, state, ago(days=90), conversation_id=used)
    closed = record(database, RecordState.RESOLVED, ago(days=90), conversation_id=unused)
    purge.run(NOW)
    assert ids(database, conversations) == {used}
    with database.reading() as connection:
        link = connection.execute(
            select(intake_records.c.conversation_id).where(intake_records.c.id == closed)
        ).scalar()
    assert link is None


def test_a_closed_record_goes_with_entries_and_notices(database: Database, purge: Purge) -> None:
    gone, kept = (
        record(database, RecordState.RESOLVED, moment)
        for moment in (ago(days=365) - SECOND, ago(days=365))
    )
    for each in (gone, kept):
        notice(database, each, "waiting", ago(days=365))
    assert purge.run(NOW).deleted == {PurgedKind.CLOSED_RECORDS: 1}
    assert ids(database, intake_records) == {kept}
    assert (count(database, intake_entries), count(database, outbox)) == (1, 1)


def test_of_a_closed_record_the_closing_counts(database: Database, purge: Purge) -> None:
    kept = record(database, RecordState.EXPIRED, ago(days=900), closed_at=ago(days=3))
    # As if it had been closed before closings were noted.
    record(database, RecordState.EXPIRED, ago(days=900), closed_at=None)
    purge.run(NOW)
    assert ids(database, intake_records) == {kept}


def test_an_open_record_with_a_contact_is_never_purged(database: Database, purge: Purge) -> None:
    kept = {record(database, state, ago(days=5000)) for state in OPEN_STATES}
    assert purge.run(NOW).total == 0
    assert ids(database, intake_records) == kept


def test_an_open_record_without_a_contact_goes_in_the_end(database: Database, purge: Purge) -> None:
    talk = conversation(database, ago(days=366))
    for state in OPEN_STATES:
        record(
            database,
            state,
            ago(days=365) - SECOND,
            contact_index=None,
            conversation_id=talk,
            created_at=ago(days=900),
        )
    kept = record(
        database, RecordState.NEW, ago(days=365), contact_index=None, created_at=ago(days=900)
    )
    counts = purge.run(NOW)
    assert counts.deleted == {PurgedKind.RECORDS_WITHOUT_CONTACT: len(OPEN_STATES)}
    assert ids(database, intake_records) == {kept}
    # Nothing is in its way any more.
    assert purge.run(NOW).deleted == {PurgedKind.CONVERSATIONS: 1}


def test_notices_go_by_how_they_ended(database: Database, purge: Purge) -> None:
    owner = record(database, RecordState.NEW, ago(days=1))
    kept = {
        notice(database, owner, "delivered", ago(days=30)),
        notice(database, owner, "skipped", ago(days=30)),
        notice(database, owner, "dead", ago(days=90), created_at=ago(days=100)),
        notice(database, owner, "waiting", ago(days=900)),
    }
    notice(database, owner, "delivered", ago(days=30) - SECOND)
    notice(database, owner, "skipped", ago(days=30) - SECOND)
    notice(database, owner, "dead", ago(days=90) - SECOND)
    counts = purge.run(NOW)
    assert counts.deleted == {PurgedKind.DELIVERED_NOTICES: 2, PurgedKind.DEAD_NOTICES: 1}
    assert counts.total == 3
    assert ids(database, outbox) == kept


def test_safety_alerts_go_after_a_year(database: Database, purge: Purge) -> None:
    safety_alert(database, ago(days=365) - SECOND)
    kept = safety_alert(database, ago(days=365))
    assert purge.run(NOW).deleted == {PurgedKind.SAFETY_ALERTS: 1}
    assert ids(database, safety_alerts) == {kept}


def test_feedback_goes_after_a_year(database: Database, purge: Purge) -> None:
    opinion(database, ago(days=365) - SECOND)
    kept = opinion(database, ago(days=365))
    assert purge.run(NOW).deleted == {PurgedKind.FEEDBACK: 1}
    assert ids(database, feedback) == {kept}


def test_a_comment_goes_with_its_conversation_and_what_it_was_about_stays(
    database: Database, purge: Purge
) -> None:
    old, young = (conversation(database, ago(days=days)) for days in (31, 29))
    for talk in (old, young):
        opinion(database, ago(days=29), talk)
    assert purge.run(NOW).deleted == {PurgedKind.CONVERSATIONS: 1}
    with database.reading() as connection:
        rows = connection.execute(select(feedback)).all()
    assert {(row.conversation_id, row.sealed_comment is None) for row in rows} == {
        (None, True),
        (young, False),
    }
    assert {(row.page, row.topic, row.helpful) for row in rows} == {("cramp", "relief", False)}


def test_sessions_at_the_desk_go_once_they_have_ended(database: Database, purge: Purge) -> None:
    dana = user(database)
    desk_session(database, dana, ago(hours=1), ago(minutes=15))
    desk_session(database, dana, ago(hours=8), ago(minutes=1))
    kept = desk_session(database, dana, ago(hours=7), ago(minutes=14))
    assert purge.run(NOW).deleted == {PurgedKind.DESK_SESSIONS: 2}
    with database.reading() as connection:
        assert connection.execute(select(desk_sessions.c.token_digest)).scalars().all() == [kept]


def test_the_audit_tells_of_each_kind_and_stays(database: Database) -> None:
    for _ in range(3):
        safety_alert(database, ago(days=400))
    conversation(database, ago(days=40))
    Purge(database, small_batches(), desk=DESK, actor=COMMAND_LINE).run(NOW)
    # Ten years on.
    Purge(database, small_batches(), desk=DESK).run(NOW + timedelta(days=3650))
    with database.reading() as connection:
        assert audit_log.verify(connection).is_sound
        told = audit_log.entries(connection)
    assert {(entry.actor, entry.action, entry.subject) for entry in told} == {
        ("command line", AuditAction.PURGED, None)
    }
    assert [dict(entry.detail) for entry in reversed(told)] == [
        {"kind": "conversations", "count": "1"},
        {"kind": "safety_alerts", "count": "2"},
        {"kind": "safety_alerts", "count": "1"},
    ]


def test_every_batch_is_small_and_together_they_are_everything(database: Database) -> None:
    for _ in range(5):
        conversation(database, ago(days=40))
        safety_alert(database, ago(days=400))
    batches = list(Purge(database, small_batches(), desk=DESK).batches(NOW))
    assert batches == [
        *[(PurgedKind.CONVERSATIONS, size) for size in (2, 2, 1)],
        *[(PurgedKind.SAFETY_ALERTS, size) for size in (2, 2, 1)],
    ]
    assert count(database, conversations) == count(database, safety_alerts) == 0


def test_purging_again_changes_nothing(database: Database, purge: Purge) -> None:
    safety_alert(database, ago(days=400))
    conversation(database, ago(days=40))
    assert purge.run(NOW).total == 2
    assert purge.run(NOW).total == 0
    assert (count(database, audit), count(database, forgettings)) == (2, 1)


def test_a_lock_in_the_middle_loses_nothing_and_the_next_run_goes_on(
    database: Database, url: str
) -> None:
    for _ in range(5):
        conversation(database, ago(days=40))
    impatient = Database(url, busy_seconds=0.2, connections=2)
    batches = Purge(impatient, small_batches(), desk=DESK).batches(NOW)
    assert next(batches) == (PurgedKind.CONVERSATIONS, 2)
    with locked(database), pytest.raises(DatabaseUnavailableError):
        next(batches)
    assert count(database, conversations) == count(database, forgettings) + 1 == 3
    again = Purge(impatient, small_batches(), desk=DESK).run(NOW)
    assert again.deleted == {PurgedKind.CONVERSATIONS: 3}
    assert (count(database, conversations), count(database, forgettings)) == (0, 5)
    with database.reading() as connection:
        told = audit_log.entries(connection)
    assert sum(int(entry.detail["count"]) for entry in told) == 5
    impatient.close()


def test_a_conversation_that_somebody_writes_in_is_left_alone(database: Database, url: str) -> None:
    """As when a patient comes back at the very moment: PostgreSQL goes round it."""
    if url.startswith("sqlite"):
        pytest.skip("SQLite lets in one writer at a time")
    busy, idle = (conversation(database, ago(days=40)) for _ in range(2))
    purge = Purge(database, load_retention(), desk=DESK)
    with database.writing() as connection:
        connection.execute(
            select(conversations).where(conversations.c.id == busy).with_for_update()
        )
        assert purge.run(NOW).deleted == {PurgedKind.CONVERSATIONS: 1}
    assert ids(database, conversations) == {busy}
    assert idle != busy


def test_no_word_is_left_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    opened = Database(f"sqlite:///{file}", busy_seconds=2, connections=2)
    migrate(opened)
    talk = conversation(opened, ago(days=40))
    add(
        opened,
        turns,
        id=new_id(),
        conversation_id=talk,
        position=9,
        # As it was stored before texts were sealed.
        text="zebrafinch " * 2000,
        state="answered",
        received_at=ago(days=40),
    )
    assert b"zebrafinch" in everything_in(tmp_path)
    Purge(opened, load_retention(), desk=DESK).run(NOW)
    assert b"zebrafinch" not in everything_in(tmp_path)
    opened.close()


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("  conversations: 30", "  conversations: 0"),
        ("  conversations: 30", "  conversations: 36501"),
        ("  conversations: 30", "  conversations: a month"),
        ("  conversations: 30", ""),
        ("  conversations: 30", "  conversations: 30\n  audit: 30"),
        ("  batch: 100", "  batch: 0"),
        ("  every_minutes: 60", "  every_minutes: 0"),
    ],
)
def test_a_retention_that_cannot_be_used_is_refused(tmp_path: Path, line: str, wrong: str) -> None:
    shipped = retention_file({}).read_text()
    assert line in shipped
    own = tmp_path / "own.yml"
    own.write_text(shipped.replace(line, wrong))
    with pytest.raises(ContentError):
        load_retention(retention_file({"RETENTION_FILE": str(own)}))


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Nobody else can write in conversations meanwhile."""
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE"))
        yield


def test_a_conversation_that_something_was_added_from_stays_with_the_open_record(
    database: Database, purge: Purge
) -> None:
    first, second = (conversation(database, ago(days=90)) for _ in range(2))
    for talk in (first, second):
        asking(database, conversation_id=talk, now=ago(days=90))
    kept = purge.run(NOW)
    assert kept.total == 0
    with database.writing() as connection:
        closing = {"state": RecordState.RESOLVED.value, "closed_at": NOW}
        connection.execute(update(intake_records).values(**closing))
    assert purge.run(NOW).deleted == {PurgedKind.CONVERSATIONS: 2}
