"""The supervisor against tiny children: ready, restart, stop, kill, never ready, refusing."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
SUPERVISE = Path(__file__).with_name("supervise.py")
PATIENCE = 60.0


class Run:
    """A supervisor in a process of its own, and what it says."""

    def __init__(self, folder: Path, children: list[str]) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, SUPERVISE, folder, *children],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def wait_for(self, words: str) -> str:
        """The next line that holds `words`."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"never said {words!r}, but {self.said}")
            self.said.append(line)
            if words in line:
                return line

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, port: int) -> psutil.Process:
        (found,) = (child for child in self.children() if str(port) in child.cmdline())
        return found

    def end(self) -> int:
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start_one(*children: str) -> Run:
        runs.append(Run(tmp_path, list(children)))
        return runs[-1]

    yield start_one
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()


@pytest.fixture
def ports() -> list[int]:
    probes = [socket.socket() for _ in range(3)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    chosen = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return chosen


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=30)[1]


def test_says_when_each_is_ready_and_then_when_all_are(
    start: Callable[..., Run], ports: list[int]
) -> None:
    run = start(f"{ports[0]}:ready", f"{ports[1]}:ready")

    run.wait_for("all ready")

    assert sorted(line.split(" (")[0] for line in run.said[:-1]) == [
        "child1 is ready",
        "child2 is ready",
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_stops_all_in_order(
    start: Callable[..., Run], ports: list[int], number: signal.Signals
) -> None:
    run = start(f"{ports[0]}:ready", f"{ports[1]}:ready")
    run.wait_for("all ready")
    children = run.children()

    run.process.send_signal(number)

    run.wait_for("child2 stopped")
    assert run.said[-3:] == ["stopping", "child1 stopped", "child2 stopped"]
    assert run.end() == 0
    assert gone(children)


def test_the_end_of_the_terminal_stops_all_but_not_under_nohup(
    start: Callable[..., Run], ports: list[int]
) -> None:
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        detached = start(f"{ports[0]}:ready")
    finally:
        signal.signal(signal.SIGHUP, previous)
    attached = start(f"{ports[1]}:ready")
    for run in (detached, attached):
        run.wait_for("all ready")
        run.process.send_signal(signal.SIGHUP)

    assert attached.end() == 0
    time.sleep(0.3)
    assert detached.process.poll() is None


def test_a_child_that_does_not_stop_is_killed(start: Callable[..., Run], ports: list[int]) -> None:
    run = start(f"{ports[0]}:stubborn")
    run.wait_for("all ready")
    children = run.children()

    run.process.terminate()

    assert run.end() == 0
    assert gone(children)


def test_what_a_child_started_is_stopped_with_it(
    start: Callable[..., Run], ports: list[int]
) -> None:
    run = start(f"{ports[0]}:parent")
    run.wait_for("all ready")
    children = run.children()
    assert len(children) == 2

    run.process.terminate()

    assert run.end() == 0
    assert gone(children)


def test_a_second_signal_does_not_wait(
    start: Callable[..., Run], ports: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRACE", "600")
    run = start(f"{ports[0]}:stubborn")
    run.wait_for("all ready")

    run.process.terminate()
    run.wait_for("stopping")
    run.process.terminate()

    assert run.end() == 0


def test_a_killed_child_is_started_again_and_said_so(
    start: Callable[..., Run], ports: list[int]
) -> None:
    run = start(f"{ports[0]}:ready", f"{ports[1]}:ready")
    run.wait_for("all ready")
    other = run.child(ports[0])

    run.child(ports[1]).kill()

    line = run.wait_for("child2 ended")
    assert "SIGKILL" in line
    assert str(run.folder / "child2.log") in line
    run.wait_for("child2 is ready")
    assert other.is_running()


def test_restarts_wait_longer_each_time_up_to_a_bound(
    start: Callable[..., Run], ports: list[int]
) -> None:
    run = start(f"{ports[0]}:dies")

    delays = [run.wait_for("exit code 1").split("again in ")[1].split(" s")[0] for _ in range(3)]

    assert delays == ["0.2", "0.4", "0.4"]


def test_a_child_that_refuses_its_configuration_ends_the_run(
    start: Callable[..., Run], ports: list[int]
) -> None:
    run = start(f"{ports[0]}:ready", f"{ports[1]}:refuses")

    line = run.wait_for("child2 cannot use its configuration")

    assert str(run.folder / "child2.log") in line
    assert run.end() == 2


def test_a_child_that_is_never_ready_is_reported_once_and_waited_for(
    start: Callable[..., Run], ports: list[int]
) -> None:
    run = start(f"{ports[0]}:never")

    line = run.wait_for("child1 is not ready after")
    time.sleep(0.8)
    run.process.terminate()

    assert str(run.folder / "child1.log") in line
    run.wait_for("child1 stopped")
    assert [said for said in run.said if "not ready" in said] == [line]
    assert run.end() == 0


def test_what_a_child_prints_is_in_its_log_and_nowhere_else(
    start: Callable[..., Run], ports: list[int]
) -> None:
    run = start(f"{ports[0]}:refuses")
    run.wait_for("cannot use its configuration")

    assert run.end() == 2
    assert "said by the child" not in "\n".join(run.said)
    assert "said by the child" in (run.folder / "child1.log").read_text()


def test_a_stop_while_a_child_waits_for_its_restart(
    start: Callable[..., Run], ports: list[int]
) -> None:
    run = start(f"{ports[0]}:dies")
    run.wait_for("exit code 1")

    run.process.terminate()

    assert run.end() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_children_die_with_a_killed_supervisor(start: Callable[..., Run], ports: list[int]) -> None:
    run = start(f"{ports[0]}:ready", f"{ports[1]}:stubborn")
    run.wait_for("all ready")
    children = run.children()

    run.process.kill()
    run.end()

    assert len(children) == 2
    assert gone(children)


def test_a_log_folder_that_cannot_be_made_is_an_error_and_leaves_nothing_running(
    start: Callable[..., Run], ports: list[int], tmp_path: Path
) -> None:
    (tmp_path / "child1.log").mkdir()
    run = start(f"{ports[0]}:ready")

    assert run.end() == 1
