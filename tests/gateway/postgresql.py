"""A throw-away PostgreSQL cluster from Debian's packages, on a free port of this machine."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

_VERSIONS = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """The folder of the newest initdb and postgres on this machine."""
    found = sorted(_VERSIONS.glob("*/bin/initdb"), key=lambda file: float(file.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The URL of an empty database; its server ends with the block."""
    # The server refuses to run as root, and its user cannot enter pytest's folders.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    place = Path(tempfile.mkdtemp(prefix="bot-postgresql-"))
    shutil.chown(place, user)
    port = free_port()
    control = ["-D", str(place / "data"), "-s", "-w"]
    options = (
        f"-p {port} -k {place} -c listen_addresses=127.0.0.1"
        # It need not outlive a power cut.
        " -c fsync=off -c full_page_writes=off -c autovacuum=off"
    )
    try:
        make = [str(folder / "initdb"), "-D", str(place / "data"), "--no-sync"]
        _run(user, [*make, "-A", "trust", "-U", "bot"])
        _run(user, [str(folder / "pg_ctl"), *control, "-o", options, "-l", "/dev/null", "start"])
        try:
            yield f"postgresql://bot@127.0.0.1:{port}/postgres"
        finally:
            _run(user, [str(folder / "pg_ctl"), *control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _run(user: str, command: list[str]) -> None:
    done = subprocess.run(
        command,
        user=user if os.geteuid() == 0 else None,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stderr}"
