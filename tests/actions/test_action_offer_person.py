"""`action_offer_person`."""

from __future__ import annotations

from actions.action_offer_person import ActionOfferPerson
from bot.configuration.clinic import load_clinic
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


def test_it_says_how_to_reach_one() -> None:
    said = run_action(ActionOfferPerson, create_tracker("human_handoff", offer="person"))

    assert said.kind is ReplyKind.HUMAN_HANDOFF
    assert load_clinic().phone in said.text
    assert said.slots["offer"] is None
