"""No more texts, texts again, help, and what only looks like an opt-out."""

from __future__ import annotations

import pytest

from bot.content.text_messages import TextNotice
from bot.intake.records import Origin
from tests.scenarios.intake import newest_reference, record_of
from tests.scenarios.running_product import RunningProduct, until
from tests.scenarios.texting.texter import Texter
from tests.scenarios.texting.words import notice, safety, short_of

#: Words that Twilio's own list lacks, so that the gateway confirms.
_OURS = [("revoke", "en"), ("Opt-out.", "en"), ("ALTO", "es"), ("no más mensajes", "es")]

#: Words that Twilio answers itself.
_TWILIOS = ["STOP", "stop", "Unsubscribe", "CANCEL", "quit"]


@pytest.mark.parametrize(("word", "language"), _OURS)
def test_a_word_of_ours_is_confirmed_once_and_then_all_is_silent(
    phone: Texter, word: str, language: str
) -> None:
    phone.says("hello")
    assert phone.says(word) == notice(TextNotice.STOPPED, language)
    assert phone.kind == "confirmation"
    assert phone.is_opted_out()
    assert phone.texts(word) == []
    assert phone.texts("What is migraine aura?") == []
    assert phone.kind is None


@pytest.mark.parametrize("word", _TWILIOS)
def test_a_word_of_twilios_is_not_answered_twice(phone: Texter, word: str) -> None:
    phone.says("hello")
    assert phone.texts(word) == []
    assert phone.is_opted_out()
    assert phone.texts("What is migraine aura?") == []
    assert phone.texts("START") == []
    assert not phone.is_opted_out()
    assert phone.says("What is migraine aura?").startswith(short_of("migraine.aura"))


@pytest.mark.parametrize(
    ("stop", "start", "language"), [("revoke", "unstop", "en"), ("baja", "empezar", "es")]
)
def test_texts_again(phone: Texter, stop: str, start: str, language: str) -> None:
    phone.says(stop)
    assert phone.says(start) == notice(TextNotice.STARTED, language)
    assert not phone.is_opted_out()
    assert phone.says("What is migraine aura?")


@pytest.mark.parametrize(
    "text",
    [
        "cancel my appointment",
        "how do I stop topiramate",
        "Can I stop Botox?",
        "the pain does not stop",
        "quiero cancelar mi cita",
    ],
)
def test_what_only_looks_like_an_opt_out(phone: Texter, text: str) -> None:
    answer = phone.says(text)
    assert not phone.is_opted_out()
    assert notice(TextNotice.ASK_TO_STOP) not in answer
    assert notice(TextNotice.STOPPED) not in answer


def test_clear_wording_is_asked_about_once(phone: Texter) -> None:
    phone.says("hello")
    assert phone.says("please stop texting me") == notice(TextNotice.ASK_TO_STOP)
    assert not phone.is_opted_out()
    assert phone.says("please stop texting me") != notice(TextNotice.ASK_TO_STOP)
    assert phone.texts("STOP") == []
    assert phone.is_opted_out()


def test_help(phone: Texter) -> None:
    # Twilio has answered "HELP".
    assert phone.texts("HELP") == []
    assert phone.says("Ayuda") == notice(TextNotice.HELP, "es")
    assert phone.texts("revoke")
    assert phone.says("ayuda") == notice(TextNotice.HELP, "es")


def test_a_crisis_from_a_number_that_wants_no_texts_reaches_staff(
    product: RunningProduct, phone: Texter
) -> None:
    phone.says("revoke")
    before = len(phone.received())
    assert phone.texts("I want to kill myself") == []
    came, answer = phone.stored()
    assert answer is not None
    assert (answer.kind, answer.state, answer.failure) == ("safety", "skipped", "opted_out")
    assert came.state == "done"
    until(
        lambda: record_of(product, newest_reference(product)).origin is Origin.SAFETY_ALERT,
        30,
        "the alert",
    )
    assert len(phone.received()) == before
    # Once they want texts again, they are spoken to.
    phone.says("start")
    assert phone.texts("I want to kill myself")[0].startswith(safety("suicide_thoughts")[:20])
