"""Ports for the servers that tests start."""

from __future__ import annotations

import random
import socket

#: Below those that Linux gives to outgoing connections (32,768 and up): none of these may take the
#: port of a server while it is started again.
_PORTS = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on."""
    # Not the generator that tests seed: two processes would draw the same ports.
    drawn = random.SystemRandom().sample(_PORTS, len(_PORTS))
    return [port for port, _ in zip(filter(_is_free, drawn), range(count), strict=False)]


def free_port() -> int:
    """A port that nobody listens on."""
    (port,) = free_ports(1)
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
