"""By which way a patient and the clinic write to each other."""

from __future__ import annotations

from enum import Enum


class Channel(str, Enum):
    """Where the patient writes."""

    WEB = "web"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PORTAL = "portal"

    @property
    def is_text(self) -> bool:
        """Whether each answer is one plain text, and none can be fetched later."""
        return self is not Channel.WEB
