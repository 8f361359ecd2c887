"""A patient who asks for a person, and a person at the desk, both over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import select

from bot.configuration.clinic import load_clinic
from bot.configuration.secret_store import read_secrets
from bot.database import audit_log
from bot.database.engine import Database
from bot.database.schema import intake_records, outbox
from bot.database.vault import Vault
from bot.intake.actors import COMMAND_LINE
from bot.intake.promise import in_words
from bot.intake.record_store import RecordStore
from bot.intake.records import Entry, IntakeRecord
from bot.intake.staff import Role, StaffError, StaffStore
from bot.replies.composer import ReplyComposer
from tests.scenarios.conversation import Conversation, Message
from tests.scenarios.running_product import RunningProduct

CLINIC = load_clinic()
FORM = ReplyComposer.shipped(CLINIC).intake

PASSWORD = "a password of many letters"

_REFERENCE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")


class Patient(Conversation):
    """Talks to an assistant that may say several things at once."""

    def says(self, text: str, key: str | None = None) -> list[Message]:
        """Type it; everything that comes back."""
        return self._answered(self.post({"text": text}, key))

    def presses(self, title: str, key: str | None = None) -> list[Message]:
        """Choose a button that the page still shows; everything that comes back."""
        assert title in self.offered, f"no button {title!r} among {list(self.offered)}"
        return self._answered(self.post({"button_id": self.offered[title]}, key))

    def fills_in(
        self, *, name: str = "Rosalind", contact: str, time: str = "Morning", reason: str = "Prices"
    ) -> Message:
        """Walk the form up to the reading back; that."""
        self.presses("Talk to a person")
        self.says(name)
        self.says(contact)
        self.presses(time)
        return self.says(reason)[-1]

    def news(self) -> dict[str, Any]:
        """What came without being asked for."""
        response = self.http.get("/api/updates", headers={"Authorization": f"Bearer {self.token}"})
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found


def reference_in(message: Message) -> str:
    """The reference that a receipt names."""
    found = _REFERENCE.search(message["text"])
    assert found, message["text"]
    return found[0]


def receipt_of(record: IntakeRecord, *, appended: bool = False) -> str:
    """What the patient reads of a record."""
    promise = in_words(record.due_at, CLINIC, "en")
    return FORM.request_received(record.reference, promise, appended=appended).text


@contextmanager
def database_of(product: RunningProduct) -> Iterator[Database]:
    """Its database, from beside it."""
    database = Database(f"sqlite:///{product.var / 'assistant.db'}", busy_seconds=5, connections=1)
    try:
        yield database
    finally:
        database.close()


def record_of(product: RunningProduct, reference: str) -> IntakeRecord:
    """One record, opened."""
    with database_of(product) as database:
        found = RecordStore(database, _vault(product), CLINIC).get(reference)
    assert found, "no such record"
    return found


def newest_reference(product: RunningProduct) -> str:
    """The reference of the record that was made last."""
    with database_of(product) as database, database.reading() as connection:
        found: str = connection.execute(
            select(intake_records.c.reference).order_by(intake_records.c.created_at.desc()).limit(1)
        ).scalar_one()
        return found


def records_of(product: RunningProduct, contact: str) -> tuple[IntakeRecord, ...]:
    """The records of a contact, newest first."""
    with database_of(product) as database:
        return RecordStore(database, _vault(product), CLINIC).search(contact)


def entries_of(product: RunningProduct, record: IntakeRecord) -> tuple[Entry, ...]:
    """What was added to a record."""
    with database_of(product) as database:
        return RecordStore(database, _vault(product), CLINIC).entries(record.id)


def notices_of(product: RunningProduct, record: IntakeRecord) -> list[tuple[str, str]]:
    """Sink and event of every notice of a record."""
    with database_of(product) as database, database.reading() as connection:
        rows = connection.execute(
            select(outbox.c.sink, outbox.c.event).where(outbox.c.record_id == record.id)
        ).all()
        return sorted((row.sink, row.event) for row in rows)


def told_of(product: RunningProduct, record: IntakeRecord) -> list[tuple[str, str]]:
    """Who did what with a record by the audit, oldest first; the audit is sound."""
    with database_of(product) as database, database.reading() as connection:
        assert audit_log.verify(connection).is_sound
        rows = audit_log.entries(connection, subject=record.reference)
        return [(row.actor, row.action.value) for row in reversed(rows)]


class StaffBrowser:
    """Somebody signed in at the desk, without JavaScript."""

    def __init__(self, product: RunningProduct, name: str) -> None:
        with database_of(product) as database:
            try:
                StaffStore(database).add(name, PASSWORD, role=Role.AGENT, actor=COMMAND_LINE)
            except StaffError:
                assert StaffStore(database).named(name)
        self.http = httpx.Client(base_url=product.url, timeout=30, headers={"Origin": product.url})
        response = self.http.post("/desk/sign-in", data={"name": name, "password": PASSWORD})
        assert response.status_code == 303, response.text
        self._form_token = ""

    def close(self) -> None:
        """Close its connections."""
        self.http.close()

    def opens(self, reference: str) -> str:
        """The page of a record."""
        response = self.http.get(f"/desk/records/{reference}")
        assert response.status_code == 200, response.text
        found = re.search(r'name="form_token" value="([^"]+)"', response.text)
        assert found
        self._form_token = found[1]
        return response.text

    def does(self, reference: str, what: str, **fields: str) -> httpx.Response:
        """Send one of the record's forms: take-over, hand-back, messages."""
        if not self._form_token:
            self.opens(reference)
        return self.http.post(
            f"/desk/records/{reference}/{what}",
            data={"form_token": self._form_token, **fields},
        )


def _vault(product: RunningProduct) -> Vault:
    return Vault.from_secrets(read_secrets(product.var / "secrets.env", {}, create=False))
