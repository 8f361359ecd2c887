"""domain.yml, the rules and the actions fit each other, and the rules do what Dialogue does."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk import Action

import actions
from actions.action_ask_intake_form_intake_done import ActionAskIntakeFormIntakeDone
from actions.action_submit_intake_form import ActionSubmitIntakeForm
from actions.intake_slots import DONE, DRAFT, FORM
from actions.replying_action import ReplyingAction, slots_of
from actions.validate_intake_form import ValidateIntakeForm
from bot.configuration.settings import ROOT
from bot.content.library import Topic
from bot.content.page import FollowUpKind
from bot.content.texts import ChitchatKind
from bot.replies.dialogue_state import DialogueState, Offer
from bot.replies.understanding import LEAF_ENTITY, Intent, Label, Understanding
from tests.replies.strategies import ANSWER_LABELS


def read(file: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / file).read_text())
    return found


def all_actions() -> dict[str, ReplyingAction]:
    """Every action of the package, by name."""
    for module in pkgutil.iter_modules(actions.__path__):
        importlib.import_module(f"actions.{module.name}")
    found = [
        kind() for kind in ReplyingAction.__subclasses__() if kind.__module__.startswith("actions.")
    ]
    return {action.name(): action for action in found}


DOMAIN = read("domain.yml")
ACTIONS = all_actions()

#: The parts of the form; each message has one of the others to answer it.
FORM_ACTIONS: dict[str, Action] = {
    action.name(): action
    for action in (ValidateIntakeForm(), ActionAskIntakeFormIntakeDone(), ActionSubmitIntakeForm())
}
ALL_RULES = [*read("data/rules/rules.yml")["rules"], *read("data/rules/intake.yml")["rules"]]

#: The rules for a message outside the form, and in it.
OUTSIDE = [rule for rule in ALL_RULES if "condition" not in rule]
INSIDE = [rule for rule in ALL_RULES if "condition" in rule and "intent" in rule["steps"][0]]
RULES = {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in OUTSIDE}


def test_every_action_of_the_domain_exists_and_the_other_way_round() -> None:
    assert sorted(DOMAIN["actions"]) == sorted({**ACTIONS, **FORM_ACTIONS})


def test_every_action_has_a_module_of_its_own() -> None:
    every = {**ACTIONS, **FORM_ACTIONS}
    files = {file.stem for file in Path(ROOT / "actions").glob("action_*.py")}

    assert files == set(every) - {f"validate_{FORM}"}
    assert {type(action).__module__ for action in every.values()} == {
        f"actions.{name}" for name in every
    }


def test_every_intent_of_the_domain_is_one_of_ours_and_the_other_way_round() -> None:
    assert sorted(DOMAIN["intents"]) == sorted(intent.value for intent in Intent)


def test_the_domain_has_the_slots_that_the_actions_set() -> None:
    remembered = {event["name"] for event in slots_of(DialogueState())}
    assert set(DOMAIN["slots"]) == {*remembered, DRAFT, DONE}
    assert not any(slot["influence_conversation"] for slot in DOMAIN["slots"].values())


def test_the_domain_has_the_entity_that_buttons_carry() -> None:
    assert [name for entity in DOMAIN["entities"] for name in entity] == [LEAF_ENTITY]


def test_neither_domain_nor_rules_name_an_answer() -> None:
    files = [ROOT / "domain.yml", *(ROOT / "data" / "rules").glob("*.yml")]
    text = "".join(file.read_text() for file in files)

    lines = [line.partition("#")[0] for line in text.splitlines()]
    assert not any(label.leaf and label.leaf in line for label in ANSWER_LABELS for line in lines)


def test_one_rule_for_each_intent_and_no_more() -> None:
    assert sorted(RULES) == sorted(intent.value for intent in Intent)
    assert len(OUTSIDE) == len(RULES)
    longer = [rule for rule in OUTSIDE if len(rule["steps"]) > 2]
    assert [rule["steps"] for rule in longer] == [
        [
            {"intent": "human_handoff"},
            {"action": "action_offer_person"},
            {"action": FORM},
            {"active_loop": FORM},
        ]
    ]


def test_in_the_form_every_message_is_answered_as_outside_and_the_form_goes_on() -> None:
    # The form takes its own buttons itself, whatever they say.
    intents = {intent.value for intent in Intent} - {Intent.INTAKE.value}

    assert sorted(rule["steps"][0]["intent"] for rule in INSIDE) == sorted(intents)
    for rule in INSIDE:
        assert rule["condition"] == [{"active_loop": FORM}]
        said, action, *then = rule["steps"]
        assert action == {"action": RULES[said["intent"]]}
        assert then == [{"action": FORM}, {"active_loop": FORM}]


def test_the_form_asks_for_one_slot_and_its_end_has_a_rule() -> None:
    assert DOMAIN["forms"] == {FORM: {"required_slots": [DONE]}}
    (end,) = [rule for rule in ALL_RULES if rule not in [*OUTSIDE, *INSIDE]]
    assert end["steps"][-1] == {"action": "action_submit_intake_form"}
    assert end["steps"][:2] == [{"action": FORM}, {"active_loop": None}]


LEAVES = {
    Intent.FAQ: ["migraine.botox", "migraine.no_longer", None],
    Intent.CHITCHAT: [kind.value for kind in ChitchatKind],
    Intent.FOLLOW_UP: [kind.value for kind in FollowUpKind],
    Intent.OTHER_LANGUAGE: ["es", None],
    Intent.INTAKE: ["send", None],
}

STATES = [
    DialogueState(),
    DialogueState(topic=Topic("migraine", "aura"), offer=Offer.MORE),
    DialogueState(topic=Topic("migraine", "aura"), offer=Offer.PERSON, told_in_full=True),
    DialogueState(offer=Offer.PERSON, misses=1),
    DialogueState(safety_replies=2),
    DialogueState(topic=Topic("migraine", "aura"), complaints=1),
]


@pytest.mark.parametrize("intent", Intent)
def test_a_rule_leads_to_what_dialogue_does(intent: Intent) -> None:
    action = ACTIONS[RULES[intent.value]]

    for leaf in LEAVES.get(intent, [None]):
        for state in STATES:
            heard = Understanding(
                Label(intent, leaf),
                0.9,
                choices=ANSWER_LABELS[:2],
                related=Topic("migraine", "botox"),
            )
            before = state.hearing(heard)
            assert action.turn(heard, before) == action.dialogue.respond(heard, state)


def test_a_fallback_of_the_dialogue_asks_again_too() -> None:
    (policy,) = read("config.yml")["policies"]

    assert policy["name"] == "RulePolicy"
    assert policy["core_fallback_action_name"] == RULES[Intent.FALLBACK.value]


def test_a_new_session_starts_with_nothing_remembered() -> None:
    assert DOMAIN["session_config"]["carry_over_slots_to_new_session"] is False
