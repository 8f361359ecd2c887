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
from bot.database.vault import Vault
from bot.gateway.application import create_application
from bot.gateway.installation import Installation
from bot.gateway.limits import GatewayLimits
from bot.gateway.server import http_server
from bot.intake import staff
from bot.intake.retention import load_retention
from bot.replies.composer import ReplyComposer
from bot.safety.lexicon import Context, ContextRule, Covers, Together
from bot.safety.replies import load_safety_replies
from bot.safety.screen import Lexicon, LexiconEntry, SafetyScreen
from tests.databases import VAULT, with_tables
from tests.gateway.fake_rasa import SECRET, FakeRasa
from tests.gateway.harness import (
    CRISIS,
    CRISIS_TEXT,
    EMERGENCY,
    EMERGENCY_TEXT,
    PATIENT,
    QUICK,
    RunningGateway,
    StartGateway,
    limits_with,
    until,
)
from tests.ports import free_port

_PAGES = Path(__file__).parent / "pages"


@pytest.fixture(scope="module", autouse=True)
def _quick_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff, "PasswordHasher", lambda: QUICK)
        yield


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
    """The real screen over a lexicon of a few phrases, of which "movie" makes one doubt."""
    entries = (
        LexiconEntry(
            id="vanish",
            topic=CRISIS.topic,
            source="test",
            phrases=("want to vanish",),
            examples=(CRISIS_TEXT,),
        ),
        LexiconEntry(
            id="thunderclap",
            topic=EMERGENCY.topic,
            source="test",
            phrases=("thunderclap",),
            examples=(EMERGENCY_TEXT,),
        ),
        LexiconEntry(
            id="half",
            topic=CRISIS.topic,
            source="test",
            together=(Together(all=("half", "vanished"), within=10),),
            examples=(),
        ),
    )
    told = ContextRule(context=Context.TOLD, patterns=("movie",))
    return SafetyScreen(Lexicon(entries=entries, covers=Covers(contexts=(told,))))


@pytest.fixture(scope="session")
def _one_rasa() -> Iterator[FakeRasa]:
    fake = FakeRasa()
    yield fake
    fake.stop()


@pytest.fixture
def rasa(_one_rasa: FakeRasa) -> FakeRasa:
    """The fake Rasa, as new."""
    _one_rasa.reset()
    return _one_rasa


@pytest.fixture(scope="session")
def _launch(
    _one_rasa: FakeRasa,
    clinic: Clinic,
    texts: Texts,
    composer: ReplyComposer,
    screen: SafetyScreen,
) -> StartGateway:
    def launch(
        folder: Path,
        limits: GatewayLimits,
        clinic_with: dict[str, Any] | None = None,
        vault: Vault = VAULT,
        secrets: dict[str, str] | None = None,
        **changes: Any,
    ) -> RunningGateway:
        file = folder / "var" / "assistant.db"
        if "database_url" not in changes and not file.exists():
            file.parent.mkdir(mode=0o700, exist_ok=True)
            with_tables(file)
        environment = {
            "BOT_VAR": str(folder / "var"),
            "PORT": str(free_port()),
            "RASA_PORT": str(_one_rasa.port),
        }
        settings = replace(Settings.from_environment(environment), **changes)
        application = create_application(
            Installation(
                settings=settings,
                clinic=clinic.copy(update=clinic_with or {}),
                limits=limits,
                retention=load_retention(),
                secrets={"LOOPBACK_SECRET": SECRET, **(secrets or {})},
                texts=texts,
                composer=composer,
                screen=screen,
                vault=vault,
            )
        )
        server = http_server(application, settings, limits)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until(lambda: server.started or not thread.is_alive(), what="the start")
        assert server.started
        return RunningGateway(server, f"http://127.0.0.1:{settings.port}", thread, settings)

    return launch


@pytest.fixture
def start(_launch: StartGateway, tmp_path: Path, rasa: FakeRasa) -> Iterator[StartGateway]:
    """Starts gateways of a test's own; keyword arguments change settings, clinic or vault.

    Without limits given they are the shipped ones, but a safety reply waits until it is stored.
    """
    running: list[RunningGateway] = []

    def start_one(limits: GatewayLimits | None = None, **changes: Any) -> RunningGateway:
        running.append(_launch(tmp_path, limits or limits_with(alerts=PATIENT), **changes))
        return running[-1]

    yield start_one
    for gateway in running:
        gateway.stop()


@pytest.fixture(scope="session")
def _one_gateway(
    _launch: StartGateway, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    many = ["100000 per minute"]
    limits = limits_with(
        rates={
            "sessions_per_address": many,
            "messages_per_address": many,
            "reads_per_address": many,
        },
        alerts=PATIENT,
    )
    gateway = _launch(tmp_path_factory.mktemp("gateway"), limits)
    yield gateway
    gateway.stop()


@pytest.fixture
def gateway(_one_gateway: RunningGateway, rasa: FakeRasa) -> RunningGateway:
    """A gateway that many tests share, each with conversations of its own."""
    return _one_gateway
