"""A patient portal that speaks FHIR R4: one `Communication` a message, to and from our webhook.

A worked example (docs/messaging.md), not a certified integration: it is the portal's side of
`/webhooks/messages`. It maps what a portal stores to what the gateway takes, and what the gateway
sends to what the portal stores. Nothing in the product imports it.

FHIR R4 Communication: http://hl7.org/fhir/R4/communication.html. The patient is the sender of what
comes in and the recipient of what goes out; the assistant is a `Device`.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Extra, Field, validator

#: How a portal knows the assistant.
ASSISTANT = "Device/patient-assistant"

#: FHIR's rule for ids (http://hl7.org/fhir/R4/datatypes.html#id).
_ID = r"^[A-Za-z0-9\-.]{1,64}$"
_PATIENT = "Patient/"


class _Resource(BaseModel):
    # A portal's resource may hold more than is needed here.
    class Config:
        extra = Extra.ignore
        allow_population_by_field_name = True


class Reference(_Resource):
    """Points at another resource: `Patient/17`."""

    reference: str = Field(regex=r"^[A-Za-z]+/[A-Za-z0-9\-.]{1,64}$")


class Payload(_Resource):
    """One part of a message; an attachment has no `contentString`."""

    content_string: str | None = Field(default=None, alias="contentString")


class Communication(_Resource):
    """The part of R4's Communication that a conversation needs; `status` is the only 1..1."""

    resource_type: Literal["Communication"] = Field("Communication", alias="resourceType")
    id: str = Field(regex=_ID)
    status: Literal[
        "preparation",
        "in-progress",
        "not-done",
        "on-hold",
        "stopped",
        "completed",
        "entered-in-error",
        "unknown",
    ]
    sender: Reference
    recipient: tuple[Reference, ...]
    subject: Reference | None = None
    sent: datetime | None = None
    in_response_to: tuple[Reference, ...] = Field((), alias="inResponseTo")
    payload: tuple[Payload, ...] = ()

    @validator("recipient")
    def _names_somebody(cls, recipient: tuple[Reference, ...]) -> tuple[Reference, ...]:
        if not recipient:
            raise ValueError("names nobody")
        return recipient

    @validator("sent")
    def _has_a_zone(cls, sent: datetime | None) -> datetime | None:
        # R4: a time needs a zone (http://hl7.org/fhir/R4/datatypes.html#dateTime).
        if sent is not None and sent.tzinfo is None:
            raise ValueError("needs a time zone")
        return sent

    def as_json(self) -> dict[str, Any]:
        """The resource as FHIR writes it; what is not there is left out."""
        raw: dict[str, Any] = json.loads(self.json(by_alias=True, exclude_none=True))
        return {name: value for name, value in raw.items() if value != []}


def to_webhook(communication: Communication) -> dict[str, Any]:
    """The body to post to `/webhooks/messages`, signed, for what a patient wrote.

    Raises:
        ValueError: it is not from a patient, or was withdrawn.
    """
    sender = communication.sender.reference
    if not sender.startswith(_PATIENT):
        raise ValueError("only what a patient wrote is passed on")
    if communication.status in ("entered-in-error", "not-done", "stopped"):
        raise ValueError("what was withdrawn is not passed on")
    words = [part.content_string for part in communication.payload if part.content_string]
    has_more = any(part.content_string is None for part in communication.payload)
    return {
        "type": "message.received",
        "data": {
            "id": communication.id,
            "channel": "portal",
            "from": sender,
            "kind": "media" if has_more else "text" if words else "empty",
            "text": "\n".join(words),
        },
    }


def from_webhook(event: dict[str, Any], sent: datetime) -> Communication:
    """The resource to store for what the gateway sends to a portal (`message.send`).

    Its id is the gateway's: storing it again changes nothing, however often the gateway tries.
    """
    data = event["data"]
    patient = Reference(reference=data["to"])
    return Communication(
        id=data["id"],
        status="completed",
        sender=Reference(reference=ASSISTANT),
        recipient=(patient,),
        subject=patient,
        sent=sent,
        payload=(Payload(content_string=data["text"]),),
    )
