"""Fixtures: a gateway on a real socket, in front of a fake Rasa on another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.configuration.clinic import Clinic, load_clinic
from bot.configuration.settings import Settings
from bot.content.library import load_library
from bot.content.texts import Texts, load_texts
from bot.gateway.application import create_application
from bot.gateway.limits import GatewayLimits, load_limits
from bot.gateway.server import http_server
from bot.replies.composer import ReplyComposer
from bot.safety.replies import load_safety_replies
from bot.safety.screen import Lexicon, LexiconEntry, SafetyKind, SafetyScreen
from tests.gateway.fake_rasa import SECRET, FakeRasa
from tests.gateway.harness import (
    CRISIS_TEXT,
    EMERGENCY_TEXT,
    RunningGateway,
    StartGateway,
    free_port,
    until,
)

_PAGES = Path(__file__).parent / "pages"


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    return load_clinic()


@pytest.fixture(scope="session")
def texts() -> Texts:
    return load_texts()


@pytest.fixture(scope="session")
def composer(clinic: Clinic, texts: Texts) -> ReplyComposer:
    return ReplyComposer(load_library(_PAGES), texts, load_safety_replies(), clinic)


@pytest.fixture(scope="session")
def screen() -> SafetyScreen:
    """The real screen over a lexicon of two phrases."""
    entries = (
        LexiconEntry(
            id="vanish",
            kind=SafetyKind.CRISIS,
            source="test",
            phrases=("want to vanish",),
            examples=(CRISIS_TEXT,),
        ),
        LexiconEntry(
            id="thunderclap",
            kind=SafetyKind.EMERGENCY,
            source="test",
            phrases=("thunderclap",),
            examples=(EMERGENCY_TEXT,),
        ),
    )
    return SafetyScreen(Lexicon(entries=entries))


@pytest.fixture
def rasa() -> Iterator[FakeRasa]:
    fake = FakeRasa()
    yield fake
    fake.stop()


@pytest.fixture
def settings(tmp_path: Path, rasa: FakeRasa) -> Settings:
    port = free_port()
    return Settings.from_environment(
        {"BOT_VAR": str(tmp_path / "var"), "PORT": str(port), "RASA_PORT": str(rasa.port)}
    )


@pytest.fixture
def start(
    settings: Settings,
    clinic: Clinic,
    texts: Texts,
    composer: ReplyComposer,
    screen: SafetyScreen,
) -> Iterator[StartGateway]:
    """Starts gateways; keyword arguments change settings, `limits` replaces the limits."""
    running: list[RunningGateway] = []

    def start_one(
        limits: GatewayLimits | None = None,
        clinic_with: dict[str, Any] | None = None,
        **changes: Any,
    ) -> RunningGateway:
        chosen = replace(settings, **changes)
        numbers = limits or load_limits()
        application = create_application(
            chosen,
            clinic.copy(update=clinic_with or {}),
            numbers,
            loopback_secret=SECRET,
            texts=texts,
            composer=composer,
            screen=screen,
        )
        server = http_server(application, chosen, numbers)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until(lambda: server.started or not thread.is_alive(), what="the start")
        assert server.started
        gateway = RunningGateway(server, f"http://127.0.0.1:{chosen.port}", thread, chosen)
        running.append(gateway)
        return gateway

    yield start_one
    for gateway in running:
        gateway.stop()


@pytest.fixture
def gateway(start: StartGateway) -> RunningGateway:
    return start()
