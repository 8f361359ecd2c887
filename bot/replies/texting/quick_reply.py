"""A button of WhatsApp."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class QuickReply:
    """One button or row of a list; `id` comes back when it is pressed.

    `description` stands below the title of a row. A row always has one, a button never.
    """

    id: str
    title: str
    description: str = ""
