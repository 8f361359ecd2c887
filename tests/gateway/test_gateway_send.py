"""A press of the form's Send is never lost: not while Rasa is late, down or broken, nor in front of
a person of staff."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.gateway.handover_store import HandOverStore
from bot.gateway.send_presses import SEND_PAYLOAD
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Button, Reply, ReplyKind
from tests.databases import CLINIC, VAULT
from tests.gateway.alerts import impatient_limits
from tests.gateway.fake_rasa import Answer, FakeRasa, Said, echo
from tests.gateway.harness import Chat, RunningGateway, StartGateway, only, until
from tests.gateway.requests import handing_over, opened, records, told
from tests.intake.people import person
from tests.intake.records import asked

READ_BACK = Reply(
    kind=ReplyKind.INTAKE,
    text="Is this right?",
    buttons=(Button(title="Send", payload=SEND_PAYLOAD),),
)


class Form:
    """Rasa as it is: what it has handled once it answers again with the same."""

    def __init__(self) -> None:
        self.handled: dict[str, Answer] = {}
        self.sent = False

    def __call__(self, said: Said) -> Answer:
        if said["message_id"] in self.handled:
            return self.handled[said["message_id"]]
        answer = echo(said)
        if said.get("text") == "call me":
            answer = {"replies": [json.loads(READ_BACK.json())], "intent": None}
        elif said.get("payload") == SEND_PAYLOAD or said.get("text") == "yes":
            answer = echo({"text": "not open"})
            if not self.sent:
                answer = handing_over(asked(language="en"))
            self.sent = True
        self.handled[said["message_id"]] = answer
        return answer


@pytest.fixture
def own(start: StartGateway, rasa: FakeRasa) -> RunningGateway:
    rasa.answer = Form()
    limits = impatient_limits()
    turn = limits.turn.copy(update={"answer_seconds": 0.5})
    return start(limits.copy(update={"turn": turn}))


def confirming(gateway: RunningGateway) -> tuple[Chat, str]:
    """A form at its last question, and the id of its Send."""
    chat = gateway.chat()
    (button,) = only(chat.say("call me"))["buttons"]
    return chat, button["id"]


def broken(rasa: FakeRasa) -> None:
    rasa.status = 500


def late(rasa: FakeRasa) -> None:
    rasa.hold()


def well(rasa: FakeRasa) -> None:
    rasa.status = 200
    rasa.release()


def stored(gateway: RunningGateway, chat: Chat) -> dict[str, Any]:
    """The receipt in the history, once the request is stored."""
    until(lambda: len(records(gateway)) == 1, what="storing")
    until(lambda: chat.history()[-1]["role"] == "assistant", what="the receipt")
    return chat.history()[-1]


@pytest.mark.parametrize("trouble", [broken, late])
@pytest.mark.parametrize("by_button", [True, False])
def test_a_press_that_rasa_does_not_hear_is_told_and_stored_later(
    own: RunningGateway,
    rasa: FakeRasa,
    composer: ReplyComposer,
    trouble: Callable[[FakeRasa], None],
    by_button: bool,
) -> None:
    chat, send = confirming(own)
    trouble(rasa)
    message = only(chat.press(send) if by_button else chat.say("yes"))
    assert message["text"] == composer.intake.request_not_stored().text
    assert CLINIC.phone in message["text"]
    assert records(own) == ()
    assert own.metric('assistant_intake_requests_total{stored="false"}') == 1
    well(rasa)
    receipt = stored(own, chat)
    assert records(own)[0].reference in receipt["text"]
    # The page that reads the news shows it, though it has shown an answer to this press.
    news = own.http.get("/api/updates", headers=chat.headers).json()["messages"]
    assert [each["text"] for each in news] == [receipt["text"]]
    assert receipt["id"] != message["id"]


def test_pressing_again_stores_it_once_and_shows_its_receipt(
    own: RunningGateway, rasa: FakeRasa
) -> None:
    chat, send = confirming(own)
    rasa.status = 500
    only(chat.press(send))
    rasa.status = 200
    again = only(chat.press(send))
    (record,) = records(own)
    assert record.reference in again["text"]
    assert [action for _, action in told(own)] == ["record_created"]


def test_pressing_again_while_rasa_is_still_down_says_so_again(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    chat, send = confirming(own)
    rasa.status = 500
    for _ in range(3):
        assert only(chat.press(send))["text"] == composer.intake.request_not_stored().text
    rasa.status = 200
    until(lambda: len(records(own)) == 1, what="storing")


def test_what_is_said_next_comes_to_rasa_behind_the_press(
    own: RunningGateway, rasa: FakeRasa
) -> None:
    chat, send = confirming(own)
    rasa.status = 500
    chat.press(send)
    rasa.status = 200
    receipt, answer = chat.say("hello").json()["messages"]
    (record,) = records(own)
    assert record.reference in receipt["text"]
    assert answer["text"] == "You said: hello"


def test_a_restart_loses_no_press(own: RunningGateway, rasa: FakeRasa, start: StartGateway) -> None:
    chat, send = confirming(own)
    rasa.status = 500
    chat.press(send)
    own.stop()
    rasa.status = 200
    again = start(impatient_limits(), port=own.settings.port)
    until(lambda: len(records(again)) == 1, what="storing")


def test_another_message_in_trouble_is_no_press(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    chat, _ = confirming(own)
    rasa.status = 500
    assert only(chat.say("how long does it last?"))["text"] == composer.unavailable().text
    assert chat.history()[-1]["role"] == "assistant"


def test_a_yes_without_a_form_is_no_press(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    chat = own.chat()
    chat.say("hello")
    rasa.status = 500
    assert only(chat.say("yes"))["text"] == composer.unavailable().text


def test_send_in_front_of_a_person_is_stored_and_answered(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    rasa.answer = form = Form()
    first = own.chat()
    (button,) = only(first.say("call me"))["buttons"]
    first.press(button["id"])
    (record,) = records(own)
    form.sent = False
    (button,) = only(first.say("call me"))["buttons"]
    with opened(own) as database:
        desk = HandOverStore(database, VAULT, composer.intake, timedelta(hours=2))
        assert desk.take_over(record.reference, person(database, "dana"))
    assert first.say("yes").json()["messages"] == []
    message = only(first.press(button["id"]))
    assert record.reference in message["text"]


def test_a_deleted_conversation_is_not_sent(own: RunningGateway, rasa: FakeRasa) -> None:
    chat, send = confirming(own)
    rasa.status = 500
    chat.press(send)
    assert chat.delete().status_code == 204
    rasa.status = 200
    until(lambda: bool(rasa.forgotten), what="forgetting")
    assert records(own) == ()
