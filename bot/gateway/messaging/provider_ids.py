"""What a provider calls a text and an error, and what comes back of a button: nothing else."""

from __future__ import annotations

import re

from bot.gateway.messaging.adapter import MalformedMessageError

_ID = re.compile(r"[!-~]{1,80}")
#: Ours (`bot.gateway.records.id_from`): a provider gives it back as it got it.
_BUTTON_ID = re.compile(r"[0-9a-f]{32}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,32}")


def read_provider_id(text: str) -> str:
    """The id as it is.

    Raises:
        MalformedMessageError: it can be none.
    """
    if not _ID.fullmatch(text):
        raise MalformedMessageError("no usable id")
    return text


def read_error_code(text: str) -> str | None:
    """The code; None where there is none, or something that is not a code."""
    return text if _CODE.fullmatch(text) else None


def read_button_id(text: str) -> str | None:
    """The id of one of our buttons; None where none was pressed, or one of somebody else's."""
    return text if _BUTTON_ID.fullmatch(text) else None
