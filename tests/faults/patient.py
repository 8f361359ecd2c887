"""Somebody who goes on writing while the product breaks."""

from __future__ import annotations

import uuid

from tests.scenarios.conversation import Conversation, Message
from tests.scenarios.curated import text_of, wording
from tests.scenarios.expectations import SAFETY_KINDS, check_history, check_message


class Patient(Conversation):
    """Puts a word that nobody else writes into every question, and keeps what was answered."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.canary = f"zebrafinch{uuid.uuid4().hex}"
        self.said: list[tuple[str, Message]] = []

    def asks(self, text: str) -> Message:
        """Say it; the answer, which fits what every message must be."""
        said = f"{text} {self.canary}"
        message = self.ask(said)
        self.wait_until_stored(message)
        check_message(message)
        self.said.append((said, message))
        return message

    def is_answered(self) -> None:
        """The assistant works."""
        before = self.said[-1][1]["kind"] if self.said else None
        door_open = f" + safety door_open.{before}.en.1" if before in SAFETY_KINDS else ""
        message = self.asks("What is migraine aura?")
        assert (message["kind"], message["topic"]) == ("answer", "aura"), message["text"]
        assert message["text"] == text_of(f"short of migraine.aura{door_open}")

    def is_told_that_it_does_not_work(self) -> None:
        """The fixed safe text: try again, the clinic's telephone, 911, 988."""
        message = self.asks("What is migraine aura?")
        assert (message["kind"], message["topic"]) == ("error", None), message["text"]
        assert message["text"] == text_of("safety unavailable")
        assert "911" in message["text"] and "988" in message["text"]

    def is_sent_to_911_and_988(self) -> None:
        """The fixed replies to danger."""
        before = sum(message["kind"] in SAFETY_KINDS for _, message in self.said)
        emergency = self.asks("this is the worst headache of my life")
        assert emergency["kind"] == "emergency"
        assert emergency["text"] == wording("body_911_self", before)
        crisis = self.asks("I want to kill myself")
        assert crisis["kind"] == "crisis"
        assert crisis["text"] == wording("suicide_thoughts", before + 1)

    def finds_everything_in_the_history(self) -> None:
        """Nothing that was said or answered is lost."""
        check_history(self, [(text, [message]) for text, message in self.said])
