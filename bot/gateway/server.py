"""Runs the gateway as a process: `python -m bot.gateway`."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping

import uvicorn
from starlette.applications import Starlette

from bot.configuration.secret_store import SecretError
from bot.configuration.settings import Settings, SettingsError
from bot.content.yaml_source import ContentError
from bot.database.vault import VaultError
from bot.gateway.application import create_application
from bot.gateway.installation import Installation
from bot.gateway.limits import GatewayLimits
from bot.gateway.log_events import configure_logging


def serve(environment: Mapping[str, str]) -> int:
    """Serve until told to stop. Returns the exit code: 2 if the configuration cannot be used."""
    try:
        settings = Settings.from_environment(environment)
        server = _server(settings, environment)
        # Taken before anything else happens: a second gateway must not touch the first one's turns.
        listening = _listen(settings.host, settings.port)
    except (ContentError, SecretError, SettingsError, VaultError, OSError, ValueError) as error:
        sys.stderr.write(f"gateway: {error}\n")
        return 2
    server.run([listening])
    return 0 if server.started else 1


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OSError(f"cannot listen on {host} port {port}: {error.strerror}") from None


def _server(settings: Settings, environment: Mapping[str, str]) -> uvicorn.Server:
    installation = Installation.read(settings, environment)
    configure_logging()
    application = create_application(installation)
    return http_server(application, settings, installation.limits)


def http_server(
    application: Starlette, settings: Settings, limits: GatewayLimits
) -> uvicorn.Server:
    """The HTTP server: no access log, no server header, and our own view of proxies."""
    return uvicorn.Server(
        uvicorn.Config(
            application,
            host=settings.host,
            port=settings.port,
            lifespan="on",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            # Addresses behind proxies are bot.gateway.client_address's affair.
            proxy_headers=False,
            timeout_keep_alive=limits.connection.keep_alive_seconds,
            timeout_graceful_shutdown=round(limits.upkeep.stop_seconds) + 1,
        )
    )
