"""What is started, with which environment, and which addresses it listens on."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest

from bot.configuration.settings import Settings
from bot.supervisor.child import Child, ChildSpec
from bot.supervisor.limits import load_supervisor_limits
from bot.supervisor.ports import port_faults
from bot.supervisor.processes import needed_ports, processes
from bot.supervisor.rasa_environment import rasa_environment

SECRETS = {
    "LOOPBACK_SECRET": "kept-between-gateway-and-rasa",
    "DATA_KEYS": "kept-by-the-gateway",
    "INDEX_KEY": "kept-by-the-gateway-too",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"BOT_VAR": str(tmp_path)})


def by_name(settings: Settings, **environment: str) -> dict[str, ChildSpec]:
    return {spec.name: spec for spec in processes(settings, SECRETS, environment)}


def test_the_public_process_is_stopped_first(settings: Settings) -> None:
    assert list(by_name(settings)) == ["gateway", "rasa", "actions"]


def test_the_secret_goes_only_to_those_who_share_it(settings: Settings) -> None:
    found = by_name(settings, LOOPBACK_SECRET="of the environment", PATH="/bin")

    assert found["gateway"].environment["LOOPBACK_SECRET"] == SECRETS["LOOPBACK_SECRET"]
    assert found["rasa"].environment["LOOPBACK_SECRET"] == SECRETS["LOOPBACK_SECRET"]
    assert "LOOPBACK_SECRET" not in found["actions"].environment
    assert all(spec.environment["PATH"] == "/bin" for spec in found.values())


@pytest.mark.parametrize("name", ["DATA_KEYS", "INDEX_KEY"])
def test_only_the_gateway_can_open_what_is_sealed(settings: Settings, name: str) -> None:
    found = by_name(settings, **{name: "of the environment"})

    assert found["gateway"].environment[name] == SECRETS[name]
    for other in (found["rasa"], found["actions"]):
        assert name not in other.environment
        assert SECRETS[name] not in other.environment.values()


@pytest.mark.parametrize("name", ["SMTP_URL", "WEBHOOK_URL", "MESSAGES_WEBHOOK_URL", "TWILIO_FROM"])
def test_only_the_gateway_knows_where_notices_go(settings: Settings, name: str) -> None:
    found = by_name(settings, **{name: "private"})

    assert found["gateway"].environment[name] == "private"
    assert name not in found["rasa"].environment
    assert name not in found["actions"].environment


def test_the_webhook_secret_goes_to_the_gateway_if_there_is_one(settings: Settings) -> None:
    given = {**SECRETS, "WEBHOOK_SECRET": "of the file"}
    specs = processes(settings, given, {"WEBHOOK_SECRET": "of the environment"})
    gateway, *others = specs

    assert gateway.environment["WEBHOOK_SECRET"] == "of the file"
    assert all("WEBHOOK_SECRET" not in spec.environment for spec in others)
    assert "WEBHOOK_SECRET" not in by_name(settings)["gateway"].environment


def test_no_secret_is_on_a_command_line_or_in_what_is_printed(settings: Settings) -> None:
    for spec in processes(settings, SECRETS, {}):
        for secret in SECRETS.values():
            assert secret not in " ".join(spec.command)
            assert secret not in repr(spec)


def test_rasa_is_on_loopback_without_its_api_and_without_telemetry(settings: Settings) -> None:
    rasa = by_name(settings)["rasa"]

    command = list(rasa.command)
    assert command[command.index("--interface") + 1] == "127.0.0.1"
    assert "--enable-api" not in command
    assert command[1:4] == ["-m", "bot.nlu.rasa_command", "run"]
    assert rasa.environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert rasa.environment["TRACKER_URL"] == settings.tracker_url
    assert rasa.environment["ACTION_ENDPOINT"] == "http://127.0.0.1:5055/webhook"


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("fd00::1", "[fd00::1]"),
        ("localhost", "localhost"),
    ],
)
def test_the_gateway_is_asked_where_it_listens(settings: Settings, host: str, shown: str) -> None:
    gateway = by_name(replace(settings, host=host))["gateway"]

    assert gateway.probe.url == f"http://{shown}:8080/health/live"


def test_the_rasa_environment_is_read_as_the_shell_reads_it() -> None:
    found = rasa_environment()

    assert found["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert '"' not in "".join(found.values())


def test_what_is_served_gives_memory_back_unless_the_installation_says_otherwise(
    settings: Settings,
) -> None:
    found = by_name(settings, MALLOC_ARENA_MAX="8")

    for spec in found.values():
        assert spec.environment["OPENBLAS_NUM_THREADS"] == "1"
        assert int(spec.environment["MALLOC_TRIM_THRESHOLD_"]) > 0
        assert spec.environment["MALLOC_ARENA_MAX"] == "8"


def test_the_action_server_listens_on_loopback_only(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings = replace(settings, action_port=probe.getsockname()[1])
    spec = {s.name: s for s in processes(settings, SECRETS, os.environ)}["actions"]

    assert asyncio.run(listening_addresses(spec)) == {("127.0.0.1", settings.action_port)}


async def listening_addresses(spec: ChildSpec) -> set[tuple[str, int]]:
    """Start it, wait until it is ready, look where it listens, stop it."""
    own = psutil.Process()
    others = set(own.children(recursive=True))
    child = await Child.start(spec)
    try:
        deadline = time.monotonic() + 60
        async with httpx.AsyncClient(trust_env=False) as client:
            while not await spec.probe.succeeds(client):
                assert time.monotonic() < deadline
                await asyncio.sleep(0.1)
        return {
            (connection.laddr.ip, connection.laddr.port)
            for process in set(own.children(recursive=True)) - others
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
    finally:
        await child.stop(5)


def test_the_three_ports_are_looked_at(settings: Settings) -> None:
    same = replace(settings, port=5005)

    assert [needed.setting for needed in needed_ports(settings)] == [
        "PORT",
        "RASA_PORT",
        "ACTION_PORT",
    ]
    assert "PORT and RASA_PORT are both 5005" in port_faults(needed_ports(same))


def test_restarts_wait_twice_as_long_each_time() -> None:
    limits = load_supervisor_limits()

    assert [limits.restart_delay(deaths) for deaths in (1, 2, 3, 10, 10_000)] == [1, 2, 4, 30, 30]
