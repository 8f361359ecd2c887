"""Runs a supervisor over fake children. Run as a script: supervise.py LOG_FOLDER PORT:STYLE ...

GRACE in the environment: seconds that a child has to stop.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from bot.supervisor.child import ChildSpec, Probe
from bot.supervisor.limits import SupervisorLimits
from bot.supervisor.supervisor import Supervisor

FAKE_CHILD = Path(__file__).with_name("fake_child.py")
QUICK = SupervisorLimits(
    probe_every=0.05,
    probe_timeout=1.0,
    slow_start_notice=0.3,
    grace=float(os.environ.get("GRACE", "1")),
    first_restart_delay=0.2,
    longest_restart_delay=0.4,
    calm_after=60.0,
    log_bytes=10_000,
    log_files=2,
)


def fake(name: str, port: str, style: str) -> ChildSpec:
    return ChildSpec(
        name=name,
        command=(sys.executable, str(FAKE_CHILD), port, style),
        probe=Probe(f"http://127.0.0.1:{port}/"),
        environment=os.environ,
        folder=FAKE_CHILD.parent,
    )


def say(line: str) -> None:
    print(line, flush=True)


async def main(folder: Path, children: list[str]) -> int:
    specs = [
        fake(f"child{number}", *child.split(":")) for number, child in enumerate(children, start=1)
    ]
    supervisor = Supervisor(specs, QUICK, folder, say, lambda: say("all ready"))
    return await supervisor.run()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]), sys.argv[2:])))
