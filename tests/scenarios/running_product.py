"""Starts the whole product as a person would, and knows its processes, its logs and its metrics."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
READY_SECONDS = 180
_STOP_SECONDS = 120

#: What somebody's own shell may set; the product under test starts from its defaults.
_SETTINGS = (
    "ACTION_ENDPOINT",
    "ACTION_PORT",
    "BOT_VAR",
    "CLINIC_FILE",
    "DATABASE_URL",
    "DATA_KEYS",
    "HOST",
    "INDEX_KEY",
    "LIMITS_FILE",
    "LOOPBACK_SECRET",
    "MESSAGES_WEBHOOK_SECRET",
    "MESSAGES_WEBHOOK_URL",
    "PORT",
    "PUBLIC_URL",
    "RASA_PORT",
    "TRACKER_URL",
    "TRUSTED_PROXIES",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_API_URL",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_FROM",
    "TWILIO_WHATSAPP_FROM",
)

#: A word of its command line by which each process is known.
_MARKS = {"gateway": "bot.gateway", "rasa": "bot.nlu.rasa_command", "actions": "rasa_sdk"}


def until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what} did not happen in {seconds:g} s"
        time.sleep(0.05)


class RunningProduct:
    """`python -m bot serve` on free ports, with a folder of its own for everything it keeps.

    Requests that name an address in X-Forwarded-For count as coming from there: 127.0.0.1 is a
    trusted proxy, so that tests do not use up each other's rate limits.

    Args:
        port: where the gateway listens; any free one if not given.
        settings: more of its environment.
    """

    def __init__(
        self, var: Path, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.var = var
        free, self.rasa_port, self.action_port = free_ports(3)
        self.port = port or free
        self._settings = dict(settings or {})
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = var / "serve.out"
        var.mkdir(parents=True, exist_ok=True)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=ROOT,
                env=self._environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in inherited.items() if name not in _SETTINGS}
        return {
            **kept,
            "BOT_VAR": str(self.var),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "RASA_PORT": str(self.rasa_port),
            "ACTION_PORT": str(self.action_port),
            "TRUSTED_PROXIES": "127.0.0.1",
            **self._settings,
        }

    @property
    def log_folder(self) -> Path:
        """Where the product's processes log."""
        return self.var / "log"

    @property
    def secret(self) -> str:
        """What the gateway and Rasa share."""
        lines = (self.var / "secrets.env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)["LOOPBACK_SECRET"]

    def is_ready(self) -> bool:
        """Whether the product says that it can answer."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=10).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait; fails the test, with what the product said, if it ends or takes too long."""
        end = time.monotonic() + seconds
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"the product is not ready\n{self.story()}", pytrace=False)
            time.sleep(0.2)

    def wait_until_not_ready(self) -> None:
        """Wait until it has noticed that a part does not work."""
        until(lambda: not self.is_ready(), 60, "the news that a part is down")

    def story(self) -> str:
        """The end of what it printed and logged."""
        files = [self.output, *sorted(self.log_folder.glob("*"))]
        return "\n".join(f"--- {file.name}\n{_text(file)[-2000:]}" for file in files)

    def find(self, name: str) -> psutil.Process | None:
        """The process of that name that runs now: gateway, rasa or actions."""
        for child in psutil.Process(self.process.pid).children():
            try:
                if _MARKS[name] in child.cmdline():
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    def pid(self, name: str) -> int:
        """The process id of gateway, rasa or actions."""
        found = self.find(name)
        assert found is not None, f"{name} does not run"
        return found.pid

    def kill(self, name: str) -> int:
        """Kill -9, and wait until it is gone. Its former process id."""
        found = self.find(name)
        assert found is not None, f"{name} does not run"
        found.kill()
        until(lambda: _is_gone(found), 30, f"the end of {name}")
        return found.pid

    @contextmanager
    def paused(self, *names: str) -> Iterator[None]:
        """Stop processes where they stand (SIGSTOP); "serve" is the one that restarts the rest."""
        stopped = [
            psutil.Process(self.process.pid if name == "serve" else self.pid(name))
            for name in names
        ]
        for process in stopped:
            process.suspend()
        try:
            yield
        finally:
            for process in stopped:
                if process.is_running():
                    process.resume()

    def metrics(self) -> str:
        """The metrics page."""
        response = httpx.get(f"{self.url}/metrics", timeout=10)
        assert response.status_code == 200
        return response.text

    def metric(self, line: str) -> float:
        """The value of the metric written exactly so, labels and all; 0 if there is none."""
        for found in self.metrics().splitlines():
            name, _, value = found.rpartition(" ")
            if name == line:
                return float(value)
        return 0.0

    def written(self) -> str:
        """Everything that it printed, logged, or shows an operator."""
        files = [self.output, *self.log_folder.glob("*")]
        return "\n".join([*(_text(file) for file in files), self.metrics()])

    def stop(self) -> int:
        """Ask it to stop as Ctrl-C does; its exit code. Nothing of it is left running."""
        if self.process.poll() is not None:
            return self.process.returncode
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        try:
            exit_code = self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            exit_code = self.process.wait()
        left = [process for process in family if process.is_running()]
        for process in left:
            process.kill()
        assert not left, f"{len(left)} processes outlived it\n{self.story()}"
        return exit_code


@contextmanager
def running_product(
    folder: Path, port: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[RunningProduct]:
    """The product, ready to answer; it must stop cleanly in the end."""
    running = RunningProduct(folder, port, settings)
    try:
        running.wait_until_ready()
        yield running
    finally:
        exit_code = running.stop()
    assert exit_code == 0, running.story()


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
