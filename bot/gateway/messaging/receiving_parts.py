"""The parts that take texts in and answer them, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.content.text_rules import load_text_rules
from bot.database.engine import Database
from bot.gateway.alert_keeper import AlertKeeper
from bot.gateway.answering import Answerer
from bot.gateway.conversations import Conversations
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.installation import Installation
from bot.gateway.messaging.adapter import GatewayName, InboundAdapter
from bot.gateway.messaging.inbound_store import InboundStore
from bot.gateway.messaging.inbound_worker import InboundWorker
from bot.gateway.messaging.last_resort import LastResort
from bot.gateway.messaging.receiving import TextAnswerer
from bot.gateway.messaging.signed_json_adapter import SignedJsonAdapter
from bot.gateway.messaging.status_store import StatusStore
from bot.gateway.messaging.twilio_adapter import TwilioAdapter
from bot.gateway.messaging.webhooks import Webhooks
from bot.gateway.metrics import Metrics
from bot.gateway.rates import Rates
from bot.gateway.readiness import Readiness
from bot.gateway.safety_first import SafetyFirst
from bot.replies.texting.choices import ChoiceReader
from bot.replies.texting.keywords import KeywordReader
from bot.replies.texting.rendering import TextRenderer


@dataclass(frozen=True)
class AnsweringParts:
    """What the website answers with, and texts too."""

    database: Database
    threads: DatabaseThreads
    readiness: Readiness
    answerer: Answerer
    alerts: AlertKeeper
    safety: SafetyFirst
    conversations: Conversations
    metrics: Metrics


@dataclass(frozen=True)
class ReceivingParts:
    """`webhooks` takes texts in, `worker` answers them."""

    webhooks: Webhooks
    worker: InboundWorker


def put_receiving_together(
    installation: Installation,
    parts: AnsweringParts,
    renderer: TextRenderer,
    sent: Callable[[], None],
) -> ReceivingParts:
    """Make the parts. Nothing is opened yet.

    Args:
        sent: called when a text waits to be sent.

    Raises:
        SettingsError: a secret of a configured gateway cannot be used.
        ContentError: a file breaks its schema.
    """
    limits, rules = installation.limits, load_text_rules()
    session_time = timedelta(minutes=limits.session.idle_minutes)
    store = InboundStore(parts.database, installation.vault, session_time)
    answers = TextAnswerer(
        store,
        parts.threads,
        parts.conversations,
        parts.answerer,
        parts.safety,
        renderer,
        KeywordReader(rules),
        ChoiceReader(rules),
        limits,
    )
    worker = InboundWorker(store, parts.threads, answers, parts.readiness, limits, sent)
    webhooks = Webhooks(
        configured_adapters(installation),
        store,
        StatusStore(parts.database),
        parts.threads,
        worker,
        LastResort(parts.answerer, parts.alerts, renderer),
        Rates(limits.rates),
        limits,
        parts.metrics,
        public_url=installation.settings.public_url,
    )
    return ReceivingParts(webhooks, worker)


def configured_adapters(installation: Installation) -> dict[GatewayName, InboundAdapter]:
    """The gateways whose calls are taken.

    Raises:
        SettingsError: a secret of one cannot be used.
    """
    messaging, secrets = installation.settings.messaging, installation.secrets
    adapters: dict[GatewayName, InboundAdapter] = {}
    if messaging.twilio is not None:
        adapters[GatewayName.TWILIO] = TwilioAdapter(messaging.twilio_tokens(secrets))
    if messaging.webhook is not None:
        adapters[GatewayName.SIGNED_JSON] = SignedJsonAdapter(messaging.webhook_keys(secrets))
    return adapters
