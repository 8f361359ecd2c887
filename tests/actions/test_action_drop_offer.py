"""`action_drop_offer`."""

from __future__ import annotations

import pytest

from actions.action_drop_offer import ActionDropOffer
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


@pytest.mark.parametrize("offer", ["more", "person", None])
def test_no_is_taken_for_an_answer(offer: str | None) -> None:
    said = run_action(ActionDropOffer, create_tracker("deny", topic="migraine.aura", offer=offer))

    assert said.kind is ReplyKind.CHITCHAT
    assert (said.slots["topic"], said.slots["offer"]) == ("migraine.aura", None)
