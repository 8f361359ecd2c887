"""One process under supervision: how to start it, and how to ask whether it is ready."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.supervisor.bounded_log import BoundedLog

_TETHER = Path(__file__).parent / "tether.py"
_READ_BYTES = 65536


@dataclass(frozen=True)
class Probe:
    """A GET that answers 200 once a child is ready."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    async def succeeds(self, client: httpx.AsyncClient) -> bool:
        """Whether the child says, within the client's time limit, that it is ready."""
        try:
            answer = await client.get(self.url, headers=dict(self.headers))
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK


@dataclass(frozen=True)
class ChildSpec:
    """What to run. `environment` is the child's whole environment and may hold secrets."""

    name: str
    command: tuple[str, ...]
    probe: Probe
    environment: Mapping[str, str] = field(repr=False)
    folder: Path


class Child:
    """One run of a `ChildSpec`, in a process group of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, spec: ChildSpec) -> Child:
        """Start it.

        Raises:
            OSError: the system refuses another process.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(_TETHER), str(os.getpid()), *spec.command),
            cwd=spec.folder,
            env=dict(spec.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Ctrl-C reaches the supervisor only, which then stops its children in order.
            start_new_session=True,
        )
        return cls(process)

    async def keep_log(self, log: BoundedLog) -> None:
        """Copy what it prints to `log` until it closes its output."""
        output = self._process.stdout
        if output is None:
            return
        while chunk := await output.read(_READ_BYTES):
            # A full disk must not stop the service: the line is lost, the child goes on.
            with contextlib.suppress(OSError):
                log.write(chunk)

    async def ended(self) -> int:
        """Wait for its end; the exit code, or minus the number of the signal that ended it."""
        return await self._process.wait()

    async def stop(self, grace: float) -> None:
        """Ask it to stop; after `grace` seconds kill it and whatever it started."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait(), grace)
        self.kill()
        await self._process.wait()

    def kill(self) -> None:
        """End it and whatever it started, at once."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
