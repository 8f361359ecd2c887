"""What names and passwords of staff may be."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

#: In characters; a longer one costs the server more than it protects.
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256

LONGEST_NAME = 64

_NAME = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{LONGEST_NAME - 1}}}")


class StaffFault(str, Enum):
    """Why a change of the staff was refused."""

    NAME_MALFORMED = "name_malformed"
    NAME_TAKEN = "name_taken"
    NAME_UNKNOWN = "name_unknown"
    SHOWN_NAME_MALFORMED = "shown_name_malformed"
    PASSWORD_SHORT = "password_short"
    PASSWORD_LONG = "password_long"
    PASSWORD_IS_NAME = "password_is_name"


_SAYS = {
    StaffFault.NAME_MALFORMED: (
        f"a name is 1 to {LONGEST_NAME} of a-z, 0-9, '.', '_' and '-', and begins with one of the "
        "first two"
    ),
    StaffFault.NAME_TAKEN: "there is somebody of this name already",
    StaffFault.NAME_UNKNOWN: "there is nobody of this name",
    StaffFault.SHOWN_NAME_MALFORMED: (
        f"a shown name has 1 to {LONGEST_NAME} characters that can be seen"
    ),
    StaffFault.PASSWORD_SHORT: f"a password has at least {SHORTEST_PASSWORD} characters",
    StaffFault.PASSWORD_LONG: f"a password has at most {LONGEST_PASSWORD} characters",
    StaffFault.PASSWORD_IS_NAME: "a password must not be the name",
}


class StaffError(Exception):
    """A change of the staff was refused and nothing was changed. Never says a password."""

    def __init__(self, fault: StaffFault) -> None:
        self.fault = fault
        super().__init__(_SAYS[fault])


def login_name(name: str) -> str:
    """The name that somebody signs in with, as it is stored.

    Raises:
        StaffError: it cannot be one.
    """
    name = folded(name)
    if not _NAME.fullmatch(name):
        raise StaffError(StaffFault.NAME_MALFORMED)
    return name


def checked_shown_name(name: str) -> str:
    """The name that patients see, its blanks made one.

    Raises:
        StaffError: it is empty or too long, or holds something that cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    seen = all(unicodedata.category(character)[0] != "C" for character in name)
    if not seen or not 1 <= len(name) <= LONGEST_NAME:
        raise StaffError(StaffFault.SHOWN_NAME_MALFORMED)
    return name


def folded(name: str) -> str:
    """A name that was typed, without blanks and capitals."""
    return name.strip().lower()


def check_password(password: str, name: str, shown_name: str) -> None:
    """Refuse a password that is too short or too long, or one of the names.

    Raises:
        StaffError: it is.
    """
    password = normal(password)
    if len(password) < SHORTEST_PASSWORD:
        raise StaffError(StaffFault.PASSWORD_SHORT)
    if len(password) > LONGEST_PASSWORD:
        raise StaffError(StaffFault.PASSWORD_LONG)
    if folded(password) in (name, folded(shown_name)):
        raise StaffError(StaffFault.PASSWORD_IS_NAME)


def normal(password: str) -> str:
    """The same characters however a keyboard composed them (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
