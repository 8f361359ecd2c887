"""A gateway to text to, as a process of its own, which a test kills or which kills itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

from bot.configuration.clinic import load_clinic
from bot.configuration.settings import Settings
from bot.content.library import load_library
from bot.content.texts import load_texts
from bot.gateway.application import create_application
from bot.gateway.installation import Installation
from bot.gateway.messaging import inbound_store
from bot.gateway.messaging.inbound_store import InboundStore
from bot.gateway.server import http_server
from bot.gateway.store import ConversationStore
from bot.intake import staff
from bot.intake.retention import load_retention
from bot.replies.composer import ReplyComposer
from bot.safety.lexicon import Covers
from bot.safety.replies import load_safety_replies
from bot.safety.screen import Lexicon, SafetyScreen
from tests.databases import VAULT
from tests.gateway.fake_rasa import SECRET
from tests.gateway.harness import QUICK, limits_with
from tests.gateway.texting import BOTH, SECRETS

_PAGES = Path(__file__).parent / "pages"


class Step(str, Enum):
    """Where the gateway dies."""

    AFTER_STORING = "after storing"
    AFTER_FINDING_THE_CONVERSATION = "after finding the conversation"
    AFTER_ACCEPTING = "after accepting"
    AFTER_ANSWERING = "after answering"
    BEFORE_FINISHING = "before finishing"
    WITHIN_FINISHING = "within finishing"
    AFTER_FINISHING = "after finishing"


def serve(folder: Path, port: int, rasa_port: int, dies: Step | None) -> None:
    """Serve until killed."""
    environment = {"BOT_VAR": str(folder), "PORT": str(port), "RASA_PORT": str(rasa_port)}
    settings = replace(Settings.from_environment(environment), messaging=BOTH)
    limits = limits_with(inbound_texts={"retry_seconds": 0.2}, upkeep={"retry_seconds": 0.5})
    clinic, texts = load_clinic(), load_texts()
    staff.PasswordHasher = lambda: QUICK
    application = create_application(
        Installation(
            settings=settings,
            clinic=clinic,
            limits=limits,
            retention=load_retention(),
            secrets={"LOOPBACK_SECRET": SECRET, **SECRETS},
            texts=texts,
            composer=ReplyComposer(load_library(_PAGES), texts, load_safety_replies(), clinic),
            screen=SafetyScreen(Lexicon(entries=(), covers=Covers(contexts=()))),
            vault=VAULT,
        )
    )
    if dies is not None:
        _prepare_death(dies)
    http_server(application, settings, limits).run()


def _die(*args: object, **kwargs: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _prepare_death(step: Step) -> None:
    if step is Step.AFTER_STORING:
        _after(InboundStore, "receive")
    elif step is Step.AFTER_FINDING_THE_CONVERSATION:
        _after(InboundStore, "talk")
    elif step is Step.AFTER_ACCEPTING:
        _after(ConversationStore, "accept")
    elif step is Step.AFTER_ANSWERING:
        _after(ConversationStore, "complete")
    elif step is Step.BEFORE_FINISHING:
        InboundStore.finish = _die
    elif step is Step.WITHIN_FINISHING:
        _after(inbound_store, "enqueue")
    else:
        _after(InboundStore, "finish")


def _after(owner: Any, name: str) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def then_die(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)
        _die()

    setattr(owner, name, then_die)
