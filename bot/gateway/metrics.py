"""What the gateway counts. Labels come from closed sets: never a text, an id or an address."""

from __future__ import annotations

from enum import Enum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.content.texts import ErrorCode
from bot.gateway.desk.troubles import Trouble
from bot.gateway.fallbacks import FallbackReason
from bot.gateway.messaging.adapter import GatewayName
from bot.gateway.outbox_gauges import Backlog, OutboxGauges
from bot.intake.outbox import OutboxCounts, SinkName
from bot.intake.record_store import RecordCounts
from bot.replies.reply import ReplyKind
from bot.safety.danger import SafetyKind

CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class AlertOutcome(str, Enum):
    """What became of a safety alert."""

    STORED = "stored"
    WAITING = "waiting"
    LOST = "lost"
    COUNTED = "counted"


class NoticeOutcome(str, Enum):
    """What became of an attempt to tell the clinic; `failed` is tried again later."""

    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"
    SKIPPED = "skipped"


class TextOutcome(str, Enum):
    """What became of an attempt to send a text, and what the provider said of it later.

    `failed` is tried again later; `held` waits for the morning or for room in a budget; `found` had
    been sent by an attempt whose end nobody knew.
    """

    SENT = "sent"
    FOUND = "found"
    FAILED = "failed"
    HELD = "held"
    DEAD = "dead"
    SKIPPED = "skipped"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class InboundOutcome(str, Enum):
    """What became of a call with a patient's text. `repeated`: it had come before."""

    STORED = "stored"
    REPEATED = "repeated"
    NOT_STORED = "not_stored"
    REFUSED = "refused"


class Metrics:
    """The counters of one running gateway."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._replies = self._counter("replies", "Replies given", "kind")
        self._errors = self._counter("errors", "Requests refused", "code")
        self._desk_refusals = self._counter(
            "desk_refusals", "Requests of staff that were refused", "trouble"
        )
        self._fallbacks = self._counter(
            "fallbacks", "Turns that got a fixed reply instead of Rasa's", "reason"
        )
        self._safety_hits = self._counter(
            "safety_hits", "Messages that the safety screen answered", "kind", "stored"
        )
        self._safety_alerts = self._counter(
            "safety_alerts",
            "Alerts: stored in the database, had to wait for it, lost because too many waited",
            "kind",
            "outcome",
        )
        self._requests = self._counter(
            "intake_requests", "Finished forms that were, or could not be, stored", "stored"
        )
        self._feedback = self._counter(
            "feedback", "Answers of which a patient said that they did or did not help", "helpful"
        )
        self._open_records = Gauge(
            "assistant_intake_open",
            "Records that a person still has to see to",
            ["urgency"],
            registry=self._registry,
        )
        self._overdue_records = Gauge(
            "assistant_intake_overdue",
            "Open records whose promised time is over",
            registry=self._registry,
        )
        self.alerts_waiting = Gauge(
            "assistant_safety_alerts_waiting",
            "Alerts that wait for the database now",
            registry=self._registry,
        )
        self._notices = self._counter(
            "notices",
            "Notices to the clinic: delivered, to be tried again, given up, skipped for want of an "
            "address",
            "sink",
            "outcome",
        )
        self._outbox = OutboxGauges(
            self._registry, name="assistant_outbox", what="Notices to the clinic"
        )
        self._texts = self._counter(
            "texts_out",
            "Texts to patients: what became of an attempt, and what the provider said of it",
            "gateway",
            "outcome",
        )
        self._texts_in = self._counter(
            "texts_in", "Calls of messaging gateways with a patient's text", "gateway", "outcome"
        )
        self._segments = self._counter(
            "text_segments", "Segments of the texts that a provider took", "gateway"
        )
        self._texts_out = OutboxGauges(
            self._registry, name="assistant_texts_out", what="Texts to patients"
        )
        self.turn_seconds = Histogram(
            "assistant_turn_seconds",
            "From a message's arrival to its stored answer",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.turns_in_flight = Gauge(
            "assistant_turns_in_flight", "Messages not answered yet", registry=self._registry
        )
        self._begin_at_zero()

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"assistant_{name}", says, labels, registry=self._registry)

    def _begin_at_zero(self) -> None:
        for code in ErrorCode:
            self._errors.labels(code.value)
        for trouble in Trouble:
            self._desk_refusals.labels(trouble.value)
        for reason in FallbackReason:
            self._fallbacks.labels(reason.value)
        for said in ("true", "false"):
            self._requests.labels(said)
            self._feedback.labels(said)
        for kind in ReplyKind:
            self._replies.labels(kind.value)
        for danger in SafetyKind:
            for outcome in AlertOutcome:
                self._safety_alerts.labels(danger.value, outcome.value)
        for sink in SinkName:
            for fate in NoticeOutcome:
                self._notices.labels(sink.value, fate.value)
        self._begin_texts_at_zero()

    def _begin_texts_at_zero(self) -> None:
        for gateway in GatewayName:
            self._segments.labels(gateway.value)
            for course in InboundOutcome:
                self._texts_in.labels(gateway.value, course.value)
            for end in TextOutcome:
                self._texts.labels(gateway.value, end.value)

    def count_reply(self, kind: ReplyKind) -> None:
        """One more reply of this kind was given."""
        self._replies.labels(kind.value).inc()

    def count_error(self, code: ErrorCode) -> None:
        """One more request was refused."""
        self._errors.labels(code.value).inc()

    def count_desk_refusal(self, trouble: Trouble) -> None:
        """One more request of staff was refused."""
        self._desk_refusals.labels(trouble.value).inc()

    def count_fallback(self, reason: FallbackReason) -> None:
        """One more turn got a fixed reply."""
        self._fallbacks.labels(reason.value).inc()

    def count_safety_hit(self, kind: SafetyKind, *, stored: bool) -> None:
        """The safety screen answered one more message."""
        self._safety_hits.labels(kind.value, str(stored).lower()).inc()

    def count_request(self, *, stored: bool) -> None:
        """One more request to the clinic was stored, or could not be at the first attempt."""
        self._requests.labels(str(stored).lower()).inc()

    def count_feedback(self, *, helpful: bool) -> None:
        """Of one more answer it was said whether it helped."""
        self._feedback.labels(str(helpful).lower()).inc()

    def set_records(self, counts: RecordCounts) -> None:
        """So many records are open and overdue now."""
        for urgency, number in counts.open.items():
            self._open_records.labels(urgency.value).set(number)
        self._overdue_records.set(counts.overdue)

    def count_alert(self, kind: SafetyKind, outcome: AlertOutcome) -> None:
        """This became of one more alert."""
        self._safety_alerts.labels(kind.value, outcome.value).inc()

    def count_notice(self, sink: SinkName, outcome: NoticeOutcome, count: int = 1) -> None:
        """This became of `count` more attempts."""
        self._notices.labels(sink.value, outcome.value).inc(count)

    def show_outbox(self, counts: OutboxCounts) -> None:
        """This is in the outbox now."""
        self._outbox.show(counts)

    def count_inbound(self, gateway: GatewayName, outcome: InboundOutcome) -> None:
        """This became of one more call with a patient's text."""
        self._texts_in.labels(gateway.value, outcome.value).inc()

    def count_text(self, gateway: GatewayName, outcome: TextOutcome, count: int = 1) -> None:
        """This became of `count` more attempts, or texts."""
        self._texts.labels(gateway.value, outcome.value).inc(count)

    def count_segments(self, gateway: GatewayName, count: int) -> None:
        """A provider took a text of so many segments."""
        self._segments.labels(gateway.value).inc(count)

    def show_texts_out(self, counts: Backlog) -> None:
        """So many texts wait or were given up now."""
        self._texts_out.show(counts)

    def exposition(self) -> bytes:
        """Everything, in Prometheus's text format."""
        return generate_latest(self._registry)
