"""The parts behind the gateway's HTTP interface, put together."""

from __future__ import annotations

from dataclasses import dataclass

from bot.configuration.settings import Settings
from bot.database.engine import Database
from bot.gateway.alert_keeper import AlertKeeper
from bot.gateway.answering import Answerer
from bot.gateway.conversations import Conversations
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.limits import GatewayLimits
from bot.gateway.metrics import Metrics
from bot.gateway.rasa_client import RasaClient
from bot.gateway.readiness import Readiness
from bot.gateway.safety_first import SafetyFirst
from bot.gateway.store import ConversationStore
from bot.gateway.turn_runner import TurnRunner
from bot.gateway.upkeep import Upkeep
from bot.intake.alert_spool import AlertSpool
from bot.intake.alert_store import AlertStore
from bot.replies.composer import ReplyComposer
from bot.safety.screen import SafetyScreen


@dataclass(frozen=True)
class Parts:
    """What answers, keeps and looks after conversations."""

    metrics: Metrics
    database: Database
    rasa: RasaClient
    readiness: Readiness
    answerer: Answerer
    alerts: AlertKeeper
    safety: SafetyFirst
    runner: TurnRunner
    conversations: Conversations
    upkeep: Upkeep


def put_together(
    settings: Settings,
    limits: GatewayLimits,
    loopback_secret: str,
    composer: ReplyComposer,
    screen: SafetyScreen,
) -> Parts:
    """Make the parts. Nothing is opened yet."""
    metrics = Metrics()
    rasa = RasaClient(settings.rasa_url, loopback_secret, seconds=limits.turn.answer_seconds)
    database = Database(
        settings.database_url,
        busy_seconds=limits.database.busy_seconds,
        connections=limits.database.connections,
    )
    store = ConversationStore(database)
    threads = DatabaseThreads(limits.database.connections)
    readiness = Readiness(rasa, store, threads, limits.readiness)
    answerer = Answerer(rasa, composer, screen, metrics)
    spool = AlertSpool(settings.alerts_folder, limits.alerts.most_waiting)
    alerts = AlertKeeper(AlertStore(database), spool, threads, limits.alerts, metrics)
    runner = TurnRunner(store, threads, answerer, alerts, readiness, limits, metrics)
    conversations = Conversations(store, threads, runner, limits)
    return Parts(
        metrics=metrics,
        database=database,
        rasa=rasa,
        readiness=readiness,
        answerer=answerer,
        alerts=alerts,
        safety=SafetyFirst(answerer, alerts, limits, metrics),
        runner=runner,
        conversations=conversations,
        upkeep=Upkeep(database, store, threads, conversations, runner, alerts, rasa, limits),
    )
