"""The one list of columns that hold what `bot.database.vault` sealed."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from bot.database.schema import feedback, intake_entries, intake_records, messages, turns

SEALED_COLUMNS: dict[Table, tuple[Column[Text], ...]] = {
    turns: (turns.c.text,),
    messages: (messages.c.reply,),
    intake_records: (
        intake_records.c.sealed_name,
        intake_records.c.sealed_contact,
        intake_records.c.sealed_reason,
    ),
    feedback: (feedback.c.sealed_comment,),
    intake_entries: (intake_entries.c.sealed_text,),
}
