"""The tables of text messages: who texts, what comes and what goes, and who wants no texts."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from bot.database.columns import DIGEST_LENGTH, ID_LENGTH, UtcTime, metadata

#: One address that texts with the assistant, by one channel. A conversation passes; the thread
#: stays until nobody wrote for as long as a conversation is kept.
text_threads = Table(
    "text_threads",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("gateway", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    # The digest is the same for every channel and gateway of one telephone number.
    Column("address_index", String(DIGEST_LENGTH), nullable=False, index=True),
    Column("sealed_address", Text, nullable=False),
    # Of the clinic's: what the patient wrote to last.
    Column("own_address", String(80), nullable=False),
    # Where the next text belongs, unless a person of staff has an earlier one.
    Column(
        "conversation_id",
        String(ID_LENGTH),
        ForeignKey("conversations.id", ondelete="SET NULL"),
        index=True,
    ),
    Column("introduced_at", UtcTime),
    Column("opt_out_asked_at", UtcTime),
    Column("language", String(35)),
    Column("last_inbound_at", UtcTime, nullable=False),
    UniqueConstraint("channel", "address_index", name="uq_text_threads_address"),
)

#: Addresses that want no texts. Outlives threads, erasure and purge: a wish to be left alone has
#: no end. Holds nothing but a keyed digest.
opt_outs = Table(
    "opt_outs",
    metadata,
    Column("address_index", String(DIGEST_LENGTH), primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("source", String(16), nullable=False),
)

#: Texts that patients sent. `received` survives a crash and is dealt with afterwards. `position`
#: is the order of arrival within the thread: a gateway's own ids promise none.
inbound_texts = Table(
    "inbound_texts",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("gateway", String(16), nullable=False),
    Column("provider_id", String(80), nullable=False),
    Column(
        "thread_id",
        String(ID_LENGTH),
        ForeignKey("text_threads.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("position", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("opt_out_type", String(16)),
    # What was pressed: the text is then what stood on it.
    Column("button_id", String(ID_LENGTH)),
    Column("sealed_text", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    UniqueConstraint("gateway", "provider_id", name="uq_inbound_texts_provider"),
    UniqueConstraint("thread_id", "position", name="uq_inbound_texts_position"),
)

#: Texts to patients. `cause_id` says what is answered or passed on, so that nothing goes out twice;
#: `position` is the order within the thread.
outbound_texts = Table(
    "outbound_texts",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column(
        "thread_id",
        String(ID_LENGTH),
        ForeignKey("text_threads.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("position", Integer, nullable=False),
    Column("cause_id", String(DIGEST_LENGTH), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("sealed_text", Text, nullable=False),
    Column("sealed_extras", Text),
    Column("segments", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("leased_until", UtcTime),
    Column("provider_id", String(80), index=True),
    Column("failure", String(64)),
    Column("created_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime),
    Index("ix_outbound_texts_due", "state", "next_attempt_at"),
    # What was sent lately is counted before anything is sent.
    Index("ix_outbound_texts_settled_at", "settled_at"),
    UniqueConstraint("thread_id", "position", name="uq_outbound_texts_position"),
)
