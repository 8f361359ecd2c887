"""Starts the product for a measurement, on free ports and in a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx
import psutil
import yaml

ROOT = Path(__file__).parents[1]
_READY_SECONDS = 300


@dataclass(frozen=True)
class RunningProduct:
    """Where it answers, how long it took to be ready (seconds), and its processes by name."""

    url: str
    seconds_to_ready: float
    processes: dict[str, psutil.Process]

    def memory(self) -> int:
        """Bytes of all processes together: shared pages count once (PSS)."""
        return sum(one.memory_full_info().pss for one in self.processes.values())

    def processor_seconds(self) -> float:
        """What all processes together have used of the processor so far."""
        times = [one.cpu_times() for one in self.processes.values()]
        return sum(one.user + one.system for one in times)


@contextmanager
def running_product(
    more: Mapping[str, str] = MappingProxyType({}), root: Path = ROOT
) -> Iterator[RunningProduct]:
    """Start `python -m bot serve`, wait until it is ready, and stop it at the end.

    Args:
        more: of its environment.
        root: the project's folder.

    Raises:
        RuntimeError: it was not ready in time.
    """
    with tempfile.TemporaryDirectory() as folder:
        ports = free_ports(3)
        environment = {
            **os.environ,
            **more,
            "BOT_VAR": folder,
            "LIMITS_FILE": str(_without_rate_limits(Path(folder))),
            **dict(zip(("PORT", "RASA_PORT", "ACTION_PORT"), map(str, ports), strict=True)),
        }
        started = time.monotonic()
        command = [sys.executable, "-m", "bot", "serve"]
        with subprocess.Popen(
            command, cwd=root, env=environment, stdout=subprocess.DEVNULL
        ) as serve:
            try:
                url = f"http://127.0.0.1:{ports[0]}"
                _wait_until_ready(url)
                yield RunningProduct(url, time.monotonic() - started, _processes(serve.pid))
            finally:
                serve.send_signal(signal.SIGINT)


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def _without_rate_limits(folder: Path) -> Path:
    limits = yaml.safe_load((ROOT / "bot" / "gateway" / "limits.yml").read_text(encoding="utf-8"))
    limits["rates"] = {name: ["1000000 per minute"] for name in limits["rates"]}
    file = folder / "limits.yml"
    file.write_text(yaml.safe_dump(limits), encoding="utf-8")
    return file


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/health/ready", timeout=6).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the product was not ready within {_READY_SECONDS} s")


def _processes(supervisor: int) -> dict[str, psutil.Process]:
    found = {"supervisor": psutil.Process(supervisor)}
    for child in found["supervisor"].children(recursive=True):
        words = " ".join(child.cmdline())
        if "bot.gateway" in words:
            found["gateway"] = child
        elif "rasa_sdk" in words or "actions" in words:
            found["action server"] = child
        elif "rasa" in words:
            found["Rasa"] = child
    return found
