"""A record on its page: what is shown, what is done, and what is refused."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert, select, update

from benchmarks.example_desk import ExampleDesk, Said
from bot.database import audit_log
from bot.database.audit_log import AuditAction, AuditEntry
from bot.database.engine import DatabaseUnavailableError
from bot.database.schema import intake_entries, intake_records
from bot.intake.records import RecordState
from bot.intake.staff import Role
from bot.replies.intake_request import BestTime
from bot.safety.danger import Danger, DangerTopic
from tests.databases import VAULT
from tests.desk.browsing import Browser
from tests.desk.conftest import SignIn

CRISIS = Danger(topic=DangerTopic.SUICIDE)
SAID = (Said("can ketamine help?", "The page says so."),)


def state_of(desk: ExampleDesk, reference: str) -> RecordState:
    record = desk.records.get(reference)
    assert record
    return record.state


def audited(desk: ExampleDesk, reference: str) -> list[AuditEntry]:
    with desk.database.reading() as connection:
        return list(audit_log.entries(connection, subject=reference))


def test_the_page_shows_what_is_known(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask(
        "Maria", "+12125550142", "Every day", best_time=BestTime.MORNING, language="es", said=SAID
    )
    html = agent.get(f"/desk/records/{reference}").text
    assert '<a href="tel:+12125550142"><bdi>(212) 555-0142</bdi></a>' in html
    for words in ("Maria", "Morning", "Every day", "Spanish", "Website", "wording 2026-11"):
        assert words in agent.text
    assert "can ketamine help?" in agent.text
    assert "The page says so." in agent.text
    assert "The assistant answers." in agent.text
    assert '<p class="theirs" dir="auto" lang="es">can ketamine help?</p>' in html


def test_an_address_can_be_written_to(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask("Lee", "o'lee+x@example.com")
    html = agent.get(f"/desk/records/{reference}").text
    assert 'href="mailto:o%27lee+x@example.com"' in html


def test_the_way_of_a_record(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask()
    for move, state, says in (
        ("claim", RecordState.CLAIMED, "You have claimed this record."),
        ("contact", RecordState.CONTACTED, "Marked as contacted."),
        ("resolve", RecordState.RESOLVED, "Closed as resolved."),
    ):
        answer = agent.move(reference, move)
        assert answer.headers["location"] == f"/desk/records/{reference}?done={move}"
        assert state_of(desk, reference) is state
        assert says in agent.text
    assert reference in agent.get("/desk?show=closed").text
    assert reference not in agent.get("/desk").text
    answer = agent.move(reference, "reopen", reason="They rang again")
    assert answer.status_code == 303
    assert state_of(desk, reference) is RecordState.CLAIMED
    assert "Reopened: They rang again" in agent.text
    assert "Claimed the record , from New to In hand by agent" in agent.text


def test_reopening_needs_a_reason(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask()
    agent.move(reference, "mark_duplicate")
    answer = agent.move(reference, "reopen", reason="  ")
    assert answer.status_code == 422
    assert 'href="#reason"' in answer.text
    assert 'aria-invalid="true" aria-describedby="reason-fault"' in answer.text
    answer = agent.move(reference, "reopen", reason="x" * 2001)
    assert answer.status_code == 422
    assert "x" * 2001 in answer.text
    assert state_of(desk, reference) is RecordState.DUPLICATE


def test_somebody_else_was_faster(desk: ExampleDesk, sign_in: SignIn) -> None:
    agent, other = sign_in(Role.AGENT), sign_in(Role.AGENT, "other")
    reference = desk.ask()
    seen = agent.version(reference)
    assert other.move(reference, "claim").status_code == 303
    answer = agent.move(reference, "claim", version=seen)
    assert answer.status_code == 409
    assert "Somebody else changed this record meanwhile" in agent.text
    assert "In hand by Other" in agent.text
    assert 'role="alert" tabindex="-1" autofocus' in answer.text
    assert agent.version(reference) != seen


def test_a_move_that_cannot_be_made_shows_the_record(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask()
    for move in ("contact", "reopen", "notify", "expire"):
        answer = agent.move(reference, move, reason="because")
        assert answer.status_code == 409, move
        assert "That cannot be done with this record now" in agent.text
    assert state_of(desk, reference) is RecordState.NEW
    for move, version in (("dance", "1"), ("", "1"), ("claim", "x"), ("claim", "9" * 12)):
        fields = {"move": move, "version": version}
        assert agent.post(f"/desk/records/{reference}/move", **fields).status_code == 400


def test_the_buttons_are_the_moves_that_a_person_can_make(
    desk: ExampleDesk, agent: Browser
) -> None:
    reference = desk.ask()
    html = agent.get(f"/desk/records/{reference}").text
    offered = re.findall(r'name="move" value="(\w+)"', html)
    assert offered == ["claim", "mark_duplicate", "withdraw"]
    agent.move(reference, "claim")
    offered = re.findall(r'name="move" value="(\w+)"', agent.page.text)
    assert {"contact", "release", "resolve"} <= set(offered)
    assert not {"notify", "expire"} & set(offered)


def test_a_note_is_added_and_kept_when_it_cannot_be(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask()
    path = f"/desk/records/{reference}/notes"
    assert agent.post(path, note="Rang,\r\nno answer").status_code == 303
    assert "Your note was added." in agent.text
    assert "Note by Agent Rang, no answer" in agent.text
    assert agent.post(path, note=" \n ").status_code == 422
    assert "Write a note first" in agent.text
    long = agent.post(path, note="y" * 2001)
    assert long.status_code == 422
    assert "y" * 2001 in long.text
    record = desk.records.get(reference)
    assert record
    assert [entry.text for entry in desk.records.entries(record.id)] == ["Rang,\nno answer"]


def test_a_note_for_a_record_that_is_gone(desk: ExampleDesk, agent: Browser) -> None:
    answer = agent.post("/desk/records/2345-6789/notes", note="where?")
    assert answer.status_code == 404


def test_every_look_is_in_the_audit(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask()
    agent.get("/desk")
    assert AuditAction.RECORD_VIEWED not in [line.action for line in audited(desk, reference)]
    agent.get(f"/desk/records/{reference.lower().replace('-', '')}")
    (line,) = [one for one in audited(desk, reference) if one.action is AuditAction.RECORD_VIEWED]
    assert line.actor == "user:agent"
    assert "Who has looked at this record: 1" in agent.text


def test_what_cannot_be_audited_is_not_shown(
    desk: ExampleDesk, agent: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = desk.ask("Maria")

    def fail() -> None:
        raise DatabaseUnavailableError(OSError())

    agent.get("/desk")
    monkeypatch.setattr(desk.database, "writing", fail)
    answer = agent.get(f"/desk/records/{reference}")
    assert answer.status_code == 503
    assert "Maria" not in answer.text


def test_news_go_on_being_the_same_look(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask(said=SAID)
    path = f"/desk/records/{reference}"

    def looks() -> int:
        return [one.action for one in audited(desk, reference)].count(AuditAction.RECORD_VIEWED)

    agent.get(path)
    record = desk.records.get(reference)
    assert record
    assert record.conversation_id
    desk.say(record.conversation_id, Said("are you there?", ""))
    for _ in range(3):
        fragment = agent.http.get(f"{path}/conversation.fragment")
        assert "are you there?" in fragment.text
        assert "Not answered yet" in fragment.text
    assert "<html" not in fragment.text
    assert looks() == 1


def test_news_without_a_look_are_a_look(desk: ExampleDesk, sign_in: SignIn) -> None:
    reference = desk.ask(said=SAID)
    path = f"/desk/records/{reference}/conversation.fragment"
    browser = sign_in(Role.VIEWER)
    assert browser.http.get(path).status_code == 200
    assert browser.http.get(path).status_code == 200
    lines = [one for one in audited(desk, reference) if one.action is AuditAction.RECORD_VIEWED]
    assert [line.actor for line in lines] == ["user:viewer"]
    assert browser.http.get("/desk/records/2345-6789/conversation.fragment").status_code == 404


def test_a_person_takes_over_writes_and_hands_back(desk: ExampleDesk, sign_in: SignIn) -> None:
    agent, other = sign_in(Role.AGENT), sign_in(Role.AGENT, "other")
    reference = desk.ask(said=SAID)
    path = f"/desk/records/{reference}"
    assert agent.post(f"{path}/messages", message="too early").status_code == 409
    assert "You are not writing with this patient" in agent.text
    assert ">too early</textarea>" in agent.page.text
    assert agent.post(f"{path}/take-over").status_code == 303
    assert "You are writing with the patient now." in agent.text
    once = re.search(r'name="once" value="(\w+)"', agent.page.text)
    assert once
    for _ in range(2):
        fields = {"message": "Hello, this is Agent.", "once": once[1]}
        assert agent.post(f"{path}/messages", **fields).status_code == 303
    assert agent.get(path).text.count("Hello, this is Agent.") == 1
    assert other.post(f"{path}/messages", message="me too").status_code == 409
    assert "Somebody else is writing with this patient" in other.text
    assert "Agent is writing with the patient since" in other.text
    for step in ("take-over", "hand-back"):
        assert other.post(f"{path}/{step}").status_code == 409
    assert agent.post(f"{path}/hand-back").status_code == 303
    assert "The assistant answers." in agent.text
    actions = [one.action for one in audited(desk, reference)]
    for action in (AuditAction.TOOK_OVER, AuditAction.STAFF_MESSAGE, AuditAction.HANDED_BACK):
        assert actions.count(action) == 1


@pytest.mark.parametrize(
    ("message", "says"),
    [(" ", "Write a message first"), ("z" * 2001, "shorten the message")],
    ids=["empty", "long"],
)
def test_a_message_that_cannot_be_sent_is_kept(
    desk: ExampleDesk, agent: Browser, message: str, says: str
) -> None:
    path = f"/desk/records/{desk.ask(said=SAID)}"
    agent.post(f"{path}/take-over")
    answer = agent.post(f"{path}/messages", message=message)
    assert answer.status_code == 422
    assert says in agent.text
    assert message.strip() in answer.text


def test_the_conversations_of_a_record_are_kept_apart(desk: ExampleDesk, agent: Browser) -> None:
    mine = desk.ask(said=SAID, reason="my head")
    theirs = desk.ask("Ben", said=[Said("somebody else", "Hello.")], reason="their foot")
    path = f"/desk/records/{mine}"
    answer = agent.get(f"/desk/records/{theirs}")
    assert f"Record {mine}" in agent.text
    for words in ("Conversation 1", "Conversation 2", "their foot", f"Request {theirs}"):
        assert words in agent.text
    ids = re.findall(r"conversation.fragment\?conversation=(\w+)", answer.text)
    assert len(set(ids)) == len(ids) == 2
    for step in ("take-over", "hand-back"):
        assert agent.post(f"{path}/{step}").status_code == 409
        assert "This record has several conversations" in agent.text
    assert agent.post(f"{path}/messages", message="hello").status_code == 409
    assert agent.post(f"{path}/take-over", conversation=ids[1]).status_code == 303
    assert "Hand back conversation 2" in agent.text
    assert "Take over conversation 1" in agent.text
    assert agent.post(f"{path}/messages", message="To Ben", conversation=ids[0]).status_code == 409
    assert agent.post(f"{path}/messages", message="To Ben", conversation=ids[1]).status_code == 303
    assert (
        "To Ben" not in agent.http.get(f"{path}/conversation.fragment?conversation={ids[0]}").text
    )
    assert "To Ben" in agent.http.get(f"{path}/conversation.fragment?conversation={ids[1]}").text


def test_an_admin_takes_a_conversation_from_its_owner(
    desk: ExampleDesk, agent: Browser, admin: Browser
) -> None:
    path = f"/desk/records/{desk.ask(said=SAID)}"
    agent.post(f"{path}/take-over")
    admin.get(path)
    assert "Take the conversation from Agent" in admin.text
    assert "Take the conversation from" not in agent.text
    assert admin.post(f"{path}/take-from-owner").status_code == 303
    assert "You are writing with the patient now." in admin.text
    assert agent.post(f"{path}/messages", message="me").status_code == 409


def test_a_search_by_the_reference_of_an_addition_leads_to_the_record(
    desk: ExampleDesk, agent: Browser
) -> None:
    first, second = desk.ask(), desk.ask("Ben")
    agent.post("/desk/search", term=second)
    assert f"Record {first}" in agent.text


def test_a_conversation_that_was_deleted(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask(said=SAID)
    record = desk.records.get(reference)
    assert record
    assert record.conversation_id
    desk.conversations.delete(record.conversation_id)
    assert "There is none, or it was deleted." in _words(agent, reference)
    assert agent.post(f"/desk/records/{reference}/take-over").status_code == 409
    assert "There is no conversation any more" in agent.text


def _words(browser: Browser, reference: str) -> str:
    browser.get(f"/desk/records/{reference}")
    return browser.text


def test_a_danger_is_told_of_in_words(desk: ExampleDesk, agent: Browser) -> None:
    desk.converse([Said("I want to vanish", "Call or text 988.", CRISIS)])
    (record,) = desk.records.queue()
    words = _words(agent, record.reference)
    for told in ("Crisis", "Safety alert", "None given", "Safety reply", "thoughts of suicide"):
        assert told in words


def test_a_record_that_no_key_opens_gets_a_page_and_hides_no_other(
    desk: ExampleDesk, agent: Browser
) -> None:
    whole, broken = desk.ask("Ann", "+12125550101"), desk.ask("Kim", "+12125550102")
    with desk.database.writing() as connection:
        chosen = intake_records.c.reference == broken
        connection.execute(
            update(intake_records)
            .where(chosen)
            .values(sealed_name=VAULT.seal("Kim"), urgency="urgent")
        )
        record_id = connection.execute(select(intake_records).where(chosen)).one().id
        connection.execute(
            insert(intake_entries).values(
                id="e" * 32,
                record_id=record_id,
                at=desk.records.queue()[0].created_at,
                kind="safety_alert",
                sealed_text=VAULT.seal("x"),
            )
        )
    queue = agent.get("/desk").text
    assert whole in queue
    assert broken in queue
    answer = agent.get(f"/desk/records/{broken}")
    assert answer.status_code == 500
    assert "This cannot be read" in agent.text
