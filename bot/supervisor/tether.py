"""Becomes another command that cannot outlive the supervisor. Run as a script, by its path.

    python tether.py SUPERVISOR_PID COMMAND [ARGUMENT ...]

It is a process of its own because the setting must be made between fork and exec, where running
Python code in a process with threads can dead-lock.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

# Linux, prctl(2): the signal that the kernel sends this process when its parent dies.
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Tie this process to its parent, then become the command. Does not return."""
    supervisor, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(supervisor):
        # It died before the kernel was told.
        sys.exit(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
