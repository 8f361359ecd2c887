"""The parts behind the gateway's HTTP interface, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.content.intake_rules import load_intake_rules
from bot.content.redaction_rules import load_redaction_rules
from bot.database.engine import Database
from bot.gateway.alert_keeper import AlertKeeper
from bot.gateway.answer_keeper import AnswerKeeper
from bot.gateway.answering import Answerer
from bot.gateway.client_address import ClientAddresses
from bot.gateway.conversations import Conversations
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.delivery_worker import delivery_worker
from bot.gateway.desk.desk import Desk
from bot.gateway.desk.parts import DeskParts
from bot.gateway.feedback_store import FeedbackStore
from bot.gateway.handover import HandOver
from bot.gateway.handover_store import HandOverStore
from bot.gateway.installation import Installation
from bot.gateway.intake_upkeep import IntakeUpkeep
from bot.gateway.messaging.dead_texts import DeadTexts
from bot.gateway.messaging.outbound_worker import OutboundWorker, outbound_worker
from bot.gateway.messaging.receiving_parts import AnsweringParts, put_receiving_together
from bot.gateway.messaging.staff_texts import StaffTexts
from bot.gateway.messaging.webhooks import Webhooks
from bot.gateway.metrics import Metrics
from bot.gateway.purge_worker import PurgeWorker, session_life
from bot.gateway.rasa_client import RasaClient
from bot.gateway.readiness import Readiness
from bot.gateway.request_book import RequestBook
from bot.gateway.safety_first import SafetyFirst
from bot.gateway.send_presses import SendPresses
from bot.gateway.store import ConversationStore
from bot.gateway.turn_runner import TurnRunner
from bot.gateway.update_store import UpdateStore
from bot.gateway.upkeep import Upkeep
from bot.intake.alert_spool import AlertSpool
from bot.intake.alert_store import AlertStore
from bot.intake.outbox import OutboxStore
from bot.intake.ownership import OwnershipStore
from bot.intake.purge import Purge
from bot.intake.record_store import RecordStore
from bot.intake.staff import StaffStore
from bot.replies.intake_reader import IntakeReader
from bot.replies.redaction import Redactor
from bot.replies.texting.rendering import TextRenderer


@dataclass(frozen=True)
class Parts:
    """What answers, keeps and looks after conversations.

    `webhooks` are there where anybody can text. `background` runs for as long as the gateway does,
    each until it is cancelled.
    """

    metrics: Metrics
    addresses: ClientAddresses
    database: Database
    rasa: RasaClient
    readiness: Readiness
    answerer: Answerer
    alerts: AlertKeeper
    safety: SafetyFirst
    runner: TurnRunner
    conversations: Conversations
    feedback: FeedbackStore
    threads: DatabaseThreads
    desk: Desk
    upkeep: Upkeep
    webhooks: Webhooks | None
    outbound: OutboundWorker
    background: tuple[Callable[[], Awaitable[None]], ...]


def put_together(installation: Installation) -> Parts:
    """Make the parts. Nothing is opened yet.

    Raises:
        SettingsError: a secret cannot be used.
        ContentError: a file breaks its schema.
        ValueError: a trusted proxy is not an address.
    """
    settings, limits, composer = installation.settings, installation.limits, installation.composer
    clinic, vault = installation.clinic, installation.vault
    metrics, addresses = Metrics(), ClientAddresses(settings.trusted_proxies)
    rasa = RasaClient(
        settings.rasa_url,
        installation.secrets["LOOPBACK_SECRET"],
        seconds=limits.turn.answer_seconds,
    )
    database = Database(
        settings.database_url,
        busy_seconds=limits.database.busy_seconds,
        connections=limits.database.connections,
    )
    store = ConversationStore(database, vault, clinic)
    threads = DatabaseThreads(limits.database.connections)
    readiness = Readiness(rasa, store, threads, limits.readiness)
    answerer = Answerer(
        rasa, composer, installation.screen, metrics, doubt_seconds=limits.turn.doubt_seconds
    )
    spool = AlertSpool(settings.alerts_folder, limits.alerts.most_waiting)
    owners, records = OwnershipStore(database), RecordStore(database, vault, clinic)
    delivery = delivery_worker(database, records, settings, installation.secrets, threads, metrics)
    notify = delivery.ask_for_a_round
    alerts = AlertKeeper(
        AlertStore(database, vault, clinic), spool, threads, limits.alerts, metrics, notify
    )
    requests = RequestBook(vault, clinic, composer.intake)
    keeper = AnswerKeeper(store, threads, alerts, requests, notify, metrics)
    presses = SendPresses(store, IntakeReader(load_intake_rules()))
    runner = TurnRunner(store, threads, answerer, keeper, presses, readiness, limits, metrics)
    updates = UpdateStore(database, vault, timedelta(seconds=limits.turn.answer_seconds))
    conversations = Conversations(store, updates, threads, runner, limits)
    outbound = outbound_worker(
        database,
        settings,
        installation.secrets,
        vault,
        threads,
        limits.texting,
        metrics,
        clinic_zone=clinic.time_zone,
    )
    renderer = _text_renderer(installation)
    session_time = timedelta(minutes=limits.session.idle_minutes)
    hand_overs = HandOverStore(
        database,
        vault,
        composer.intake,
        session_time,
        StaffTexts(vault, renderer) if renderer else None,
    )
    hand_over = HandOver(hand_overs, threads, runner, limits.handover, outbound.ask_for_a_round)
    upkeep = Upkeep(database, store, threads, conversations, runner, alerts, rasa, limits)
    intake_upkeep = IntakeUpkeep(hand_over, records, threads, limits.upkeep, metrics)
    purge = PurgeWorker(
        Purge(database, installation.retention, desk=session_life(limits.desk)),
        threads,
        installation.retention.purge,
    )
    safety = SafetyFirst(answerer, alerts, limits.alerts, metrics)
    answering = AnsweringParts(
        database, threads, readiness, answerer, alerts, safety, conversations, metrics
    )
    receiving = renderer and put_receiving_together(
        installation, answering, renderer, sent=outbound.ask_for_a_round
    )
    return Parts(
        metrics=metrics,
        addresses=addresses,
        database=database,
        rasa=rasa,
        readiness=readiness,
        answerer=answerer,
        alerts=alerts,
        safety=safety,
        runner=runner,
        conversations=conversations,
        feedback=FeedbackStore(database, vault, Redactor(load_redaction_rules())),
        threads=threads,
        desk=Desk(
            DeskParts(
                database=database,
                threads=threads,
                records=records,
                staff=StaffStore(database),
                owners=owners,
                hand_over=hand_over,
                outbox=OutboxStore(database),
                dead_texts=DeadTexts(database, vault),
                history=store.history,
                clinic=clinic,
                limits=limits,
                addresses=addresses,
                metrics=metrics,
                public_url=settings.public_url,
            )
        ),
        upkeep=upkeep,
        webhooks=receiving.webhooks if receiving else None,
        outbound=outbound,
        background=(
            upkeep.run,
            intake_upkeep.run,
            delivery.run,
            purge.run,
            outbound.run,
            *((receiving.worker.run,) if receiving else ()),
        ),
    )


def _text_renderer(installation: Installation) -> TextRenderer | None:
    """What makes texts of replies; None where nobody can text."""
    settings = installation.settings
    if not settings.messaging.any:
        return None
    return TextRenderer.shipped(installation.composer, installation.clinic, settings.public_url)
