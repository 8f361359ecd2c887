"""Resealing, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from bot.database.engine import Database
from bot.database.resealing import Batch, Resealing
from bot.database.schema import intake_entries
from bot.database.vault import Vault, VaultError
from tests.database.filled import ROWS, VALUES, everything, fill, opened, vault

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))


def totals(batches: list[Batch]) -> tuple[int, int, int]:
    return (
        sum(batch.rows for batch in batches),
        sum(batch.resealed for batch in batches),
        sum(batch.unreadable for batch in batches),
    )


@pytest.mark.parametrize("sealing", [vault(OLD), None], ids=["sealed", "unsealed"])
def test_everything_gets_the_first_key(database: Database, sealing: Vault | None) -> None:
    fill(database, sealing)
    before = opened(database, vault(OLD))
    resealing = Resealing(database, vault(NEW, OLD))
    assert resealing.rows() == ROWS
    assert totals(list(resealing.batches())) == (ROWS, VALUES, 0)
    assert opened(database, vault(NEW)) == before
    kept = everything(database)
    assert totals(list(resealing.batches())) == (ROWS, 0, 0)
    assert everything(database) == kept


def test_it_goes_on_where_it_was_stopped(database: Database) -> None:
    fill(database, vault(OLD))
    before = opened(database, vault(OLD))
    first = next(Resealing(database, vault(NEW, OLD)).batches())
    assert 0 < first.resealed < VALUES
    assert opened(database, vault(NEW, OLD)) == before
    rest = totals(list(Resealing(database, vault(NEW, OLD)).batches()))
    assert first.resealed + rest[1] == VALUES
    assert opened(database, vault(NEW)) == before


def test_what_no_key_opens_stays_and_is_counted(database: Database) -> None:
    fill(database, vault(OLD))
    lost = vault(LOST).seal("lost")
    with database.writing() as connection:
        connection.execute(update(intake_entries).values(sealed_text=lost))
    done = totals(list(Resealing(database, vault(NEW, OLD)).batches()))
    assert done == (ROWS, VALUES - 1, 1)
    assert everything(database)["intake_entries"] == [(lost,)]
    with pytest.raises(VaultError):
        opened(database, vault(NEW, OLD))


def test_what_is_written_meanwhile_is_not_overwritten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, vault(OLD))
    written = vault(OLD).seal("written meanwhile")
    resealing = Resealing(database, vault(NEW, OLD))
    write = resealing._write

    def write_late(table: object, changes: object) -> None:
        if table is intake_entries:
            with database.writing() as connection:
                connection.execute(update(intake_entries).values(sealed_text=written))
        write(table, changes)  # type: ignore[arg-type]

    with monkeypatch.context() as slow:
        slow.setattr(resealing, "_write", write_late)
        list(resealing.batches())
    assert everything(database)["intake_entries"] == [(written,)]
    assert totals(list(resealing.batches()))[1] == 1
    assert opened(database, vault(NEW))["intake_entries"] == [["written meanwhile"]]


def test_an_empty_database_has_nothing_to_reseal(database: Database) -> None:
    resealing = Resealing(database, vault(NEW))
    assert resealing.rows() == 0
    assert list(resealing.batches()) == []
