"""Processes that are killed or hang: what the patient reads, and that the product recovers."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from bot.safety.screen import load_screen
from tests.faults.patient import Patient
from tests.scenarios.curated import text_of
from tests.scenarios.running_product import RunningProduct, until

#: DESIGN §3: an answer that takes longer is replaced.
_ANSWER_SECONDS = 10

#: No wording of the safety screen: only the classifier finds it.
_ONLY_RASA_UNDERSTANDS = "everyone could finally breathe if i just was not around any more"


def fallbacks(product: RunningProduct, reason: str) -> float:
    return product.metric(f'assistant_fallbacks_total{{reason="{reason}"}}')


def test_the_action_server_is_killed(breakable: RunningProduct, patient: Patient) -> None:
    patient.is_answered()
    before = fallbacks(breakable, "no_reply")
    with breakable.paused("serve"):
        dead = breakable.kill("actions")
        patient.is_told_that_it_does_not_work()
        patient.is_sent_to_911_and_988()
        breakable.wait_until_not_ready()
    assert fallbacks(breakable, "no_reply") == before + 1
    breakable.wait_until_ready()
    assert breakable.pid("actions") != dead
    patient.is_answered()
    patient.finds_everything_in_the_history()
    assert "actions ended (SIGKILL)" in breakable.output.read_text(encoding="utf-8")


def test_the_screen_does_not_know_what_only_rasa_is_to_understand() -> None:
    assert load_screen().check(_ONLY_RASA_UNDERSTANDS) is None


def test_danger_that_only_rasa_understands_is_answered_without_the_action_server(
    breakable: RunningProduct, patient: Patient
) -> None:
    assert patient.ask(_ONLY_RASA_UNDERSTANDS)["kind"] == "crisis"
    with breakable.paused("serve"):
        breakable.kill("actions")
        message = patient.ask(_ONLY_RASA_UNDERSTANDS)
        breakable.wait_until_not_ready()
    assert message["kind"] == "crisis"
    assert message["text"] == text_of("safety suicide_thoughts.en.2")


def test_rasa_and_the_action_server_are_killed(breakable: RunningProduct, patient: Patient) -> None:
    patient.is_answered()
    before = fallbacks(breakable, "unreachable")
    with breakable.paused("serve"):
        dead = breakable.kill("rasa")
        patient.is_told_that_it_does_not_work()
        breakable.kill("actions")
        patient.is_told_that_it_does_not_work()
        patient.is_sent_to_911_and_988()
        breakable.wait_until_not_ready()

    # Started again, and still loading.
    until(lambda: breakable.find("rasa") is not None, 60, "Rasa's new start")
    assert breakable.pid("rasa") != dead
    patient.is_told_that_it_does_not_work()
    patient.is_sent_to_911_and_988()
    assert fallbacks(breakable, "unreachable") == before + 3

    breakable.wait_until_ready()
    patient.is_answered()
    patient.finds_everything_in_the_history()


def test_rasa_hangs(breakable: RunningProduct, patient: Patient) -> None:
    before = fallbacks(breakable, "late")
    with breakable.paused("rasa"):
        began = time.monotonic()
        patient.is_told_that_it_does_not_work()
        waited = time.monotonic() - began
        began = time.monotonic()
        patient.is_sent_to_911_and_988()
        assert time.monotonic() - began < 2
    assert _ANSWER_SECONDS - 1 < waited < _ANSWER_SECONDS + 3
    assert fallbacks(breakable, "late") == before + 1
    breakable.wait_until_ready()
    patient.is_answered()
    patient.finds_everything_in_the_history()


def test_danger_that_only_rasa_understands_raises_one_alert_however_it_is_answered(
    breakable: RunningProduct, patient: Patient
) -> None:
    stored = 'assistant_safety_alerts_total{kind="crisis",outcome="stored"}'
    before = breakable.metric(stored)
    key = uuid.uuid4().hex
    for _ in range(2):
        patient.post({"text": _ONLY_RASA_UNDERSTANDS}, key)
    assert breakable.metric(stored) == before + 1
    assert patient.ask("ok")["kind"] == "crisis", "the safety reply again"
    assert breakable.metric(stored) == before + 1


def test_the_gateway_is_killed_in_mid_conversation(
    breakable: RunningProduct, patient: Patient
) -> None:
    patient.is_answered()
    key, text = uuid.uuid4().hex, f"Is Botox used for migraine? {patient.canary}"
    with ThreadPoolExecutor(1) as pool:
        with breakable.paused("rasa"):
            asked = pool.submit(patient.post, {"text": text}, key)
            until(lambda: len(patient.history()) == 4, 30, "the question's storing")
            dead = breakable.kill("gateway")
        assert asked.exception() is not None, "an answer from a dead gateway"
    breakable.wait_until_ready()
    assert breakable.pid("gateway") != dead

    answers = [patient.post({"text": text}, key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    (message,) = answers[0].json()["messages"]
    assert (message["kind"], message["topic"]) == ("answer", "botox")
    patient.said.append((text, message))
    patient.is_answered()
    patient.finds_everything_in_the_history()
