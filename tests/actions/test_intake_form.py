"""`validate_intake_form`, what asks after it, and what ends it: together as Rasa runs them."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected

import actions.intake_slots
import actions.validate_intake_form
from actions.action_ask_intake_form_intake_done import ActionAskIntakeFormIntakeDone
from actions.action_submit_intake_form import ActionSubmitIntakeForm
from actions.intake_slots import DONE, DRAFT, kept_days, read_draft
from actions.replying_action import shipped_composer
from actions.validate_intake_form import ValidateIntakeForm
from bot.replies.intake_draft import FormEnd, IntakeDraft, Note, Step
from bot.replies.reply import ReplyKind
from bot.safety.danger import Danger, DangerTopic
from tests.actions.harness import Outcome, create_tracker, run_action, run_any

#: What Rasa's tracker shows when the form has just started, and after an interruption.
_STARTED = (
    {"event": "action", "name": "action_offer_person"},
    {"event": "active_loop", "name": "intake_form"},
    {"event": "action", "name": "intake_form"},
)
_IN_THE_FORM = ({"event": "action", "name": "intake_form"},)
_INTERRUPTED = (
    {"event": "action_execution_rejected", "name": "intake_form"},
    {"event": "action", "name": "action_answer_question"},
    {"event": "action", "name": "intake_form"},
)
_REJECTED = (ActionExecutionRejected("intake_form"),)


def begun(**more: Any) -> dict[str, Any]:
    """The slots of a form that has asked its first question."""
    tracker = create_tracker("human_handoff", since=_STARTED, **more)
    return run_any(ValidateIntakeForm, tracker).slots


def hear(
    slots: dict[str, Any],
    text: str,
    label: str = "nlu_fallback",
    *,
    since: tuple[dict[str, Any], ...] = _IN_THE_FORM,
    **more: Any,
) -> Outcome:
    """Run the validation on one message in the form."""
    tracker = create_tracker(label, text=text, since=since, **{**slots, **more})
    return run_any(ValidateIntakeForm, tracker)


def filled(*texts: str) -> dict[str, Any]:
    """The slots after one answer after the other."""
    slots = begun()
    for text in texts:
        slots = {**slots, **hear(slots, text).slots}
    return slots


def draft_of(slots: dict[str, Any]) -> IntakeDraft:
    draft = read_draft(tracker_with(slots))
    assert draft
    return draft


def tracker_with(slots: dict[str, Any], **more: Any) -> Tracker:
    return create_tracker("nlu_fallback", **{**slots, **more})


def ask(slots: dict[str, Any], **more: Any) -> Outcome:
    return run_any(ActionAskIntakeFormIntakeDone, tracker_with(slots, **more))


def test_it_starts_with_an_empty_form() -> None:
    slots = begun()

    draft = draft_of(slots)
    assert (draft.step, draft.note, draft.language) == (Step.NAME, Note.STARTED, "en")
    assert draft.consent_version.endswith(f".{kept_days()}d")
    assert DONE not in slots


def test_it_starts_in_the_language_of_the_conversation() -> None:
    assert draft_of(begun(language="es")).language == "es"
    assert ask(begun(language="es")).text.endswith("¿Cuál es su nombre?")


def test_it_knows_a_number_that_the_gateway_knows() -> None:
    slots = begun(metadata={"known_phone_ending": "47"})

    assert draft_of(slots).known_phone == "47"


def test_the_message_that_starts_it_is_no_answer() -> None:
    assert draft_of(begun(text="Ana")).name is None


def test_the_first_question_comes_with_the_consent() -> None:
    said = ask(begun())

    assert said.kind is ReplyKind.INTAKE
    assert str(kept_days()) in said.text
    assert said.payloads == ['/intake{"leaf": "skip"}', '/intake{"leaf": "cancel"}']


def test_an_answer_leads_to_the_next_question() -> None:
    said = hear(begun(), "Ana")

    assert said.messages == []
    assert said.others == ()
    assert draft_of(said.slots).name == "Ana"
    assert "phone number" in ask(said.slots).text


def test_a_question_is_left_to_its_rule() -> None:
    said = hear(begun(), "What is migraine aura?", "faq/migraine.aura")

    assert said.others == _REJECTED
    assert draft_of(said.slots).interruptions == 1
    after = hear(said.slots, "What is migraine aura?", "faq/migraine.aura", since=_INTERRUPTED)
    assert after.others == ()
    assert DONE not in after.slots
    assert ask(after.slots).text.startswith("Back to your request")


def test_a_third_question_puts_it_aside_once_it_was_answered() -> None:
    slots = begun()
    for _ in range(3):
        slots = hear(slots, "What is migraine aura?", "faq/migraine.aura").slots
        assert DONE not in slots

    slots = hear(slots, "What is migraine aura?", "faq/migraine.aura", since=_INTERRUPTED).slots
    assert slots[DONE] == FormEnd.PUT_ASIDE.value

    said = run_action(ActionSubmitIntakeForm, tracker_with(slots))
    assert "put your request aside" in said.text
    # "Yes" goes on with it, and so does asking for a person.
    assert (said.slots["offer"], said.slots[DONE]) == ("person", None)
    again = begun(**{DRAFT: said.slots[DRAFT]})
    assert (draft_of(again).note, draft_of(again).interruptions) == (Note.RESUMED, 0)


def test_a_finished_form_is_handed_over_and_forgotten() -> None:
    slots = filled("Ana", "212 555 0147", "mornings", "my migraines", "send")
    assert slots[DONE] == FormEnd.SENT.value

    said = run_action(ActionSubmitIntakeForm, tracker_with(slots))

    assert said.reply
    assert said.reply.request
    assert said.reply.request.contact.value == "+12125550147"
    assert said.reply.request.consent_at.tzinfo is not None
    assert (said.slots[DRAFT], said.slots[DONE]) == (None, None)


def test_without_our_gateway_it_says_that_nobody_has_it() -> None:
    slots = filled("Ana", "212 555 0147", "mornings", "my migraines", "send")

    said = run_action(ActionSubmitIntakeForm, tracker_with(slots, channel="cmdline"))

    assert said.text.startswith("I could not pass this on from here")


@pytest.mark.parametrize(
    ("texts", "begins"),
    [
        (["cancel"], "All right, I have stopped"),
        (["Ana", "212 555", "ana@", "555-0147"], "I still cannot read"),
    ],
)
def test_any_other_end_is_said_and_forgotten(texts: list[str], begins: str) -> None:
    said = run_action(ActionSubmitIntakeForm, tracker_with(filled(*texts), offer="more"))

    assert said.text.startswith(begins)
    assert (said.slots[DRAFT], said.slots[DONE], said.slots["offer"]) == (None, None, None)


# Danger

_STROKE = {"danger": {"topic": "body"}, "safety_replies": 1}


def test_danger_is_left_to_its_rule_and_nothing_is_asked_after_it() -> None:
    slots = filled("Ana")

    said = hear(slots, "half of my face went numb", "emergency/body")

    assert said.others == _REJECTED
    after = hear(said.slots, "half of my face went numb", "emergency/body", since=_INTERRUPTED)
    assert ask(after.slots).messages == []


@pytest.mark.parametrize("label", ["affirm", "deny", "nlu_fallback"])
def test_a_bare_word_after_it_is_about_it(label: str) -> None:
    said = hear(filled("Ana"), "no", label, before=_STROKE)

    assert said.others == _REJECTED
    assert ask(said.slots, before=_STROKE).messages == []


def test_an_answer_after_it_is_taken_with_the_door_kept_open() -> None:
    said = hear(filled("Ana"), "212 555 0147", before=_STROKE)

    asked = ask(said.slots, before=_STROKE)
    plain = shipped_composer().intake.question(draft_of(said.slots))
    assert plain
    assert asked.reply == shipped_composer().with_door_open(plain, Danger(topic=DangerTopic.BODY))


def test_the_second_of_two_bubbles_does_not_keep_it_open_again() -> None:
    for slots in (begun(), hear(begun(), "What is aura?", "faq/migraine.aura").slots):
        asked = ask(slots, before=_STROKE)
        assert asked.reply == shipped_composer().intake.question(draft_of(slots))


def test_an_end_after_it_keeps_the_door_open() -> None:
    said = run_action(ActionSubmitIntakeForm, tracker_with(filled("cancel"), before=_STROKE))

    assert said.text.endswith("You can also write to me here.")


# Failures

_BROKEN = ["", "{}", "nonsense", '{"step": "gone"}', 5, {"step": "name"}]


@pytest.mark.parametrize("broken", _BROKEN, ids=str)
def test_a_draft_that_cannot_be_read_starts_anew(broken: object) -> None:
    said = hear({DRAFT: broken}, "Ana")

    assert draft_of(said.slots).note is Note.STARTED
    assert ask(said.slots).kind is ReplyKind.INTAKE


@pytest.mark.parametrize("broken", _BROKEN, ids=str)
@pytest.mark.parametrize("action", [ActionAskIntakeFormIntakeDone, ActionSubmitIntakeForm])
def test_without_a_draft_there_is_still_a_reply(
    action: type[ActionSubmitIntakeForm], broken: object
) -> None:
    said = run_action(action, tracker_with({DRAFT: broken}))

    assert said.reply == shipped_composer().action_failed()


@pytest.mark.parametrize(
    "parse", [{}, {"intent": None}, {"intent": {"name": "unheard_of"}, "text": "Ana"}], ids=str
)
def test_whatever_rasa_hands_over_there_is_a_reply(
    parse: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        said = hear(filled("Ana"), "212 555 0147", parse=parse)

    assert said.reply == shipped_composer().action_failed()
    # The form stays where it was, and Rasa takes the message for heard.
    assert draft_of(said.slots) == draft_of(filled("Ana"))
    assert "2125550147" not in caplog.text


def test_a_form_that_fails_says_so_and_not_what_was_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("my name is Ana")

    slots = begun()
    monkeypatch.setattr(actions.validate_intake_form, "shipped_form", fail)
    with caplog.at_level(logging.DEBUG):
        said = hear(slots, "my name is Ana")

    assert said.reply == shipped_composer().action_failed()
    assert "validate_intake_form RuntimeError" in caplog.text
    assert "Ana" not in caplog.text


def test_a_form_that_cannot_begin_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError

    monkeypatch.setattr(actions.intake_slots, "kept_days", fail)

    slots = begun()
    assert slots == {DONE: "failed"}
    said = run_action(ActionSubmitIntakeForm, tracker_with(slots))
    assert said.reply == shipped_composer().action_failed()
    assert (said.slots[DRAFT], said.slots[DONE]) == (None, None)


@pytest.mark.parametrize("slots", [{"offer": "nonsense"}, {"topic": "nonsense"}], ids=str)
def test_a_broken_memory_keeps_nobody_from_the_form(slots: dict[str, Any]) -> None:
    started = begun(**slots)
    said = hear({**started, **slots}, "Ana")

    assert draft_of(said.slots).name == "Ana"
    assert ask({**said.slots, **slots}).kind is ReplyKind.INTAKE
