"""Rasa checks what an action server answers against one schema; here that is made ready once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


def check_with_one_validator() -> None:
    """Have Rasa use one validator for all action calls of this process.

    `jsonschema.validate`, which it calls, checks the schema itself anew each time: more work than
    checking the answer.
    """
    RemoteAction._validate_action_result = _validate


def _validate(action: RemoteAction, result: Dict[str, Any]) -> bool:
    """Raises jsonschema.ValidationError, which names what is wrong, as Rasa's own check does."""
    fault = best_match(_validator().iter_errors(result))
    if fault is not None:
        raise fault
    return True


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
