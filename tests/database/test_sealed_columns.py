"""Nothing sealed is left out when the keys change."""

from __future__ import annotations

from bot.database.schema import messages, metadata, turns
from bot.database.sealed_columns import SEALED_COLUMNS


def test_the_list_holds_every_sealed_column_and_no_other() -> None:
    listed = {column for columns in SEALED_COLUMNS.values() for column in columns}
    named = {
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.startswith("sealed_")
    }
    assert listed == named | {turns.c.text, messages.c.reply}


def test_each_is_listed_with_its_table_which_has_an_id() -> None:
    for table, columns in SEALED_COLUMNS.items():
        assert {column.table for column in columns} == {table}
        assert [column.name for column in table.primary_key] == ["id"]
