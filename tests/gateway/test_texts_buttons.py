"""Buttons of WhatsApp: what is offered, and that a tap answers the text that it stood below."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import VAULT
from tests.gateway.fake_rasa import FakeRasa, chat
from tests.gateway.harness import StartGateway
from tests.gateway.test_texts_answers import asking_rasa, is_opted_out, over
from tests.gateway.texting import OURS, PATIENT, Texting, texting_with

WHATSAPP = {"From": f"whatsapp:{PATIENT}", "To": f"whatsapp:{OURS}"}


@pytest.fixture
def texting(start: StartGateway) -> Iterator[Texting]:
    with texting_with(start) as one:
        yield one


def offered(texting: Texting) -> dict[str, str]:
    """The ids of the buttons below the last text, by what stands on them."""
    extras: dict[str, Any] = json.loads(VAULT.open(texting.kept.outbound()[-1].sealed_extras))
    return {each["title"]: each["id"] for each in extras["quick_replies"]}


def tap(texting: Texting, title: str, id: str) -> str:
    """Press a button; what answers it."""
    return texting.replies_to(
        title, **WHATSAPP, MessageType="button", ButtonText=title, ButtonPayload=id
    )[-1]


def choose(texting: Texting, title: str, id: str) -> str:
    """Choose a row of a list; what answers it."""
    return texting.replies_to(
        title, **WHATSAPP, MessageType="interactive", ListTitle=title, ListId=id
    )[-1]


@pytest.mark.parametrize("press", [tap, choose])
def test_a_tap_says_what_its_button_says(texting: Texting, rasa: FakeRasa, press: Any) -> None:
    asking_rasa(rasa, "Aura signs", "Triggers")
    texting.replies_to("hello", **WHATSAPP)
    press(texting, "Triggers", offered(texting)["Triggers"])
    assert rasa.seen[-1]["payload"] == "/triggers"
    (row,) = [row for row in texting.kept.inbound() if row.button_id]
    assert "Triggers" not in str(tuple(row))


def test_a_tap_on_an_earlier_text_never_answers_a_later_one(
    texting: Texting, rasa: FakeRasa
) -> None:
    asking_rasa(rasa, "Yes", "No")
    texting.replies_to("hello", **WHATSAPP)
    earlier = offered(texting)
    over(texting)
    rasa.answer = lambda said: {
        "replies": [
            chat("Really?", buttons=[{"title": name, "payload": "/send"} for name in ("Yes", "No")])
        ]
    }
    texting.replies_to("somebody else now", **WHATSAPP)
    heard, later = len(rasa.seen), offered(texting)
    assert earlier["Yes"] != later["Yes"]

    assert "no longer open" in tap(texting, "Yes", earlier["Yes"])
    assert len(rasa.seen) == heard

    tap(texting, "Yes", later["Yes"])
    assert rasa.seen[-1]["payload"] == "/send"


def test_a_tap_on_something_that_is_not_ours_is_its_words(texting: Texting, rasa: FakeRasa) -> None:
    tap(texting, "What is aura?", "offer_2026")
    assert rasa.texts() == ["What is aura?"]


def test_what_stands_on_a_button_is_no_key_word(texting: Texting, rasa: FakeRasa) -> None:
    asking_rasa(rasa, "Cancel", "Keep")
    texting.replies_to("hello", **WHATSAPP)
    tap(texting, "Cancel", offered(texting)["Cancel"])
    assert not is_opted_out(texting)
    assert rasa.seen[-1]["payload"] == "/cancel"


def test_two_taps_are_two_messages_and_the_same_one_twice_is_one(
    texting: Texting, rasa: FakeRasa
) -> None:
    asking_rasa(rasa, "Aura signs", "Triggers")
    texting.replies_to("hello", **WHATSAPP)
    press = {"MessageType": "button", "ButtonPayload": offered(texting)["Triggers"]}
    sent = texting.texter().text("Triggers", **WHATSAPP, **press)
    texting.kept.until_done(2)
    texting.texter().post(sent)
    texting.kept.until_done(2)
    assert [said.get("payload") for said in rasa.seen] == [None, "/triggers"]


def test_a_portal_can_send_a_press_back_by_its_id(texting: Texting, rasa: FakeRasa) -> None:
    asking_rasa(rasa, "Aura signs", "Triggers")
    data = {"id": "m1", "channel": "whatsapp", "from": PATIENT, "to": OURS, "text": "hello"}
    assert texting.post_json(data).status_code == 204
    texting.kept.until_done(1)
    press = {"id": "m2", "text": "Triggers", "quick_reply": offered(texting)["Triggers"]}
    assert texting.post_json(data | press).status_code == 204
    texting.kept.until_done(2)
    assert rasa.seen[-1]["payload"] == "/triggers"
