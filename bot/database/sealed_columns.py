"""The one list of columns that hold what `bot.database.vault` sealed."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from bot.database.schema import (
    feedback,
    inbound_texts,
    intake_entries,
    intake_records,
    messages,
    outbound_texts,
    text_threads,
    turns,
)

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
    text_threads: (text_threads.c.sealed_address,),
    inbound_texts: (inbound_texts.c.sealed_text,),
    outbound_texts: (outbound_texts.c.sealed_text, outbound_texts.c.sealed_extras),
}
