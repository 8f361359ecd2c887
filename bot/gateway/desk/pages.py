"""Makes the desk's HTML. Every value is escaped, whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

import phonenumbers
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from bot.configuration.clinic import Clinic
from bot.database.audit_log import AuditAction
from bot.gateway.desk.clock import Clock, language_name
from bot.gateway.desk.forms import TOKEN_FIELD
from bot.gateway.desk.sessions import DeskSession
from bot.gateway.desk.troubles import Trouble
from bot.gateway.desk.wording import Wording
from bot.gateway.limits import GatewayLimits
from bot.gateway.security_headers import DESK_POLICY
from bot.intake.records import EntryKind, Origin, RecordState, Urgency
from bot.intake.staff import Role
from bot.intake.staff_phrases import STAFF_PHRASES
from bot.intake.staff_rules import LONGEST_NAME, LONGEST_PASSWORD, SHORTEST_PASSWORD
from bot.intake.transitions import REASONED_MOVES, Move
from bot.replies.channel import Channel
from bot.replies.intake_request import Contact, ContactKind

TEMPLATES_FOLDER = Path(__file__).parent / "templates"

#: Of the United States, for which the clinic's people need no country code.
_COUNTRY_CODE = 1

#: A form's origin is withheld from us too under the gateway's "no-referrer" (Fetch, "append a
#: request `Origin` header").
_HEADERS = {
    "Content-Security-Policy": DESK_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}

#: What templates compare with and walk through.
_CLOSED_SETS = (
    AuditAction,
    Channel,
    ContactKind,
    EntryKind,
    Move,
    Origin,
    RecordState,
    Role,
    Trouble,
    Urgency,
)


class Pages:
    """The templates, with everything that all of them speak of."""

    def __init__(self, wording: Wording, clinic: Clinic, limits: GatewayLimits) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        clock = Clock(clinic.time_zone)
        self._environment.filters |= {
            "moment": clock.moment,
            "machine": clock.machine,
            "span": clock.span,
            "language_name": language_name,
            "actor": actor_in_words,
            "contact": contact_in_words,
            "contact_address": contact_address,
            "failure": lambda failure: _in_words(failure, wording.failures),
            "text_failure": lambda failure: _in_words(failure, wording.text_failures),
        }
        self._environment.globals |= {
            "words": wording,
            "phrases": STAFF_PHRASES,
            "clinic": clinic,
            "limits": limits,
            "token_field": TOKEN_FIELD,
            "shortest_password": SHORTEST_PASSWORD,
            "longest_password": LONGEST_PASSWORD,
            "longest_name": LONGEST_NAME,
            "reasoned_moves": REASONED_MOVES,
            **{each.__name__: each for each in _CLOSED_SETS},
        }

    def show(
        self,
        template: str,
        *,
        session: DeskSession | None = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """A page, or a part of one."""
        html = self._environment.get_template(template).render(
            session=session,
            now=datetime.now(timezone.utc),
            **{"here": None, "trouble": None, "faults": {}, **values},
        )
        # A lone surrogate, which only hostile text holds, has no UTF-8.
        return Response(
            html.encode("utf-8", "replace"),
            status,
            {**_HEADERS, **(headers or {})},
            media_type="text/html",
        )


def actor_in_words(actor: str) -> str:
    """Who the audit names: "user:dana" is shown as dana, "command line" as the command line."""
    kind, separator, name = actor.partition(":")
    return name if separator else f"the {kind}"


def contact_in_words(contact: Contact) -> str:
    """A contact as people write it: an American number without its country code."""
    if contact.kind is ContactKind.EMAIL:
        return contact.value
    try:
        number = phonenumbers.parse(contact.value)
    except phonenumbers.NumberParseException:
        return contact.value
    here = number.country_code == _COUNTRY_CODE
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if here else style.INTERNATIONAL)


def contact_address(contact: Contact) -> str:
    """What a link to the contact opens: a telephone (RFC 3966) or a mail program (RFC 6068)."""
    scheme = "mailto" if contact.kind is ContactKind.EMAIL else "tel"
    return f"{scheme}:{quote(contact.value, safe='@+')}"


def _in_words(failure: str | None, words: Mapping[Any, str]) -> str:
    """Why something was not delivered: the reason in words and the code, if there was one."""
    by_name = {each.value: text for each, text in words.items()}
    found = re.fullmatch(r"(\w+)(?: (\w+))?", failure or "")
    if found is None or found[1] not in by_name:
        return failure or ""
    return f"{by_name[found[1]]} (status {found[2]})" if found[2] else by_name[found[1]]
