"""The numbers of the public interface, read from a schema-checked YAML file."""

from __future__ import annotations

from pathlib import Path

from limits import parse_many
from pydantic import Field, validator

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml
from bot.intake.delivery_limits import AttemptLimits, RestLimits, RetryLimits

LIMITS_FILE = Path(__file__).parent / "limits.yml"


def _rate(rate: str) -> str:
    """`rate`, if the `limits` library can read it."""
    try:
        parse_many(rate)
    except ValueError:
        raise ValueError("a rate is written as in: 20 per minute") from None
    return rate


class SessionLimits(StrictRecord):
    """How long a session lasts."""

    idle_minutes: float = Field(gt=0)


class ConnectionLimits(StrictRecord):
    """How long an idle connection stays open."""

    keep_alive_seconds: int = Field(gt=0)


class RequestLimits(StrictRecord):
    """How much one request may carry."""

    largest_body_bytes: int = Field(gt=0)
    body_seconds: float = Field(gt=0)
    longest_text: int = Field(gt=0)


class TurnLimits(StrictRecord):
    """How long one message may take and how many may wait."""

    answer_seconds: float = Field(gt=0)
    doubt_seconds: float = Field(gt=0)
    waiting: int = Field(ge=0)


class RefusedAlertLimits(StrictRecord):
    """How alerts of refused messages are kept together."""

    window_minutes: float = Field(gt=0)
    most: int = Field(gt=0)
    senders: int = Field(gt=0)


class DisclosureLimits(StrictRecord):
    """For how long and of how many sessions it is remembered that they told of danger."""

    window_minutes: float = Field(gt=0)
    sessions: int = Field(gt=0)
    turns: int = Field(gt=0)


class AlertLimits(StrictRecord):
    """How long a safety reply may wait for its alert, and how many alerts may wait."""

    database_seconds: float = Field(gt=0)
    attempt_seconds: float = Field(gt=0)
    disk_seconds: float = Field(gt=0)
    retry_seconds: float = Field(gt=0)
    most_waiting: int = Field(gt=0)
    refused: RefusedAlertLimits
    disclosures: DisclosureLimits


class HandOverLimits(StrictRecord):
    """How a person of staff writes in a conversation."""

    longest_text: int = Field(gt=0)
    wait_seconds: float = Field(gt=0)
    idle_minutes: float = Field(gt=0)


class UpdateLimits(StrictRecord):
    """How often a patient's device asks what is new."""

    soon_seconds: float = Field(gt=0)
    later_seconds: float = Field(gt=0)


class FeedbackLimits(StrictRecord):
    """How much may be written beside "this did not help"."""

    longest_comment: int = Field(gt=0)


class WidgetLimits(StrictRecord):
    """How much the website widget may be to load."""

    largest_compressed_bytes: int = Field(gt=0)


class UpkeepLimits(StrictRecord):
    """When background work is done."""

    rasa_wait_seconds: float = Field(ge=0)
    send_hours: float = Field(gt=0)
    retry_seconds: float = Field(gt=0)
    intake_seconds: float = Field(gt=0)
    stop_seconds: float = Field(ge=0)


class ReadinessLimits(StrictRecord):
    """How the readiness probe is run."""

    probe_seconds: float = Field(gt=0)
    reuse_seconds: float = Field(ge=0)


class DatabaseLimits(StrictRecord):
    """How the database is used."""

    busy_seconds: float = Field(gt=0)
    connections: int = Field(gt=0)


class DeskLimits(StrictRecord):
    """How long staff stay signed in, and how much one page or form of the desk holds."""

    idle_minutes: float = Field(gt=0)
    absolute_hours: float = Field(gt=0)
    warning_seconds: int = Field(ge=20)
    seen_seconds: float = Field(ge=0)
    sign_ins_at_once: int = Field(gt=0)
    largest_form_bytes: int = Field(gt=0)
    queue_rows: int = Field(gt=0)
    export_rows: int = Field(gt=0)
    audit_rows: int = Field(gt=0)
    dead_rows: int = Field(gt=0)
    poll_seconds: float = Field(gt=0)


class LookupLimits(StrictRecord):
    """How a provider is asked whether it took a text.

    `skew_seconds`: how far its clock may be from ours. `rows`: how many texts it is asked for.
    """

    skew_seconds: float = Field(ge=0)
    rows: int = Field(ge=1, le=1000)


class ContentLimits(StrictRecord):
    """Buttons and lists at Twilio.

    `seconds`: how long making one may hold a text back. `pause_seconds`: how long texts go out
    without, where that failed. `session_hours`: so long after the patient wrote they are taken.
    """

    seconds: float = Field(gt=0)
    pause_seconds: float = Field(gt=0)
    session_hours: float = Field(gt=0, le=24)


class TextBudgets(StrictRecord):
    """How many texts may be sent over time, and how long one may wait for that."""

    per_number: tuple[str, ...]
    altogether: tuple[str, ...]
    longest_wait_minutes: float = Field(gt=0)

    @validator("per_number", "altogether", each_item=True)
    def _is_a_rate(cls, rate: str) -> str:
        return _rate(rate)


class QuietHours(StrictRecord):
    """When texts that the clinic begins are sent: from `day_begins` until before `day_ends`.

    Clock times as HH:MM. `awake_minutes`: for so long after the patient's last text at any hour.
    """

    day_begins: str = Field(regex=r"^([01]\d|2[0-3]):[0-5]\d$")
    day_ends: str = Field(regex=r"^([01]\d|2[0-3]):[0-5]\d$")
    awake_minutes: float = Field(ge=0)

    @validator("day_ends")
    def _ends_after_it_begins(cls, ends: str, values: dict[str, str]) -> str:
        if ends <= values.get("day_begins", ""):
            raise ValueError("must be later than day_begins")
        return ends


class TextingLimits(StrictRecord):
    """How texts are sent.

    `order_tries`: so often a text is tried while later ones of the same number wait for it.
    """

    attempts: AttemptLimits
    retries: RetryLimits
    rests: RestLimits
    lookup: LookupLimits
    contents: ContentLimits
    order_tries: int = Field(ge=0)
    budgets: TextBudgets
    quiet_hours: QuietHours


class InboundTextLimits(StrictRecord):
    """How texts are taken in and dealt with.

    `at_once`: of how many threads at the same time. `most_unstored`: how many are kept in memory
    while the database does not take them. `most_of_one_number` within `of_one_number_minutes` are
    answered. `introduce_again_days`: so long after it was said, it is said again who writes and how
    to stop it.
    """

    largest_body_bytes: int = Field(gt=0)
    at_once: int = Field(gt=0)
    retry_seconds: float = Field(gt=0)
    most_unstored: int = Field(ge=0)
    most_of_one_number: int = Field(gt=0)
    of_one_number_minutes: int = Field(gt=0)
    introduce_again_days: int = Field(gt=0)


class RateLimits(StrictRecord):
    """Requests over time, each written as the `limits` library reads it: "20 per minute"."""

    sessions_per_address: tuple[str, ...]
    messages_per_address: tuple[str, ...]
    messages_per_session: tuple[str, ...]
    reads_per_address: tuple[str, ...]
    updates_per_address: tuple[str, ...]
    updates_per_session: tuple[str, ...]
    sign_ins_per_name: tuple[str, ...]
    sign_ins_per_name_anywhere: tuple[str, ...]
    sign_ins_per_address: tuple[str, ...]
    texts_per_gateway: tuple[str, ...]

    @validator("*", each_item=True)
    def _is_a_rate(cls, rate: str) -> str:
        return _rate(rate)


class GatewayLimits(StrictRecord):
    """All of `limits.yml`."""

    session: SessionLimits
    connection: ConnectionLimits
    request: RequestLimits
    turn: TurnLimits
    alerts: AlertLimits
    handover: HandOverLimits
    updates: UpdateLimits
    feedback: FeedbackLimits
    widget: WidgetLimits
    upkeep: UpkeepLimits
    readiness: ReadinessLimits
    database: DatabaseLimits
    desk: DeskLimits
    rates: RateLimits
    inbound_texts: InboundTextLimits
    texting: TextingLimits


def load_limits(file: Path = LIMITS_FILE) -> GatewayLimits:
    """Read the limits.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    limits: GatewayLimits = read_yaml(file).parse(GatewayLimits)
    return limits
