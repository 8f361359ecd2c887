"""The contents of the account, and what becomes of them with the words filled in.

The limits are WhatsApp's, as https://www.twilio.com/docs/content/twilio-quick-reply and
https://www.twilio.com/docs/content/twiliolist-picker have them for texts without approval.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any

QUICK_REPLY, LIST_PICKER = "twilio/quick-reply", "twilio/list-picker"

_BODY = 1024
_MOST = {QUICK_REPLY: 3, LIST_PICKER: 10}
_LONGEST = {
    QUICK_REPLY: {"title": 20, "id": 200},
    LIST_PICKER: {"item": 24, "id": 200, "description": 72},
}
_BUTTON = 20
_MOST_VARIABLES, _LONGEST_VARIABLE = 100, 1600

_PLACE = re.compile(r"\{\{(\w{1,16})\}\}")
_NOT_IN_A_VARIABLE = re.compile(r"[\n\r\t]| {5}")


class ContentRefusedError(ValueError):
    """A content is none, or its variables do not fill it. Says which part, not what it says."""


@dataclass(frozen=True)
class Pressable:
    """A button, or a row of a list where it has a description."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Filled:
    """A text with buttons, as a telephone shows it. `list_button` opens a list."""

    body: str = field(repr=False)
    pressables: tuple[Pressable, ...] = field(repr=False)
    list_button: str = ""


class Contents:
    """Those that were made, oldest first."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}

    def make(self, definition: Any, account_sid: str) -> dict[str, Any]:
        """Make one.

        Raises:
            ContentRefusedError: it is none.
        """
        _check(definition)
        sid = f"HX{secrets.token_hex(16)}"
        now = format_datetime(datetime.now(timezone.utc))
        self.made[sid] = {
            "sid": sid,
            "account_sid": account_sid,
            **definition,
            "date_created": now,
            "date_updated": now,
        }
        return self.made[sid]

    def filled(self, sid: str, variables: str) -> Filled:
        """The content with the words in their places.

        Raises:
            ContentRefusedError: they cannot be there, or make it too long.
        """
        content = self.made[sid]
        values = {**content["variables"], **_variables(variables)}
        ((kind, parts),) = content["types"].items()
        put = _Filling(values)
        rows = parts["actions" if kind == QUICK_REPLY else "items"]
        pressables = tuple(
            [
                Pressable(
                    id=put(row["id"], _LONGEST[kind]["id"]),
                    title=put(row.get("title") or row.get("item"), _title_limit(kind)),
                    description=put(row["description"], _LONGEST[kind]["description"])
                    if kind == LIST_PICKER
                    else "",
                )
                for row in rows
            ]
        )
        for name in ("id", "title"):
            if len({getattr(one, name) for one in pressables}) != len(pressables):
                raise ContentRefusedError(f"two have the same {name}")
        return Filled(
            body=put(parts["body"], _BODY),
            pressables=pressables,
            list_button=put(parts["button"], _BUTTON) if kind == LIST_PICKER else "",
        )


@dataclass(frozen=True)
class _Filling:
    values: dict[str, str]

    def __call__(self, text: str, most: int) -> str:
        filled = _PLACE.sub(lambda place: self.values[place[1]], text)
        if not 0 < len(filled) <= most:
            raise ContentRefusedError("too long, or empty")
        return filled


def _title_limit(kind: str) -> int:
    return _LONGEST[kind]["title" if kind == QUICK_REPLY else "item"]


def _check(definition: Any) -> None:
    """Whether this makes a content of a kind that the gateway sends."""
    try:
        ((kind, parts),) = definition["types"].items()
        rows = parts["actions" if kind == QUICK_REPLY else "items"]
        texts = [parts["body"], *([parts["button"]] if kind == LIST_PICKER else [])]
        texts += [row[name] for row in rows for name in _LONGEST[kind]]
        places = {place for text in texts for place in _PLACE.findall(text)}
        unnamed = places - definition["variables"].keys()
        wrong = unnamed or not all(texts) or not 1 <= len(rows) <= _MOST[kind]
        named = definition["friendly_name"] and len(definition["language"]) == len("en")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ContentRefusedError("not a content") from None
    if wrong or not named or len(definition["variables"]) > _MOST_VARIABLES:
        raise ContentRefusedError("not a content of WhatsApp")


def _variables(text: str) -> dict[str, str]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise ContentRefusedError("variables are no JSON") from None
    if not isinstance(values, dict):
        raise ContentRefusedError("variables are no JSON object")
    for value in values.values():
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_VARIABLE:
            raise ContentRefusedError("a variable is empty or too long")
        if _NOT_IN_A_VARIABLE.search(value):
            raise ContentRefusedError("a variable holds a line break, a tab or many spaces")
    return values
