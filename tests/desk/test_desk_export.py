"""The CSV export: complete, noted, and no formula whatever a patient typed."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.example_desk import ExampleDesk
from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.gateway.desk.export import as_csv
from bot.gateway.spreadsheet import harmless
from bot.intake.records import IntakeRecord, Urgency
from tests.desk.browsing import Browser
from tests.intake.records import NOW

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def record(**changes: object) -> IntakeRecord:
    from bot.intake.records import Channel, Origin, RecordState

    made = IntakeRecord(
        id="i" * 32,
        reference="2345-6789",
        origin=Origin.REQUEST,
        channel=Channel.WEB,
        conversation_id=None,
        state=RecordState.NEW,
        urgency=Urgency.ROUTINE,
        version=1,
        assignee_id=None,
        assignee=None,
        created_at=NOW,
        changed_at=NOW,
        due_at=NOW,
        closed_at=None,
        language="en",
        best_time=None,
        consent_version=None,
        consent_at=None,
    )
    return replace(made, **changes)


def test_the_file_holds_what_was_asked_for(desk: ExampleDesk, admin: Browser) -> None:
    first = desk.ask("Maria", "+12125550142", 'says "ow", twice\nand again')
    closed = desk.ask("Lee", "lee@example.com")
    admin.move(closed, "withdraw")
    answer = admin.post("/desk/export", which="open")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith('attachment; filename="records-open-')
    assert answer.headers["cache-control"] == "no-store"
    (row,) = rows(answer.content)
    assert row["reference"] == first
    assert row["contact"] == "'+12125550142"
    assert row["reason"] == 'says "ow", twice\nand again'
    assert (row["urgency"], row["state"], row["closed_at"]) == ("routine", "new", "")
    (row,) = rows(admin.post("/desk/export", which="closed").content)
    assert (row["reference"], row["contact_kind"]) == (closed, "email")
    assert len(rows(admin.post("/desk/export", which="all").content)) == 2


def test_the_audit_notes_who_got_how_many(desk: ExampleDesk, admin: Browser) -> None:
    desk.ask()
    admin.post("/desk/export", which="all")
    with desk.database.reading() as connection:
        (line, *_) = audit_log.entries(connection)
    assert (line.action, line.actor) == (AuditAction.EXPORTED, "user:admin")
    assert line.detail == {"which": "all", "count": "1"}
    assert admin.post("/desk/export", which="everything").status_code == 400


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"])
def test_nothing_looks_like_a_formula(name: str) -> None:
    assert harmless(name) == f"'{name}"


@pytest.mark.parametrize("trick", [";=1+1", '"; =1', "a;\t@SUM(A1)", ";;-1"])
def test_nothing_looks_like_a_formula_where_semicolons_separate(trick: str) -> None:
    parts = harmless(trick).split(";")
    assert not any(part.strip(' \t"').startswith(("=", "@", "-")) for part in parts)


def test_a_cut_file_says_so(desk: ExampleDesk, admin: Browser) -> None:
    for number in range(3):
        desk.ask(contact=f"+1212555010{number}")
    limits = desk.limits.copy(update={"desk": desk.limits.desk.copy(update={"export_rows": 2})})
    object.__setattr__(desk.parts, "limits", limits)
    content = admin.post("/desk/export", which="open").content
    *kept, last = rows(content)
    assert len(kept) == 2
    assert "more than these 2 records" in last["reference"]


@given(ANY_TEXT)
def test_no_cell_begins_like_a_formula_and_no_other_is_changed(text: str) -> None:
    cell = harmless(text)
    assert not cell.startswith(BEGINNINGS)
    if ";" not in text and not text.startswith(
        (*BEGINNINGS, "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    ):
        assert cell == text.replace("\0", "\ufffd")


@given(ANY_TEXT, ANY_TEXT)
def test_every_text_comes_back_in_its_own_cell(name: str, reason: str) -> None:
    (row,) = rows(as_csv([record(name=name, reason=reason)]))
    for cell, text in ((row["name"], name), (row["reason"], reason)):
        kept = text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
        assert cell in (kept, f"'{kept}")
        assert not cell.startswith(BEGINNINGS)
    assert row["reference"] == "2345-6789"
