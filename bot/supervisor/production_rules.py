"""What `serve --production` refuses to start with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from bot.configuration.clinic import Clinic
from bot.configuration.settings import Settings
from bot.content.library import Library
from bot.content.page import SignOff
from bot.replies.texting.render_check import longest_public_url
from bot.safety.replies import SafetyReplies
from bot.safety.short_replies import ShortSafetyReplies


class Refusal(str, Enum):
    """Each reason by the name that `--accept` takes."""

    EXAMPLE_VALUES = "example-values"
    MISSING_SECRETS = "missing-secrets"
    SQLITE = "sqlite"
    PLAIN_HTTP = "plain-http"
    UNSIGNED_SAFETY_TEXTS = "unsigned-safety-texts"
    DRAFT_ANSWERS = "draft-answers"
    NO_NOTICES = "no-notices"
    PRIVATE_WEBHOOK = "private-webhook"
    TWILIO_DOUBLE = "twilio-double"
    LONG_PUBLIC_URL = "long-public-url"


@dataclass(frozen=True)
class Objection:
    """One reason not to start, and what is wrong."""

    refusal: Refusal
    message: str

    def __str__(self) -> str:
        return f"{self.refusal.value}: {self.message}"


@dataclass(frozen=True)
class Installation:
    """All that the rules look at. `missing_secrets` are names."""

    settings: Settings
    clinic: Clinic
    missing_secrets: tuple[str, ...]
    safety: SafetyReplies
    short_safety: ShortSafetyReplies
    library: Library


def objections(installation: Installation, accepted: Collection[Refusal]) -> list[Objection]:
    """Everything wrong with `installation` that was not `accepted` by name."""
    found = [
        *_example_values(installation.clinic),
        *_missing_secrets(installation.missing_secrets),
        *_sqlite(installation.settings),
        *_plain_http(installation.settings, installation.clinic),
        *_unsigned_safety_texts(installation.safety, installation.short_safety),
        *_draft_answers(installation.library),
        *_no_notices(installation.settings),
        *_private_webhook(installation.settings),
        *_twilio_double(installation.settings),
        *_long_public_url(installation.settings),
    ]
    return [objection for objection in found if objection.refusal not in accepted]


def _example_values(clinic: Clinic) -> list[Objection]:
    names = clinic.example_values()
    message = f"the clinic file still holds examples: {', '.join(names)}"
    return [Objection(Refusal.EXAMPLE_VALUES, message)] if names else []


def _missing_secrets(names: tuple[str, ...]) -> list[Objection]:
    message = f"set in the environment or the secrets file: {', '.join(names)}"
    return [Objection(Refusal.MISSING_SECRETS, message)] if names else []


def _sqlite(settings: Settings) -> list[Objection]:
    urls = (settings.database_url, settings.tracker_url)
    message = "set DATABASE_URL to a PostgreSQL database"
    on_sqlite = any(url.startswith("sqlite") for url in urls)
    return [Objection(Refusal.SQLITE, message)] if on_sqlite else []


def _plain_http(settings: Settings, clinic: Clinic) -> list[Objection]:
    addresses = {"PUBLIC_URL": settings.public_url, "site": clinic.site}
    addresses |= {f"allowed origin {origin}": origin for origin in clinic.allowed_origins}
    plain = [name for name, address in addresses.items() if not address.startswith("https://")]
    message = f"must be an https:// address: {', '.join(plain)}"
    return [Objection(Refusal.PLAIN_HTTP, message)] if plain else []


def _unsigned_safety_texts(
    safety: SafetyReplies, short_safety: ShortSafetyReplies
) -> list[Objection]:
    names = [*safety.unsigned(), *short_safety.unsigned()]
    message = f"no clinician has signed: {', '.join(names)}"
    return [Objection(Refusal.UNSIGNED_SAFETY_TEXTS, message)] if names else []


def _draft_answers(library: Library) -> list[Objection]:
    found = []
    for page in library.pages:
        drafts = [answer.id for answer in page.answers if answer.sign_off is not SignOff.SIGNED]
        if drafts:
            message = (
                f"page {page.id} has answers that no clinician has signed: {', '.join(drafts)}"
            )
            found.append(Objection(Refusal.DRAFT_ANSWERS, message))
    return found


def _no_notices(settings: Settings) -> list[Objection]:
    message = (
        "nobody is told of requests: set NOTICE_EMAIL_TO, NOTICE_EMAIL_FROM and SMTP_URL, "
        "or WEBHOOK_URL and WEBHOOK_SECRET"
    )
    return [] if settings.notices.any else [Objection(Refusal.NO_NOTICES, message)]


def _private_webhook(settings: Settings) -> list[Objection]:
    message = "ALLOW_PRIVATE_WEBHOOK lets a webhook reach into private networks: unset it"
    allowed = settings.notices.allow_private_webhook
    return [Objection(Refusal.PRIVATE_WEBHOOK, message)] if allowed else []


def _twilio_double(settings: Settings) -> list[Objection]:
    message = "TWILIO_API_URL names something else than Twilio: no text reaches a patient. Unset it"
    twilio = settings.messaging.twilio
    doubled = twilio is not None and twilio.is_a_double
    return [Objection(Refusal.TWILIO_DOUBLE, message)] if doubled else []


def _long_public_url(settings: Settings) -> list[Objection]:
    longest, length = longest_public_url(), len(settings.public_url)
    message = (
        f"PUBLIC_URL has {length} characters: with more than {longest} text messages have no room "
        "for the link to the full answer"
    )
    too_long = settings.messaging.any and length > longest
    return [Objection(Refusal.LONG_PUBLIC_URL, message)] if too_long else []
