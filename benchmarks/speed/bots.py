"""The two bots as running processes: what each is asked over HTTP, and what it takes up."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Protocol

import httpx
import psutil

from benchmarks.running_product import RunningProduct, free_ports
from benchmarks.speed.stock_bot import StockBot

_READY_SECONDS = 600


class Bot(Protocol):
    """Something that answers questions."""

    @property
    def seconds_to_ready(self) -> float:
        """From the command to the first answer."""

    def talk(self, name: str, questions: list[str]) -> list[float]:
        """One conversation; the seconds that each answer took."""

    def memory(self) -> int:
        """Bytes of all its processes together: shared pages count once (PSS)."""


@dataclass(frozen=True)
class OurBot:
    """The whole product, behind the gateway, as a patient's browser asks it."""

    product: RunningProduct

    @property
    def seconds_to_ready(self) -> float:
        """From the command to the first ready answer."""
        return self.product.seconds_to_ready

    def talk(self, name: str, questions: list[str]) -> list[float]:
        """One conversation; the seconds that each answer took."""
        with httpx.Client(base_url=self.product.url, timeout=120) as client:
            opened = client.post("/api/session", json={}).raise_for_status()
            token = opened.json()["token"]
            seconds = []
            for number, question in enumerate(questions):
                headers = {
                    "Authorization": f"Bearer {token}",
                    "Idempotency-Key": f"{name}-{number}",
                }
                started = time.perf_counter()
                reply = client.post("/api/message", json={"text": question}, headers=headers)
                reply.raise_for_status()
                seconds.append(time.perf_counter() - started)
            return seconds

    def memory(self) -> int:
        """Bytes of all its processes together: shared pages count once (PSS)."""
        return self.product.memory()


@dataclass(frozen=True)
class RunningStockBot:
    """`rasa run` and `rasa run actions`, asked over Rasa's own REST channel."""

    url: str
    seconds_to_ready: float
    processes: tuple[psutil.Process, ...]

    def talk(self, name: str, questions: list[str]) -> list[float]:
        """One conversation; the seconds that each answer took."""
        with httpx.Client(base_url=self.url, timeout=120) as client:
            seconds = []
            for question in questions:
                started = time.perf_counter()
                body = {"sender": name, "message": question}
                reply = client.post("/webhooks/rest/webhook", json=body).raise_for_status()
                seconds.append(time.perf_counter() - started)
                if not reply.json():
                    raise RuntimeError("the stock bot said nothing")
            return seconds

    def memory(self) -> int:
        """Bytes of all its processes together: shared pages count once (PSS)."""
        return sum(one.memory_full_info().pss for one in self.processes)


@contextmanager
def running_stock_bot(bot: StockBot) -> Iterator[RunningStockBot]:
    """Start Rasa and its action server as the stock commands do; stop them at the end.

    Raises:
        RuntimeError: it was not ready in time.
    """
    port, action_port = free_ports(2)
    endpoints = bot.folder / "endpoints.yml"
    endpoints.write_text(f"action_endpoint:\n  url: http://127.0.0.1:{action_port}/webhook\n")
    rasa = [sys.executable, "-m", "rasa", "run"]
    serve = ["--model", str(bot.model), "--credentials", "credentials.yml"]
    commands = (
        [*rasa, "actions", "--port", str(action_port)],
        [*rasa, "--port", str(port), "--endpoints", "endpoints.yml", *serve],
    )
    started = time.monotonic()
    with ExitStack() as stack:
        log = stack.enter_context((bot.folder / "run.log").open("w"))
        processes = []
        for command in commands:
            process = subprocess.Popen(command, cwd=bot.folder, stdout=log, stderr=log)
            stack.callback(_stop, process)
            processes.append(psutil.Process(process.pid))
        url = f"http://127.0.0.1:{port}"
        _wait_for_an_answer(url)
        yield RunningStockBot(url, time.monotonic() - started, tuple(processes))


def _wait_for_an_answer(url: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    body = {"sender": "probe", "message": "hello"}
    while time.monotonic() < deadline:
        try:
            answer = httpx.post(f"{url}/webhooks/rest/webhook", json=body, timeout=60)
            if answer.status_code == 200 and answer.json():
                return
        except (httpx.TransportError, ValueError):
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the stock bot was not ready within {_READY_SECONDS} s")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
