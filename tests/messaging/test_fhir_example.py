"""The worked example of a FHIR portal does what docs/messaging.md says of it."""

from __future__ import annotations

import importlib.util
import json
from datetime import datetime, timezone
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import ValidationError

from bot.gateway.messaging.adapter import InboundKind
from bot.gateway.messaging.signed_json_adapter import SignedJsonAdapter
from bot.replies.channel import Channel

_FILE = Path(__file__).parents[2] / "docs" / "examples" / "fhir_communication.py"
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)

#: As the examples of http://hl7.org/fhir/R4/communication.html have it, with more than is needed.
FROM_PATIENT: dict[str, Any] = {
    "resourceType": "Communication",
    "id": "fm-17",
    "text": {"status": "generated", "div": "<div>Patient question</div>"},
    "status": "completed",
    "category": [{"text": "question"}],
    "priority": "routine",
    "medium": [{"text": "portal"}],
    "subject": {"reference": "Patient/17"},
    "sender": {"reference": "Patient/17", "display": "A patient"},
    "recipient": [{"reference": "Device/patient-assistant"}],
    "sent": "2026-11-23T07:00:00-05:00",
    "payload": [{"contentString": "What is a migraine?"}, {"contentString": "And an aura?"}],
}


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fhir_communication", _FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    import sys

    # Its models look their annotations up there.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def communication(example: ModuleType, **changes: Any) -> Any:
    return example.Communication.parse_obj({**FROM_PATIENT, **changes})


def test_what_a_patient_wrote_is_what_our_webhook_takes(example: ModuleType) -> None:
    event = example.to_webhook(communication(example))
    message = SignedJsonAdapter([KEY]).parse(json.dumps(event).encode())
    assert (message.channel, message.kind) == (Channel.PORTAL, InboundKind.TEXT)
    assert (message.provider_id, message.sender) == ("fm-17", "Patient/17")
    assert message.text == "What is a migraine?\nAnd an aura?"


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ([], InboundKind.EMPTY),
        ([{"contentAttachment": {"url": "Binary/1"}}], InboundKind.MEDIA),
        ([{"contentString": "see this"}, {"contentAttachment": {}}], InboundKind.MEDIA),
    ],
)
def test_attachments_and_nothing_at_all(
    example: ModuleType, payload: list[Any], kind: InboundKind
) -> None:
    event = example.to_webhook(communication(example, payload=payload))
    assert SignedJsonAdapter([KEY]).parse(json.dumps(event).encode()).kind is kind


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": {"reference": "Practitioner/3"}},
        {"sender": {"reference": "Device/patient-assistant"}},
        {"status": "entered-in-error"},
        {"status": "stopped"},
    ],
)
def test_what_is_not_from_a_patient_is_not_passed_on(
    example: ModuleType, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="passed on"):
        example.to_webhook(communication(example, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"resourceType": "Task"},
        {"id": "two words"},
        {"status": "sent"},
        {"sender": {"reference": "17"}},
        {"recipient": []},
        {"sent": "2026-11-23T07:00:00"},
        {"sent": "yesterday"},
    ],
)
def test_what_is_no_communication_is_refused(example: ModuleType, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        communication(example, **changes)


def test_what_the_gateway_sends_becomes_a_resource_for_the_patient(example: ModuleType) -> None:
    event = {
        "type": "message.send",
        "data": {"id": "0" * 32, "channel": "portal", "to": "Patient/17", "text": "A headache."},
    }
    made = example.from_webhook(event, NOW).as_json()
    assert made == {
        "resourceType": "Communication",
        "id": "0" * 32,
        "status": "completed",
        "sender": {"reference": "Device/patient-assistant"},
        "recipient": [{"reference": "Patient/17"}],
        "subject": {"reference": "Patient/17"},
        "sent": NOW.isoformat(),
        "payload": [{"contentString": "A headache."}],
    }
    # What it makes it also takes, and knows as its own.
    again = example.Communication.parse_obj(json.loads(json.dumps(made)))
    with pytest.raises(ValueError, match="only what a patient wrote"):
        example.to_webhook(again)
