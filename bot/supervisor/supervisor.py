"""Keeps the children running until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.supervisor.bounded_log import BoundedLog
from bot.supervisor.child import Child, ChildSpec
from bot.supervisor.limits import SupervisorLimits

#: By convention of this product: a process that cannot use its configuration exits with this.
UNUSABLE_CONFIGURATION = 2


@dataclass(frozen=True)
class End:
    """How one run of a child ended: its exit code, None if it never ran; and the same in words."""

    exit_code: int | None
    words: str

    def __str__(self) -> str:
        return self.words


class Supervisor:
    """Starts the children, restarts those that die, stops them in the order they are given.

    Args:
        children: the one that faces the public first, so that it finishes what it took while
            those it needs are still there.
        log_folder: gets one `<name>.log` for each child.
        say: tells the operator, one line each.
        all_ready: called once, when every child is ready for the first time.
    """

    def __init__(
        self,
        children: Sequence[ChildSpec],
        limits: SupervisorLimits,
        log_folder: Path,
        say: Callable[[str], None],
        all_ready: Callable[[], None],
    ) -> None:
        self._specs = tuple(children)
        self._limits = limits
        self._log_folder = log_folder
        self._say = say
        self._all_ready = all_ready
        self._running: dict[str, Child] = {}
        self._been_ready: set[str] = set()
        self._stop = asyncio.Event()
        self._exit_code = 0

    async def run(self) -> int:
        """Run until a stop signal; the exit code for the whole.

        A second stop signal kills the children at once.

        Raises:
            OSError: a log file cannot be opened.
        """
        self._heed_stop_signals()
        # Probes go to this machine only: no proxy of the environment, no connection kept open.
        async with httpx.AsyncClient(
            trust_env=False,
            timeout=self._limits.probe_timeout,
            limits=httpx.Limits(max_keepalive_connections=0),
        ) as client:
            tending = [asyncio.create_task(self._tend(spec, client)) for spec in self._specs]
            stop = asyncio.create_task(self._stop.wait())
            # A tending task ends by itself only by an error, which the last line then raises.
            await asyncio.wait([stop, *tending], return_when=asyncio.FIRST_COMPLETED)
            self._stop.set()
            await self._stop_children()
            await asyncio.gather(*tending)
        return self._exit_code

    def stop(self, exit_code: int = 0) -> None:
        """Begin to stop everything."""
        self._exit_code = self._exit_code or exit_code
        self._stop.set()

    def _heed_stop_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_stop_signal)
        # nohup has it ignored from the start: then the terminal's end is not to stop anything.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGHUP, self._on_stop_signal)

    def _on_stop_signal(self) -> None:
        if self._stop.is_set():
            for child in self._running.values():
                child.kill()
            return
        self._say("stopping")
        self.stop()

    async def _stop_children(self) -> None:
        for spec in self._specs:
            child = self._running.get(spec.name)
            if child:
                await child.stop(self._limits.grace)
                self._say(f"{spec.name} stopped")

    async def _tend(self, spec: ChildSpec, client: httpx.AsyncClient) -> None:
        deaths = 0
        log_file = self._log_of(spec)
        with BoundedLog(log_file, self._limits.log_bytes, self._limits.log_files) as log:
            while not self._stop.is_set():
                started = time.monotonic()
                end = await self._run_once(spec, log, client)
                if self._stop.is_set():
                    return
                if end.exit_code == UNUSABLE_CONFIGURATION and spec.name not in self._been_ready:
                    self._say(f"{spec.name} cannot use its configuration: see {log_file}")
                    self.stop(UNUSABLE_CONFIGURATION)
                    return
                calm = time.monotonic() - started > self._limits.calm_after
                deaths = 1 if calm else deaths + 1
                delay = self._limits.restart_delay(deaths)
                self._say(f"{spec.name} {end}: starting it again in {delay:g} s; see {log_file}")
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), delay)

    async def _run_once(self, spec: ChildSpec, log: BoundedLog, client: httpx.AsyncClient) -> End:
        try:
            child = await Child.start(spec)
        except OSError as error:
            return End(None, f"could not be started ({error.strerror})")
        self._running[spec.name] = child
        readiness = asyncio.create_task(self._await_readiness(spec, client))
        logging = asyncio.create_task(child.keep_log(log))
        if self._stop.is_set():
            # The stop came while it was being started, and did not see it.
            await child.stop(self._limits.grace)
        exit_code = await child.ended()
        del self._running[spec.name]
        readiness.cancel()
        # What it started must not hold its port or its output.
        child.kill()
        await asyncio.wait([logging], timeout=self._limits.grace)
        logging.cancel()
        return End(exit_code, f"ended ({_in_words(exit_code)})")

    async def _await_readiness(self, spec: ChildSpec, client: httpx.AsyncClient) -> None:
        started = time.monotonic()
        reported = False
        while not await spec.probe.succeeds(client):
            waited = time.monotonic() - started
            if waited > self._limits.slow_start_notice and not reported:
                reported = True
                self._say(
                    f"{spec.name} is not ready after {waited:.0f} s, still waiting: "
                    f"see {self._log_of(spec)}"
                )
            await asyncio.sleep(self._limits.probe_every)
        self._say(f"{spec.name} is ready ({time.monotonic() - started:.1f} s)")
        first_time = spec.name not in self._been_ready
        self._been_ready.add(spec.name)
        if first_time and len(self._been_ready) == len(self._specs):
            self._all_ready()

    def _log_of(self, spec: ChildSpec) -> Path:
        return self._log_folder / f"{spec.name}.log"


def _in_words(exit_code: int) -> str:
    return f"exit code {exit_code}" if exit_code >= 0 else signal.Signals(-exit_code).name
