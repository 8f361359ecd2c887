"""The words for a danger: its kind, how fast help is needed, and who is in it."""

from __future__ import annotations

from enum import Enum


class SafetyKind(str, Enum):
    """What kind of danger was found."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"


class Tier(str, Enum):
    """How fast help is needed."""

    CALL_911 = "call_911"
    EMERGENCY_DEPARTMENT = "emergency_department"
    TODAY = "today"


class About(str, Enum):
    """Who is in danger."""

    SELF = "self"
    SOMEONE_ELSE = "someone_else"
