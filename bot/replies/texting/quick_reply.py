"""A button of WhatsApp."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class QuickReply:
    """One button or row of a list; `id` comes back when it is pressed.

    `description` stands below the title of a row, and is empty where the title says all.
    """

    id: str
    title: str
    description: str = ""
