"""The audit: rows in a chain, and every way of tampering with it that can be seen."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from bot.database import audit_log
from bot.database.audit_log import FIRST_DIGEST, AuditAction, AuditReport
from bot.database.engine import Database
from bot.database.schema import audit

REFERENCE = "2345-6789"


def add(database: Database, count: int = 1, **changes: Any) -> None:
    row = {"actor": "user:dana", "action": AuditAction.RECORD_VIEWED, "subject": REFERENCE}
    for _ in range(count):
        with database.writing() as connection:
            audit_log.append(connection, **{**row, **changes})


def report(database: Database) -> AuditReport:
    with database.reading() as connection:
        return audit_log.verify(connection)


def rows(database: Database) -> list[dict[str, Any]]:
    with database.reading() as connection:
        found = connection.execute(select(audit).order_by(audit.c.position))
        return [dict(row._mapping) for row in found]


def test_an_empty_audit_is_sound(database: Database) -> None:
    assert report(database) == AuditReport(0, FIRST_DIGEST)
    with database.reading() as connection:
        assert audit_log.entries(connection) == ()
        assert audit_log.position_of(connection, FIRST_DIGEST) == 0


def test_rows_come_back_newest_first(database: Database) -> None:
    add(database, actor="system", action=AuditAction.PURGED, subject=None)
    add(database, detail={"to": "claimed", "from": "new"})
    add(database, subject="other")
    with database.reading() as connection:
        newest, second, first = audit_log.entries(connection)
        assert audit_log.entries(connection, limit=1) == (newest,)
        assert audit_log.entries(connection, subject=REFERENCE) == (second,)
    assert (newest.position, second.position, first.position) == (3, 2, 1)
    assert (first.actor, first.action, first.subject) == ("system", AuditAction.PURGED, None)
    assert first.detail == {}
    assert second.detail == {"from": "new", "to": "claimed"}
    assert first.at <= second.at <= newest.at


def test_each_digest_covers_the_one_before(database: Database) -> None:
    add(database, 3)
    first, second, third = rows(database)
    assert first["previous"] == FIRST_DIGEST
    assert (second["previous"], third["previous"]) == (first["digest"], second["digest"])
    assert report(database) == AuditReport(3, third["digest"])
    with database.reading() as connection:
        assert audit_log.position_of(connection, second["digest"]) == 2
        assert audit_log.position_of(connection, "f" * 64) is None


def test_a_row_goes_with_the_transaction_it_belongs_to(database: Database) -> None:
    add(database)
    with pytest.raises(RuntimeError), database.writing() as connection:
        audit_log.append(connection, actor="system", action=AuditAction.PURGED)
        raise RuntimeError
    add(database)
    assert report(database).count == 2


CHANGES: dict[str, object] = {
    "actor": "user:eve",
    "action": "record_changed",
    "subject": "9999-9999",
    "detail": '{"to":"resolved"}',
    "previous": "a" * 64,
    "digest": "b" * 64,
}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("position", [1, 3, 5])
def test_a_changed_row_is_found(database: Database, column: str, position: int) -> None:
    add(database, 5)
    with database.writing() as connection:
        connection.execute(
            update(audit).where(audit.c.position == position).values({column: CHANGES[column]})
        )
    found = report(database)
    assert (found.is_sound, found.broken_position, found.count) == (False, position, position - 1)


def test_a_changed_moment_is_found(database: Database) -> None:
    add(database, 3)
    moment = rows(database)[1]["at"]
    with database.writing() as connection:
        connection.execute(
            update(audit)
            .where(audit.c.position == 2)
            .values(at=moment.replace(microsecond=(moment.microsecond + 1) % 1_000_000))
        )
    assert report(database).broken_position == 2


@pytest.mark.parametrize("position", [1, 3, 4])
def test_a_removed_row_is_found(database: Database, position: int) -> None:
    add(database, 5)
    with database.writing() as connection:
        connection.execute(delete(audit).where(audit.c.position == position))
    assert report(database).broken_position == position


def test_a_removed_row_is_found_though_the_others_move_up(database: Database) -> None:
    add(database, 5)
    with database.writing() as connection:
        connection.execute(delete(audit).where(audit.c.position == 2))
        for position in (3, 4, 5):
            connection.execute(
                update(audit).where(audit.c.position == position).values(position=position - 1)
            )
    assert report(database).broken_position == 2


def test_an_inserted_row_is_found(database: Database) -> None:
    add(database, 3)
    forged = {**rows(database)[1], "actor": "user:eve"}
    with database.writing() as connection:
        for position in (3, 2):
            connection.execute(
                update(audit).where(audit.c.position == position).values(position=position + 1)
            )
        connection.execute(insert(audit).values({**forged, "position": 2}))
    assert report(database).broken_position == 2


@pytest.mark.parametrize("position", [0, -7])
def test_a_row_before_the_first_is_found(database: Database, position: int) -> None:
    add(database, 2)
    with database.writing() as connection:
        connection.execute(insert(audit).values({**rows_of(connection)[0], "position": position}))
    assert report(database).broken_position == position


def rows_of(connection: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(audit))]


def test_a_row_put_at_the_end_without_the_chain_is_found(database: Database) -> None:
    add(database, 2)
    with database.writing() as connection:
        connection.execute(insert(audit).values({**rows_of(connection)[1], "position": 3}))
    assert report(database).broken_position == 3


def test_rows_that_changed_places_are_found(database: Database) -> None:
    add(database, 4)
    with database.writing() as connection:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            connection.execute(update(audit).where(audit.c.position == old).values(position=new))
    assert report(database).broken_position == 2


def test_only_an_anchor_tells_of_rows_cut_off_at_the_end(database: Database) -> None:
    add(database, 5)
    anchor = report(database)
    with database.writing() as connection:
        connection.execute(delete(audit).where(audit.c.position > 3))
    shorter = report(database)
    assert shorter.is_sound
    assert shorter.count < anchor.count
    with database.reading() as connection:
        assert audit_log.position_of(connection, anchor.last_digest) is None


@pytest.mark.parametrize("column", ["at", "detail", "actor", "previous", "digest"])
@pytest.mark.parametrize("content", ["'no time'", "x'ff00'"])
def test_rubbish_in_a_sqlite_file_is_a_fault_and_no_crash(
    database: Database, column: str, content: str
) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes no rubbish")
    add(database, 3)
    with database.writing() as connection:
        connection.execute(text(f"update audit set {column} = {content} where position = 2"))
    assert report(database) == AuditReport(1, rows_before(database), 2)


def rows_before(database: Database) -> str:
    with database.reading() as connection:
        digest: str = connection.execute(
            select(audit.c.digest).where(audit.c.position == 1)
        ).scalar_one()
        return digest


def test_more_rows_than_are_held_in_memory(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "_BATCH", 3)
    for count in (2, 3, 4, 6, 7):
        add(database, count - report(database).count)
        assert report(database).count == count


def test_many_writers_make_one_chain(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: add(database, 5), range(8)))
    assert report(database).count == 40
    assert report(database).is_sound


def _swap(table: list[dict[str, Any]], draw: Callable[..., Any]) -> None:
    one, other = draw(st.integers(0, len(table) - 1)), draw(st.integers(0, len(table) - 1))
    table[one], table[other] = table[other], table[one]


def _drop(table: list[dict[str, Any]], draw: Callable[..., Any]) -> None:
    # Not the last: that is what only an anchor can tell.
    table.pop(draw(st.integers(0, len(table) - 2)))


def _double(table: list[dict[str, Any]], draw: Callable[..., Any]) -> None:
    table.insert(draw(st.integers(0, len(table))), dict(draw(st.sampled_from(table))))


def _change(table: list[dict[str, Any]], draw: Callable[..., Any]) -> None:
    column = draw(st.sampled_from(["actor", "action", "subject", "detail"]))
    draw(st.sampled_from(table))[column] = draw(st.sampled_from(["user:dana", "{}", "system"]))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_tampering_is_seen_unless_it_changes_nothing(database: Database, data: Any) -> None:
    if not rows(database):
        for number in range(6):
            add(database, subject=str(number), detail={"kind": "note"})
    honest = rows(database)
    table = [dict(row) for row in honest]
    for _ in range(data.draw(st.integers(1, 3))):
        data.draw(st.sampled_from([_swap, _drop, _double, _change]))(table, data.draw)
    for place, row in enumerate(table):
        row["position"] = place + 1
    try:
        rewrite(database, table)
        is_prefix = table == honest[: len(table)]
        assert report(database).is_sound == is_prefix
    finally:
        rewrite(database, honest)


def rewrite(database: Database, table: list[dict[str, Any]]) -> None:
    with database.writing() as connection:
        connection.execute(delete(audit))
        connection.execute(insert(audit), table)
