"""What must be true of every message, and what a scenario says about one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, Extra, root_validator

from tests.scenarios.conversation import Conversation, Message, titles
from tests.scenarios.curated import PHONE, is_like, page_of, source_of, text_of
from tests.scenarios.running_product import until
from tests.scenarios.unclear_messages import topic_of_question, unclear_message

CONVERSATIONS = Path(__file__).parent / "conversations"

SAFETY_KINDS = ("crisis", "emergency")

#: What the first other reply after a danger ends with.
_AFTER_DANGER = [
    f" + safety door_open.{kind}.{language}.1" for kind in SAFETY_KINDS for language in ("en", "es")
]

#: Every message leads to a person; a question of the intake form can also be left.
_WAYS_ON = {text_of("texts buttons.person")}
_FORM_WAYS_ON = {
    text_of(f"intake {language}.buttons.{name}")
    for language in ("en", "es")
    for name in ("person", "cancel")
}

#: The button that stands for the first question that was offered, and the topic that it leads to.
_FIRST_CHOICE, _CHOSEN = "first choice", "chosen"

#: DESIGN §6: these never reach a patient without the disclaimer.
_DISCLAIMED = ("answer", "personal_advice", "not_covered", "clarify")


class Alert(BaseModel):
    """What staff read of a danger."""

    topic: str
    tier: str = "call_911"
    level: int | None = None
    about: str = "self"
    language: str = "en"
    found_by: str = "screen"

    class Config:
        extra = Extra.forbid


class Bubble(BaseModel):
    """One message that a patient reads.

    `topic` is page.answer, or "any" where the general text beside a refusal is not what matters.
    `text` and `buttons` are references (curated.py); `like` is one to a text with places that
    nobody knows beforehand. `first_button` where only the first matters.
    """

    kind: str
    topic: str | None = None
    text: str | None = None
    like: str | None = None
    disclaimer: bool = False
    buttons: tuple[str, ...] | None = None
    first_button: str | None = None

    class Config:
        extra = Extra.forbid


class Turn(Bubble):
    """One thing a patient does, and what they read then.

    `patient` is typed, `button` is pressed: a reference to its title. `unclear` is typed too: a
    message of that kind that the model asks back about (unclear_messages.py), whose first choice
    the button "first choice" presses; `topic` "chosen" is that choice's. `then` is a second
    message; without it there must be none. `kept` is what the history shows of a text that is not
    kept as it was typed. `alert` is the one that is stored of it for the staff; without it there
    must be none.
    """

    patient: str | None = None
    unclear: str | None = None
    kept: str | None = None
    button: str | None = None
    then: Bubble | None = None
    alert: Alert | None = None

    @root_validator(skip_on_failure=True)
    def _one_thing_is_done(cls, values: dict[str, object]) -> dict[str, object]:
        if sum(values[way] is not None for way in ("patient", "unclear", "button")) != 1:
            raise ValueError("exactly one of patient, unclear and button")
        return values

    def play(self, conversation: Conversation) -> Played:
        """Do it."""
        if self.button is None:
            text = self.patient or unclear_message(self.unclear or "", conversation.url)
            return Played(self.kept or text, conversation.ask_all(text))
        title = text_of(self.button) if self.button != _FIRST_CHOICE else conversation.first_offered
        return Played(title, conversation.press_all(title))

    @property
    def read(self) -> list[Bubble]:
        """What comes back."""
        return [self, *([self.then] if self.then else [])]


@dataclass(frozen=True)
class Played:
    """What the history shows that a patient said, and the messages that came back."""

    said: str
    messages: list[Message]


class Scenario(BaseModel):
    """A conversation from its first message on."""

    name: str
    turns: tuple[Turn, ...]

    class Config:
        extra = Extra.forbid


def load_scenarios() -> dict[str, Scenario]:
    """Every scenario, named by its file and its own name."""
    found = {}
    for file in sorted(CONVERSATIONS.glob("*.yml")):
        for values in yaml.safe_load(file.read_text(encoding="utf-8")):
            scenario = Scenario.parse_obj(values)
            found[f"{file.stem}: {scenario.name}"] = scenario
    return found


def check_message(message: Message, *, ends_turn: bool = True) -> None:
    """What must be true of every message, whatever it says.

    An answer with more to follow, which does not end the turn, leaves the way on to the last.
    """
    kind, disclaimer = message["kind"], message["disclaimer"]
    page = page_of(message["page"] or "migraine")
    assert disclaimer == (page["disclaimer"] if kind in _DISCLAIMED else None)
    ways_on = _FORM_WAYS_ON if kind == "intake" else _WAYS_ON
    goes_on = kind == "notice" or (kind == "answer" and not ends_turn)
    assert not ways_on.isdisjoint(titles(message)) or PHONE in message["text"] or goes_on
    assert "payload" not in str(message)
    if kind == "answer":
        check_answer(message)
    if kind == "personal_advice":
        check_refusal(message)
    if kind in SAFETY_KINDS:
        check_safety(message)


def check_refusal(message: Message) -> None:
    """Declined, and the general text beside it is that of the answer it names, if it names one."""
    topic = f"{message['page']}.{message['topic']}"
    general = f"advice with {topic}" if message["topic"] else "texts personal_advice.decline"
    assert message["text"] in {text_of(f"{general}{after}") for after in ("", *_AFTER_DANGER)}
    assert message["source"] == (source_of(topic) if message["topic"] else None)


def check_safety(message: Message) -> None:
    """Says who speaks, that nobody watches, and where help is; shows nothing else."""
    text = message["text"]
    assert "automated assistant" in text or "asistente automático" in text
    assert "nobody is watching this chat live" in text.replace("Nobody", "nobody") or (
        "nadie está viendo este chat en vivo" in text.replace("Nadie", "nadie")
    )
    assert PHONE in text
    assert "911" in text
    assert message["kind"] == "emergency" or "988" in text
    assert (message["page"], message["topic"], message["source"]) == (None, None, None)
    assert titles(message) == [text_of("texts buttons.person")]


def check_answer(message: Message) -> None:
    """An answer names its page, its topic and its source."""
    source = message["source"]
    assert source == source_of(f"{message['page']}.{message['topic']}")
    assert source["section"] and source["reviewed_by"] and source["reviewed_on"]
    assert [reference["pmid"] for reference in source["references"]]


def check_turn(turn: Turn, played: Played) -> None:
    """Exactly what the scenario says, and no message more."""
    assert [message["kind"] for message in played.messages] == [one.kind for one in turn.read]
    for bubble, message in zip(turn.read, played.messages, strict=True):
        check_bubble(bubble, message, played.said)


def check_bubble(bubble: Bubble, message: Message, said: str) -> None:
    """Exactly what the scenario says of one message."""
    topic = f"{message['page']}.{message['topic']}" if message["topic"] else None
    expected = topic if bubble.topic == "any" else bubble.topic
    if bubble.topic == _CHOSEN:
        expected = topic_of_question(said)
    assert (message["kind"], topic) == (bubble.kind, expected), message["text"]
    if bubble.text is not None:
        assert message["text"] == text_of(bubble.text.replace(_CHOSEN, str(expected)))
    if bubble.like is not None:
        assert is_like(bubble.like, message["text"]), message["text"]
    assert (message["disclaimer"] is not None) == bubble.disclaimer
    if bubble.buttons is not None:
        assert titles(message) == [text_of(button) for button in bubble.buttons]
    if bubble.first_button is not None:
        assert titles(message)[0] == text_of(bubble.first_button)


def check_history(conversation: Conversation, said: list[tuple[str, list[Message]]]) -> None:
    """The stored conversation is the one that was had; only its last choices are still open.

    A safety reply closes none of those before it.
    """
    answers = [conversation.opened["messages"], *(messages for _, messages in said)]
    last_offer = max(place for place, messages in enumerate(answers) if _offers(messages))
    expected: list[tuple[str, Message]] = []
    for place, messages in enumerate(answers):
        if place:
            expected.append(("patient", {"text": said[place - 1][0], "answered": True}))
        for message in messages:
            closed = {} if place >= last_offer else {"buttons": None}
            expected.append(("assistant", {**message, **closed}))
    # On a busy machine a safety reply is shown before it is stored.
    until(lambda: len(conversation.history()) == len(expected), 30, "storing the last reply")
    for entry, (role, message) in zip(conversation.history(), expected, strict=True):
        unknown = {"id": entry["id"]} if role == "patient" else {}
        assert entry == {**message, **unknown, "role": role}


def _offers(messages: list[Message]) -> bool:
    return any(message["buttons"] and message["kind"] not in SAFETY_KINDS for message in messages)


def check_alerts(var: Path, scenario: Scenario, asked: list[Message]) -> None:
    """What staff read of this conversation: one row for each turn that says so, and no word of it.

    Args:
        var: where the product keeps its database.
        asked: the patient's messages in the history.
    """
    ids = [entry["id"] for entry in asked]
    expected = {
        id: turn.alert.dict()
        for id, turn in zip(ids, scenario.turns, strict=True)
        if turn.alert is not None
    }
    until(lambda: len(_alerts(var, ids)) >= len(expected), 30, "the alerts' storing")
    rows = _alerts(var, ids)
    shown = {row["id"]: {name: row[name] for name in Alert.__fields__} for row in rows}
    assert shown == expected
    for row in rows:
        assert not any(entry["text"] in str(tuple(row)) for entry in asked)


def _alerts(var: Path, ids: list[str]) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(f"file:{var / 'assistant.db'}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        places = ",".join("?" * len(ids))
        query = f"SELECT * FROM safety_alerts WHERE id IN ({places})"
        return connection.execute(query, ids).fetchall()
