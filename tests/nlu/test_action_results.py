"""Our check of an action's answer beside Rasa's own."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.actions.action import RemoteAction

from bot.nlu.action_results import check_with_one_validator

_RASAS = RemoteAction._validate_action_result
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["event", "name", "value", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
_EVENTS = st.lists(
    st.fixed_dictionaries(
        {"event": st.sampled_from(["slot", "bot", "user", "followup", "nonsense"])},
        optional={"name": _JSON, "value": _JSON, "timestamp": _JSON},
    ),
    max_size=3,
)
_RESULTS = st.one_of(_JSON, st.fixed_dictionaries({"events": _EVENTS, "responses": _JSON}))


@pytest.fixture(autouse=True)
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", _RASAS)
    check_with_one_validator()


def verdict(check: Any, result: object) -> bool:
    try:
        return bool(check(RemoteAction("action_any", None), result))
    except jsonschema.ValidationError:
        return False


@given(_RESULTS)
def test_it_refuses_what_rasa_refuses_and_nothing_else(result: object) -> None:
    assert verdict(RemoteAction._validate_action_result, result) is verdict(_RASAS, result)


def test_an_answer_of_ours_passes() -> None:
    answer = {"events": [{"event": "slot", "name": "topic", "value": "migraine.aura"}]}

    assert RemoteAction("action_any", None)._validate_action_result(answer) is True


def test_an_answer_that_is_none_is_refused() -> None:
    with pytest.raises(jsonschema.ValidationError):
        RemoteAction("action_any", None)._validate_action_result({"events": "slots"})
