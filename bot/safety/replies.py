"""The fixed safety replies, and whether a clinician has signed each."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Extra

from bot.configuration.clinic import Clinic
from bot.content.page import SignOff
from bot.content.yaml_source import read_yaml

REPLIES_FILE = Path(__file__).parent / "replies.yml"


class SafetyText(BaseModel):
    """One fixed text and its sign-off state."""

    text: str
    sign_off: SignOff

    class Config:
        extra = Extra.forbid
        frozen = True


class SafetyReplies(BaseModel):
    """The fixed texts: physical danger, self-harm, and "we cannot answer right now"."""

    emergency: SafetyText
    crisis: SafetyText
    unavailable: SafetyText

    class Config:
        extra = Extra.forbid
        frozen = True

    def filled_in(self, clinic: Clinic) -> SafetyReplies:
        """The same replies with the clinic's name, telephone and hours in them."""
        filled = {
            name: SafetyText(
                text=text.text.format(
                    clinic=clinic.name, phone=clinic.phone, hours=clinic.opening_hours
                ),
                sign_off=text.sign_off,
            )
            for name, text in self
        }
        return SafetyReplies(**filled)

    def unsigned(self) -> list[str]:
        """Names of the texts that no clinician has signed yet."""
        return [name for name, text in self if text.sign_off is not SignOff.SIGNED]


def load_safety_replies(file: Path = REPLIES_FILE) -> SafetyReplies:
    """Read the fixed replies, placeholders and all.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    replies: SafetyReplies = read_yaml(file).parse(SafetyReplies)
    return replies
