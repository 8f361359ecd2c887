"""Whether the ports that the children need are free."""

from __future__ import annotations

import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class NeededPort:
    """A port that a child will listen on, and the setting that chooses it."""

    owner: str
    setting: str
    host: str
    port: int


def port_faults(ports: tuple[NeededPort, ...]) -> list[str]:
    """One line for each port that cannot be had."""
    faults = []
    chosen: dict[int, NeededPort] = {}
    for needed in ports:
        if needed.port in chosen:
            other = chosen[needed.port]
            faults.append(f"{other.setting} and {needed.setting} are both {needed.port}")
            continue
        chosen[needed.port] = needed
        reason = _why_not(needed)
        if reason:
            faults.append(
                f"port {needed.port} for the {needed.owner} cannot be used ({reason}): "
                f"stop what uses it or set {needed.setting}"
            )
    return faults


def _why_not(needed: NeededPort) -> str | None:
    try:
        found = socket.getaddrinfo(needed.host, needed.port, type=socket.SOCK_STREAM)
    except OSError:
        return f"no such address: {needed.host}"
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the servers do, or a port in TIME_WAIT after the last run would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen()
        except OSError as error:
            return (error.strerror or "refused").lower()
    return None
