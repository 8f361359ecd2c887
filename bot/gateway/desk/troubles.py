"""Why the desk does not do what was asked, with the status that its page has."""

from __future__ import annotations

from enum import Enum

from bot.content.texts import ErrorCode


class Trouble(str, Enum):
    """What is wrong with a request; `wording.yml` says it in words."""

    SIGNED_OUT = "signed_out"
    SIGN_IN_FAILED = "sign_in_failed"
    FORBIDDEN = "forbidden"
    FOREIGN_FORM = "foreign_form"
    MALFORMED = "malformed"
    NOT_FOUND = "not_found"
    WRONG_METHOD = "wrong_method"
    TOO_SLOW = "too_slow"
    CHANGED = "changed"
    ILLEGAL_MOVE = "illegal_move"
    OWNED = "owned"
    NOT_OWNER = "not_owner"
    NO_CONVERSATION = "no_conversation"
    CONVERSATION_UNCHOSEN = "conversation_unchosen"
    OPTED_OUT = "opted_out"
    NOT_DEAD = "not_dead"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    TOO_MANY = "too_many"
    INTERNAL = "internal"
    UNREADABLE = "unreadable"
    UNAVAILABLE = "unavailable"

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUS[self]


_STATUS = {
    Trouble.MALFORMED: 400,
    Trouble.SIGNED_OUT: 401,
    Trouble.SIGN_IN_FAILED: 401,
    Trouble.FORBIDDEN: 403,
    Trouble.FOREIGN_FORM: 403,
    Trouble.NOT_FOUND: 404,
    Trouble.WRONG_METHOD: 405,
    Trouble.TOO_SLOW: 408,
    Trouble.CHANGED: 409,
    Trouble.ILLEGAL_MOVE: 409,
    Trouble.OWNED: 409,
    Trouble.NOT_OWNER: 409,
    Trouble.NO_CONVERSATION: 409,
    Trouble.CONVERSATION_UNCHOSEN: 409,
    Trouble.OPTED_OUT: 409,
    Trouble.NOT_DEAD: 409,
    Trouble.TOO_LARGE: 413,
    Trouble.WRONG_TYPE: 415,
    Trouble.TOO_MANY: 429,
    Trouble.INTERNAL: 500,
    Trouble.UNREADABLE: 500,
    Trouble.UNAVAILABLE: 503,
}

#: What the gateway's own refusals are here.
OF_CODE = {
    ErrorCode.BODY_TOO_LARGE: Trouble.TOO_LARGE,
    ErrorCode.TOO_SLOW: Trouble.TOO_SLOW,
    ErrorCode.TOO_MANY: Trouble.TOO_MANY,
}


class FieldFault(str, Enum):
    """What is wrong with one field of a form, beside the faults of `StaffFault`."""

    PASSWORD_WRONG = "password_wrong"
    PASSWORDS_DIFFER = "passwords_differ"
    ROLE_UNKNOWN = "role_unknown"
    YOURSELF = "yourself"
    NOTE_EMPTY = "note_empty"
    NOTE_TOO_LONG = "note_too_long"
    REASON_MISSING = "reason_missing"
    REASON_TOO_LONG = "reason_too_long"
    MESSAGE_EMPTY = "message_empty"
    MESSAGE_TOO_LONG = "message_too_long"
    MESSAGE_TOO_LONG_TO_TEXT = "message_too_long_to_text"
    SEARCH_EMPTY = "search_empty"


class DeskRefusal(Exception):
    """A request that gets a page of its own in place of what it asked for.

    `retry_after` is in seconds; None where trying again does not help.
    """

    def __init__(self, trouble: Trouble, *, retry_after: int | None = None) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.retry_after = retry_after
