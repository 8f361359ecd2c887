"""The three processes of an installation: gateway, Rasa, action server (docs/architecture.md)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from ipaddress import ip_address

from bot.configuration.messaging_settings import MESSAGING_VARIABLES
from bot.configuration.notice_settings import PRIVATE_VARIABLES
from bot.configuration.secret_store import OPTIONAL_SECRET_NAMES, SECRET_NAMES
from bot.configuration.settings import LOOPBACK_CHANNEL, ROOT, Settings
from bot.supervisor.child import ChildSpec, Probe
from bot.supervisor.ports import NeededPort
from bot.supervisor.rasa_environment import rasa_environment, serving_environment

_LOOPBACK = "127.0.0.1"


def processes(
    settings: Settings, secrets: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[ChildSpec, ...]:
    """What to run, the public process first.

    Args:
        secrets: by name; each process gets only those that it needs.
        environment: what the children inherit, usually `os.environ`.
    """
    secret_names = {*SECRET_NAMES, *OPTIONAL_SECRET_NAMES}
    inherited = {
        **serving_environment(),
        **{name: value for name, value in environment.items() if name not in secret_names},
    }
    inherited["PYTHONUNBUFFERED"] = "1"
    private = {*PRIVATE_VARIABLES, *MESSAGING_VARIABLES}
    others = {name: value for name, value in inherited.items() if name not in private}
    return (
        _gateway(settings, {**inherited, **secrets}),
        _rasa(settings, {**others, **rasa_environment()}, secrets["LOOPBACK_SECRET"]),
        _action_server(settings, {**others, **rasa_environment()}),
    )


def needed_ports(settings: Settings) -> tuple[NeededPort, ...]:
    """The ports that the processes listen on."""
    return (
        NeededPort("gateway", "PORT", settings.host, settings.port),
        NeededPort("Rasa server", "RASA_PORT", _LOOPBACK, settings.rasa_port),
        NeededPort("action server", "ACTION_PORT", _LOOPBACK, settings.action_port),
    )


def _gateway(settings: Settings, environment: dict[str, str]) -> ChildSpec:
    return ChildSpec(
        name="gateway",
        command=(sys.executable, "-m", "bot.gateway"),
        probe=Probe(f"http://{_reachable(settings.host)}:{settings.port}/health/live"),
        environment=environment,
        folder=ROOT,
    )


def _rasa(settings: Settings, environment: dict[str, str], secret: str) -> ChildSpec:
    # No --enable-api: its calls have no place in a clinic's installation.
    command = (
        *(sys.executable, "-m", "bot.nlu.rasa_command", "run"),
        *("--interface", _LOOPBACK, "--port", str(settings.rasa_port)),
        *("--model", str(settings.model)),
        *("--credentials", "deploy/credentials.yml", "--endpoints", "deploy/endpoints.yml"),
    )
    # Named in those two files.
    environment |= {
        "LOOPBACK_SECRET": secret,
        "TRACKER_URL": settings.tracker_url,
        "ACTION_ENDPOINT": f"{settings.action_url}/webhook",
    }
    return ChildSpec(
        name="rasa",
        command=command,
        probe=Probe(
            f"{settings.rasa_url}/webhooks/{LOOPBACK_CHANNEL}/ready", {"X-Loopback-Secret": secret}
        ),
        environment=environment,
        folder=ROOT,
    )


def _action_server(settings: Settings, environment: dict[str, str]) -> ChildSpec:
    # `rasa run actions` would load TensorFlow to do the same. The SDK listens on every address
    # unless SANIC_HOST says otherwise (rasa_sdk/endpoint.py).
    return ChildSpec(
        name="actions",
        command=(
            *(sys.executable, "-m", "rasa_sdk"),
            *("--actions", "actions", "--port", str(settings.action_port)),
        ),
        probe=Probe(f"{settings.action_url}/health"),
        environment={**environment, "SANIC_HOST": _LOOPBACK},
        folder=ROOT,
    )


def _reachable(host: str) -> str:
    """The address at which this machine reaches a server that listens on `host`."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return _LOOPBACK if address.version == 4 else "[::1]"
    return f"[{address}]" if address.version == 6 else str(address)
