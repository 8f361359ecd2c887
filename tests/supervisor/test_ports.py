"""Ports are looked at before anything is started."""

from __future__ import annotations

import socket

from bot.supervisor.ports import NeededPort, port_faults
from tests.ports import free_port


def needed(port: int, setting: str = "PORT", host: str = "127.0.0.1") -> NeededPort:
    return NeededPort("gateway", setting, host, port)


def test_a_free_port_has_no_fault() -> None:
    assert port_faults((needed(free_port()),)) == []


def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        (fault,) = port_faults((needed(port),))

    assert f"port {port} for the gateway" in fault
    assert "set PORT" in fault


def test_a_port_taken_on_every_address_is_taken() -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()

        assert len(port_faults((needed(other.getsockname()[1]),))) == 1


def test_a_port_just_given_back_is_free() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            # Closed by the server first: its side stays in TIME_WAIT.
            server.accept()[0].close()

    assert port_faults((needed(port),)) == []


def test_one_port_for_two_processes_is_found() -> None:
    port = free_port()

    faults = port_faults((needed(port), needed(port, "RASA_PORT")))

    assert faults == [f"PORT and RASA_PORT are both {port}"]


def test_an_address_that_does_not_exist() -> None:
    (fault,) = port_faults((needed(free_port(), host="not an address"),))

    assert "no such address: not an address" in fault
